package io.codelength.cli.bench;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZInputStream;
import org.tukaani.xz.XZOutputStream;

/** The coders everybody knows, at the settings people compare with. */
public enum ClassicalCoder implements BenchCoder {
    /** The JDK's own, at its best. */
    GZIP("gzip -9") {
        @Override
        public byte[] compress(byte[] original) throws IOException {
            ByteArrayOutputStream target = new ByteArrayOutputStream();
            try (OutputStream gzip = new BestGzip(target)) {
                gzip.write(original);
            }
            return target.toByteArray();
        }

        @Override
        public byte[] decompress(byte[] compressed, int originalBytes) throws IOException {
            try (InputStream gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
                return gzip.readAllBytes();
            }
        }
    },
    /** zstd's default. */
    ZSTD_3("zstd -3") {
        @Override
        public byte[] compress(byte[] original) {
            return zstd(original, 3, false);
        }

        @Override
        public byte[] decompress(byte[] compressed, int originalBytes) {
            return unzstd(compressed, originalBytes);
        }
    },
    /** The best that needs no extra memory to decode. */
    ZSTD_19("zstd -19") {
        @Override
        public byte[] compress(byte[] original) {
            return zstd(original, 19, false);
        }

        @Override
        public byte[] decompress(byte[] compressed, int originalBytes) {
            return unzstd(compressed, originalBytes);
        }
    },
    /** The best there is. */
    ZSTD_22_LONG("zstd -22 --long=27") {
        @Override
        public byte[] compress(byte[] original) {
            return zstd(original, 22, true);
        }

        @Override
        public byte[] decompress(byte[] compressed, int originalBytes) {
            return unzstd(compressed, originalBytes);
        }
    },
    /** xz at its best. */
    XZ("xz -9e") {
        @Override
        public byte[] compress(byte[] original) throws IOException {
            LZMA2Options options = new LZMA2Options(LZMA2Options.PRESET_MAX);
            options.setNiceLen(LZMA2Options.NICE_LEN_MAX); // with the depth below: what xz calls "extreme"
            options.setDepthLimit(512);
            // A dictionary longer than the file finds nothing more and would only take memory.
            options.setDictSize(Math.max(LZMA2Options.DICT_SIZE_MIN, Math.min(options.getDictSize(), original.length)));
            ByteArrayOutputStream target = new ByteArrayOutputStream();
            try (OutputStream xz = new XZOutputStream(target, options)) {
                xz.write(original);
            }
            return target.toByteArray();
        }

        @Override
        public byte[] decompress(byte[] compressed, int originalBytes) throws IOException {
            try (InputStream xz = new XZInputStream(new ByteArrayInputStream(compressed))) {
                return xz.readAllBytes();
            }
        }
    },
    /** brotli at its best, with the longest window that every brotli decoder reads. */
    BROTLI("brotli -q 11 -w 24") {
        @Override
        public byte[] compress(byte[] original) throws IOException {
            Brotli4jLoader.ensureAvailability();
            return Encoder.compress(
                    original, new Encoder.Parameters().setQuality(11).setWindow(24));
        }

        @Override
        public byte[] decompress(byte[] compressed, int originalBytes) throws IOException {
            Brotli4jLoader.ensureAvailability();
            try (InputStream brotli = new BrotliInputStream(new ByteArrayInputStream(compressed))) {
                return brotli.readAllBytes();
            }
        }
    };

    /** 2^27 bytes, what {@code zstd --long} takes by default. */
    private static final int LONG_WINDOW_LOG = 27;

    private final String label;

    ClassicalCoder(String label) {
        this.label = label;
    }

    /** What chooses it on the command line, as in {@code zstd-19}. */
    public String shortName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String label() {
        return label;
    }

    private static byte[] zstd(byte[] original, int level, boolean longWindow) {
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setLevel(level);
            if (longWindow) {
                context.setLong(LONG_WINDOW_LOG);
            }
            return context.compress(original);
        }
    }

    private static byte[] unzstd(byte[] compressed, int originalBytes) {
        try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
            return context.decompress(compressed, originalBytes);
        }
    }

    private static final class BestGzip extends GZIPOutputStream {
        BestGzip(OutputStream target) throws IOException {
            super(target);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
