package io.codelength.engine.pytorch;

import io.codelength.model.ModelShape;
import io.codelength.predict.Passage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows that go through the network together: a step of many streams, or pieces of passages.
 *
 * @param symbols [rows]
 * @param positions [rows] where each symbol stands in its window
 * @param groups who attends to what, covering the rows in order
 * @param reads by how much which streams grow
 * @param answers what is wanted, in the order of the answer
 */
record Batch(int[] symbols, int[] positions, List<RowGroup> groups, List<Read> reads, List<Answer> answers) {
    /** The most rows; keeps what is alive between two operations in the tens of megabytes. */
    static final int MOST_ROWS = 256;

    /**
     * Scores that one group should make at most, so that they stay in a core's cache from one operation to the next.
     * Prefill of 1024 positions of base, one thread, tokens a CPU second on a busy two-core Xeon (22 November 2026): 1,110
     * with 2^15, 1,030 with 2^17, 920 with 2^19, 870 with 2^21. Steps do not mind.
     */
    static final int GROUP_SCORES = 1 << 16;

    /** Runs of neighbouring slots in one chunk beyond which caches are copied together instead of visited in turn. */
    private static final int MOST_RUNS = 3;

    /** So many symbols are appended to a stream. */
    record Read(PyTorchStream stream, int symbols) {}

    /**
     * A prediction that is wanted.
     *
     * @param row of the batch
     * @param item as {@link io.codelength.predict.RowSink} wants it
     * @param index likewise
     */
    record Answer(int row, int item, int index) {}

    /**
     * Rows that attend in one batched product.
     *
     * @param chunk where their caches are
     * @param firstRow first row in the batch
     * @param rows number of rows
     * @param oneStream whether all rows belong to one stream (a passage) or each to its own (a step)
     * @param firstSlot slot of the first row's stream
     * @param slots [rows] the slot of each row where they are not neighbours, null where they are or for a passage
     * @param length positions that the longest row sees
     */
    record RowGroup(
            CacheChunk chunk,
            int firstRow,
            int rows,
            boolean oneStream,
            int firstSlot,
            int @Nullable [] slots,
            int length) {}

    int rows() {
        return symbols.length;
    }

    /** One symbol for each stream; at most {@link #MOST_ROWS}. */
    static Batch step(ModelShape shape, List<PyTorchStream> streams, int[] symbols, int from, int count) {
        Integer[] order = new Integer[count];
        Arrays.setAll(order, i -> i);
        // Neighbours in memory become neighbours in the batch; the answer is put back in the caller's order.
        Arrays.sort(
                order,
                Comparator.<Integer>comparingInt(i -> streams.get(from + i).chunk().index)
                        .thenComparingInt(i -> streams.get(from + i).slot()));
        int[] rowSymbols = new int[count];
        int[] positions = new int[count];
        Answer[] answers = new Answer[count];
        List<Read> reads = new ArrayList<>(count);
        List<PyTorchStream> rowStreams = new ArrayList<>(count);
        for (int row = 0; row < count; row++) {
            PyTorchStream stream = streams.get(from + order[row]);
            rowStreams.add(stream);
            rowSymbols[row] = symbols[from + order[row]];
            positions[row] = stream.position();
            answers[order[row]] = new Answer(row, from + order[row], 0);
            reads.add(new Read(stream, 1));
        }
        List<RowGroup> groups = new ArrayList<>();
        int first = 0;
        for (int row = 1; row <= count; row++) {
            if (row == count
                    || rowStreams.get(row).chunk() != rowStreams.get(first).chunk()) {
                addSteps(shape, groups, rowStreams, positions, first, row);
                first = row;
            }
        }
        return new Batch(rowSymbols, positions, groups, reads, List.of(answers));
    }

    /** Groups for rows of one chunk, sorted by slot. */
    private static void addSteps(
            ModelShape shape, List<RowGroup> groups, List<PyTorchStream> streams, int[] positions, int from, int to) {
        int runs = 1;
        for (int row = from + 1; row < to; row++) {
            if (streams.get(row).slot() != streams.get(row - 1).slot() + 1) {
                runs++;
            }
        }
        boolean gathered = runs > MOST_RUNS;
        int first = from;
        int length = positions[from] + 1;
        for (int row = from + 1; row <= to; row++) {
            int longer = row == to ? length : Math.max(length, positions[row] + 1);
            boolean ends = row == to
                    || (!gathered
                            && streams.get(row).slot() != streams.get(row - 1).slot() + 1)
                    || (long) (row + 1 - first) * shape.heads() * longer > GROUP_SCORES;
            if (ends) {
                int[] slots = gathered
                        ? streams.subList(first, row).stream()
                                .mapToInt(PyTorchStream::slot)
                                .toArray()
                        : null;
                groups.add(new RowGroup(
                        streams.get(first).chunk(),
                        first,
                        row - first,
                        false,
                        streams.get(first).slot(),
                        slots,
                        length));
                first = row;
                length = row == to ? 0 : positions[row] + 1;
            } else {
                length = longer;
            }
        }
    }

    /** Collects pieces of passages until a batch is full. */
    static final class Builder {
        private final ModelShape shape;
        private final int[] symbols = new int[MOST_ROWS];
        private final int[] positions = new int[MOST_ROWS];
        private final List<RowGroup> groups = new ArrayList<>();
        private final List<Read> reads = new ArrayList<>();
        private final List<Answer> answers = new ArrayList<>();
        private int rows;

        Builder(ModelShape shape) {
            this.shape = shape;
        }

        int room() {
            return MOST_ROWS - rows;
        }

        boolean isEmpty() {
            return rows == 0;
        }

        /**
         * Adds {@code count} symbols of a passage.
         *
         * @param item the passage's number in the call
         * @param from first of these symbols in the passage
         * @param position where that one stands in the stream
         */
        void add(PyTorchStream stream, Passage passage, int item, int from, int count, int position) {
            int[] source = passage.symbols();
            for (int i = 0; i < count; i++) {
                symbols[rows + i] = source[from + i];
                positions[rows + i] = position + i;
                if (from + i >= passage.firstRow()) {
                    answers.add(new Answer(rows + i, item, from + i));
                }
            }
            int done = 0;
            while (done < count) {
                int seen = position + done;
                int most = (int) Math.max(16, GROUP_SCORES / ((long) shape.heads() * (seen + 64)));
                int group = Math.min(most, count - done);
                groups.add(new RowGroup(stream.chunk(), rows + done, group, true, stream.slot(), null, seen + group));
                done += group;
            }
            reads.add(new Read(stream, count));
            rows += count;
        }

        Batch build() {
            return new Batch(
                    Arrays.copyOf(symbols, rows),
                    Arrays.copyOf(positions, rows),
                    List.copyOf(groups),
                    List.copyOf(reads),
                    List.copyOf(answers));
        }
    }
}
