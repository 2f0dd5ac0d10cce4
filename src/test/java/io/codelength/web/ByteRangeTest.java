package io.codelength.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ByteRangeTest {
    @Test
    void closedOpenAndSuffixRangesAreCutToTheLength() {
        check("bytes=0-0", 10, new ByteRange(0, 0));
        check("bytes=2-5", 10, new ByteRange(2, 5));
        check("bytes=2-500", 10, new ByteRange(2, 9));
        check("bytes=9-", 10, new ByteRange(9, 9));
        check("bytes=-3", 10, new ByteRange(7, 9));
        check("bytes=-300", 10, new ByteRange(0, 9));
        check("Bytes=0-999999999999999999", 10, new ByteRange(0, 9));
    }

    @Test
    void whatIsNoSingleRangeOfBytesIsIgnored() {
        for (String header : new String[] {
            "bytes=0-1,3-4", "lines=0-1", "bytes=-", "bytes=", "bytes=5-2", "bytes=a-b", "bytes=0--1", "0-1"
        }) {
            assertThat(ByteRange.parse(header, 10)).as(header).isEqualTo(Optional.empty());
        }
    }

    @Test
    void aRangeWithoutAnyByteIsRefusedWithTheLength() {
        for (String header : new String[] {"bytes=10-", "bytes=10-11", "bytes=-0"}) {
            assertThatThrownBy(() -> ByteRange.parse(header, 10))
                    .as(header)
                    .isInstanceOfSatisfying(
                            RangeNotSatisfiableException.class,
                            e -> assertThat(e.length()).isEqualTo(10));
        }
        assertThatThrownBy(() -> ByteRange.parse("bytes=0-", 0)).isInstanceOf(RangeNotSatisfiableException.class);
        assertThatThrownBy(() -> ByteRange.parse("bytes=-1", 0)).isInstanceOf(RangeNotSatisfiableException.class);
    }

    @Test
    void tagsMatchInListsWeaklyAndByStar() {
        assertThat(EntityTags.match("\"a\", W/\"b\"", "\"b\"")).isTrue();
        assertThat(EntityTags.match("*", "\"b\"")).isTrue();
        assertThat(EntityTags.match("\"a\"", "\"b\"")).isFalse();
    }

    private static void check(String header, long length, ByteRange expected) {
        assertThat(ByteRange.parse(header, length)).as(header).contains(expected);
    }
}
