package io.codelength.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.codec.ModelMismatchException;
import io.codelength.container.CorruptContainerException;
import io.codelength.container.UnsupportedFormatException;
import io.codelength.limit.CancelledException;
import io.codelength.limit.LimitExceededException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

final class WordsTest {
    @Test
    void eachKindOfFailureHasItsExitCode() {
        assertThat(ExitCode.of(new IOException("x"))).isEqualTo(1);
        assertThat(ExitCode.of(new IllegalStateException("x"))).isEqualTo(1);
        assertThat(ExitCode.of(new UsageException("x"))).isEqualTo(2);
        assertThat(ExitCode.of(new CorruptContainerException(7, "x"))).isEqualTo(3);
        assertThat(ExitCode.of(new UnsupportedFormatException("x"))).isEqualTo(3);
        assertThat(ExitCode.of(new ModelMismatchException("x"))).isEqualTo(4);
        assertThat(ExitCode.of(new LimitExceededException("memory", 2, 1, "Use less.")))
                .isEqualTo(5);
        assertThat(ExitCode.of(new OutOfMemoryError())).isEqualTo(5);
        assertThat(ExitCode.of(new CancelledException("x"))).isEqualTo(130);
    }

    @Test
    void messagesSayWhatToDoNext() {
        assertThat(ExitCode.message(new NoSuchFileException("notes.txt"))).isEqualTo("notes.txt: no such file");
        assertThat(ExitCode.message(new FileAlreadyExistsException("a.clen"))).contains("a.clen", "--force");
        assertThat(ExitCode.message(new OutOfMemoryError())).contains("CODELENGTH_JAVA_OPTS");
        assertThat(ExitCode.message(new IllegalStateException("lanes"))).contains("internal error", "lanes");
    }

    @Test
    void sizesAreReadAsTheyAreWritten() {
        assertThat(Sizes.parse("0")).isZero();
        assertThat(Sizes.parse("4096")).isEqualTo(4096);
        assertThat(Sizes.parse("64K")).isEqualTo(64 << 10);
        assertThat(Sizes.parse("2g")).isEqualTo(2L << 30);
        assertThat(Sizes.parse("1MiB")).isEqualTo(1 << 20);
        for (String bad : new String[] {"", "K", "-1", "1.5M", "4 K", "999999999999T", "1E9"}) {
            assertThatThrownBy(() -> Sizes.parse(bad)).as(bad).isInstanceOf(TypeConversionException.class);
        }
    }

    @Test
    void sizesForPeopleAreShort() {
        assertThat(Sizes.forPeople(999)).isEqualTo("999 bytes");
        assertThat(Sizes.forPeople(152_089)).isEqualTo("152.1 KB");
        assertThat(Sizes.forPeople(3_000_000_000L)).isEqualTo("3.0 GB");
    }

    @Test
    void progressTellsBytesShareSpeedAndTimeToGo() {
        assertThat(ProgressLine.describe("a.txt", 50_000, OptionalLong.of(200_000), 2))
                .isEqualTo("a.txt: 50.0 KB (25 %), 25.0 KB/s, 0:06 left");
        assertThat(ProgressLine.describe("standard input", 500, OptionalLong.empty(), 1))
                .isEqualTo("standard input: 500 bytes, 0.5 KB/s");
        assertThat(ProgressLine.describe("empty", 0, OptionalLong.of(0), 0)).isEqualTo("empty: 0 bytes, 0.0 KB/s");
    }
}
