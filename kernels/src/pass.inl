// A pass: up to CL_ROWS_MAX rows through all layers. Threads divide rows where there are many, so that a layer's chain of
// small steps needs one meeting at most (keys must be stored before another thread's rows look at them, and only if a
// stream has several rows); with few rows, and with weights that no cache holds, they divide every matrix's columns instead,
// which takes four or five.

static inline Activation* inputRow(Scratch& scratch, int row) {
    return reinterpret_cast<Activation*>(scratch.activations.data()) + row * (scratch.activationStride / sizeof(Activation));
}

struct Range {
    int from;
    int to;
    int size() const { return to - from; }
};

static inline Range share(int count, int part, int parts) {
    return {static_cast<int>(static_cast<int64_t>(count) * part / parts),
            static_cast<int>(static_cast<int64_t>(count) * (part + 1) / parts)};
}

class Pass {
public:
    Pass(Model& model, int thread) : m(model), shape(model.shape), scratch(*model.scratch[thread]), thread(thread) {}

    void run() {
        if (m.rows <= m.sharedRows() && m.pool.threads() > 1) {
            runSharingColumns();
        } else {
            runDividingRows();
        }
    }

private:
    Model& m;
    const Shape& shape;
    Scratch& scratch;
    const int thread;
    int counter = 0;
    float factors[kLargeTileRows];

    // --- every thread takes tiles of rows

    void runDividingRows() {
        int tiles = tilesOf(m.rows);
        if (!m.streamsDivided) {
            // Streams stand at different positions: tiles take about as long each rather than have as many rows.
            int64_t all = cost(kPositionsOfRow);
            for (int tile = take(); tile < tiles; tile = take()) {
                Range rows = {
                    firstRowFrom(all * tile / tiles, kPositionsOfRow), firstRowFrom(all * (tile + 1) / tiles, kPositionsOfRow)};
                if (rows.size() == 0) {
                    continue;
                }
                embed(rows);
                for (size_t layer = 0; layer < m.layers.size(); layer++) {
                    attentionInput(layer, rows, {0, shape.heads}, {0, shape.keyValueHeads});
                    restOfLayer(layer, rows);
                }
                output({firstSlotFrom(rows.from), firstSlotFrom(rows.to)});
            }
            return;
        }
        for (size_t layer = 0; layer < m.layers.size(); layer++) {
            for (int tile = take(); tile < tiles; tile = take()) {
                Range rows = share(m.rows, tile, tiles);
                if (layer == 0) {
                    embed(rows);
                }
                attentionInput(layer, rows, {0, shape.heads}, {0, shape.keyValueHeads});
            }
            meetAndRestart();
            // The last rows see most positions: they are begun first.
            for (int tile = take(); tile < tiles; tile = take()) {
                restOfLayer(layer, share(m.rows, tiles - 1 - tile, tiles));
            }
            meetAndRestart();
        }
        if (m.wanted == 0) {
            return;
        }
        tiles = tilesOf(m.wanted);
        for (int tile = take(); tile < tiles; tile = take()) {
            output(share(m.wanted, tile, tiles));
        }
    }

    // What is wanted of some rows that have gone through all layers.
    void output(Range slots) {
        if (slots.size() > 0) {
            headInput(slots);
            headOutput(slots, {0, m.head.blocks});
            frequencies(slots);
        }
    }

    int firstSlotFrom(int row) {
        int slot = 0;
        while (slot < m.wanted && m.wantedRows[slot] < row) {
            slot++;
        }
        return slot;
    }

    // As many for each thread, none without rows.
    int tilesOf(int rows) {
        int threads = m.pool.threads();
        int tileRows = m.tileRows();
        int tiles = (rows + tileRows - 1) / tileRows;
        tiles = (tiles + threads - 1) / threads * threads;
        return tiles > rows ? rows : tiles;
    }

    // What all rows cost in positions they look at, and `ofRow` more for each.
    int64_t cost(int ofRow) {
        int64_t all = 0;
        for (int row = 0; row < m.rows; row++) {
            all += ofRow + m.positions[row];
        }
        return all;
    }

    // The first row before which rows cost that much.
    int firstRowFrom(int64_t wanted, int ofRow) {
        int row = 0;
        for (int64_t before = 0; row < m.rows && before < wanted; row++) {
            before += ofRow + m.positions[row];
        }
        return row;
    }

    void restOfLayer(size_t layer, Range rows) {
        attend(layer, rows, {0, shape.keyValueHeads});
        attentionOutput(layer, rows, {0, m.layers[layer].output.blocks});
        feedForwardInput(layer, rows, {0, m.layers[layer].gate.blocks});
        feedForwardOutput(layer, rows, {0, m.layers[layer].down.blocks});
    }

    int take() { return m.next[counter & 1].fetch_add(1, std::memory_order_relaxed); }

    // The counter that was used is set back by thread 0 while everyone uses the other one.
    void meetAndRestart() {
        m.pool.meet();
        if (thread == 0) {
            m.next[counter & 1].store(0, std::memory_order_relaxed);
        }
        counter++;
    }

    // --- every thread takes some columns of everything; inputs are quantised by each of them, which costs less than to wait

    void runSharingColumns() {
        int threads = m.pool.threads();
        Range rows = {0, m.rows};
        if (thread == 0) {
            embed(rows);
        }
        m.pool.meet();
        // Who has a key-value head has its queries too, if that is as much for everyone: then nobody waits for another's keys.
        bool headsDivided = shape.keyValueHeads % threads == 0;
        Range heads = share(shape.keyValueHeads, headsDivided ? thread : threads - 1 - thread, threads);
        Range queryHeads = headsDivided ? Range{heads.from * shape.group(), heads.to * shape.group()}
                                        : share(shape.heads, thread, threads);
        for (size_t layer = 0; layer < m.layers.size(); layer++) {
            attentionInput(layer, rows, queryHeads, heads);
            if (headsDivided) {
                attend(layer, rows, heads);
            } else {
                m.pool.meet();
                attendShare(layer, threads);
            }
            m.pool.meet();
            attentionOutput(layer, rows, share(m.layers[layer].output.blocks, thread, threads));
            m.pool.meet();
            feedForwardInput(layer, rows, share(m.layers[layer].gate.blocks, thread, threads));
            m.pool.meet();
            feedForwardOutput(layer, rows, share(m.layers[layer].down.blocks, thread, threads));
            m.pool.meet();
        }
        if (m.wanted == 0) {
            return;
        }
        Range slots = {0, m.wanted};
        headInput(slots);
        headOutput(slots, share(m.head.blocks, thread, threads));
        m.pool.meet();
        frequencies(share(m.wanted, thread, threads));
    }

    // --- the steps

    float* residual(int row) { return m.residual.data() + static_cast<size_t>(row) * m.residualStride; }

    void embed(Range rows) {
        for (int row = rows.from; row < rows.to; row++) {
            size_t symbol = static_cast<size_t>(m.symbols[row]);
            embedRow(
                m.embedding.data() + symbol * shape.hidden, m.embeddingScales[symbol], residual(row), shape.hidden);
        }
    }

    void norm(Range rows) {
        for (int row = rows.from; row < rows.to; row++) {
            factors[row - rows.from] = rowNormFactor(residual(row), shape.hidden, m.normEpsilon);
        }
    }

    // Quantises normed rows unless they already are, to the width that this matrix wants.
    void normedInput(Range rows, const Matrix& matrix, int& width) {
        int wanted = matrix.fine ? 15 : 8;
        if (width != wanted) {
            quantiseNormed(
                residual(rows.from), m.residualStride, rows.size(), shape.hidden, matrix.fine, factors, scratch);
            width = wanted;
        }
    }

    void attentionInput(size_t index, Range rows, Range queryHeads, Range heads) {
        if (queryHeads.size() == 0 && heads.size() == 0) {
            return;
        }
        const Layer& layer = m.layers[index];
        int width = shape.headDimension;
        norm(rows);
        int quantised = 0;
        normedInput(rows, layer.query, quantised);
        project(layer.query, rows, {queryHeads.from * width, queryHeads.to * width}, scratch.outputs);
        for (int row = rows.from; row < rows.to; row++) {
            for (int head = queryHeads.from; head < queryHeads.to; head++) {
                storeQuery(row, head, scratch.outputs.data() + outputAt(layer.query, row - rows.from, head * width));
            }
        }
        normedInput(rows, layer.key, quantised);
        project(layer.key, rows, {heads.from * width, heads.to * width}, scratch.outputs);
        normedInput(rows, layer.value, quantised);
        project(layer.value, rows, {heads.from * width, heads.to * width}, scratch.second);
        for (int row = rows.from; row < rows.to; row++) {
            for (int head = heads.from; head < heads.to; head++) {
                storeKeyAndValue(
                    index, row, head, scratch.outputs.data() + outputAt(layer.key, row - rows.from, head * width),
                    scratch.second.data() + outputAt(layer.value, row - rows.from, head * width));
            }
        }
    }

    static size_t outputAt(const Matrix& matrix, int row, int column) {
        return static_cast<size_t>(row) * matrix.blocks * kColumnBlock + static_cast<size_t>(column);
    }

    // Those blocks of output channels that hold the given ones.
    void project(const Matrix& matrix, Range rows, Range channels, Array<float>& out) {
        Target target = {out.data(), static_cast<size_t>(matrix.blocks) * kColumnBlock, false};
        multiply(
            matrix, channels.from / kColumnBlock, (channels.to + kColumnBlock - 1) / kColumnBlock, scratch, rows.size(),
            target);
    }

    void storeQuery(int row, int head, const float* x) {
        int channels = m.headChannels;
        float* turned = scratch.head.data();
        rotate(m, x, m.positions[row], turned);
        I q[kHeadVectors];
        float s = quantiseHead(turned, channels, q);
        size_t at = (static_cast<size_t>(row) * shape.heads + head) * channels;
        Activation* to = reinterpret_cast<Activation*>(m.queries.data()) + at;
        for (int i = 0; i < channels; i += W) {
            storeActivations(to + i, q[i / W]);
        }
        m.queryScale[static_cast<size_t>(row) * shape.heads + head] = s * m.scoreScale;
    }

    uint8_t* cacheOf(const cl_stream& stream, size_t layer, int head) {
        return const_cast<uint8_t*>(stream.cache.data()) +
               (layer * shape.keyValueHeads + head) * stream.layout.bytes;
    }

    void storeKeyAndValue(size_t layer, int row, int head, const float* key, const float* value) {
        cl_stream& stream = *m.streams[row];
        const CacheLayout& layout = stream.layout;
        uint8_t* cache = cacheOf(stream, layer, head);
        int position = m.positions[row];
        float* turned = scratch.head.data();
        rotate(m, key, position, turned);
        I q[kHeadVectors];
        reinterpret_cast<float*>(cache + layout.keyScales)[position] = quantiseHead(turned, layout.valueChannels, q);
        int32_t integers[kHeadVectors * W];
        memcpy(integers, q, sizeof(int32_t) * static_cast<size_t>(layout.valueChannels));
        uint8_t* keys = cache +
            static_cast<size_t>(position / kKeyBlock) * layout.keyChannels * kKeyBlock +
            static_cast<size_t>(position % kKeyBlock) * kGroup;
        for (int c = 0; c < layout.keyChannels; c += kGroup) {
            for (int i = 0; i < kGroup; i++) {
                keys[c * kKeyBlock + i] = static_cast<uint8_t>(integers[c + i] + kBias);
            }
        }
        memcpy(turned, value, sizeof(float) * static_cast<size_t>(shape.headDimension));
        reinterpret_cast<float*>(cache + layout.valueScales)[position] = quantiseHead(turned, layout.valueChannels, q);
        memcpy(integers, q, sizeof(int32_t) * static_cast<size_t>(layout.valueChannels));
        uint8_t* values = cache + layout.values +
            static_cast<size_t>(position / kGroup) * layout.valueChannels * kGroup + position % kGroup;
        for (int c = 0; c < layout.valueChannels; c++) {
            values[c * kGroup] = static_cast<uint8_t>(integers[c]);
        }
    }

    void attend(size_t layer, Range rows, Range heads) {
        int group = shape.group();
        for (int head = heads.from; head < heads.to; head++) {
            int row = rows.from;
            while (row < rows.to) {
                int end = row + 1;
                while (end < rows.to && m.streams[end] == m.streams[row]) {
                    end++;
                }
                // Queries in the order of rows, so that those together see nearly the same positions.
                int queries = (end - row) * group;
                for (int from = 0; from < queries; from += kQueriesAtOnce) {
                    int count = queries - from < kQueriesAtOnce ? queries - from : kQueriesAtOnce;
                    bool last = from + kQueriesAtOnce >= queries;
                    attendTogether(layer, head, row, from, count, last ? bytesToNext(layer, head, row, end, rows, heads) : 0);
                }
                row = end;
            }
        }
    }

    // This thread's part of all rows and heads, so that each looks at about as many positions.
    void attendShare(size_t layer, int threads) {
        constexpr int kOwn = 1;  // a row at position p sees p + 1
        int64_t seen = cost(kOwn);
        int64_t all = seen * shape.keyValueHeads;
        int64_t begin = all * thread / threads;
        int64_t end = all * (thread + 1) / threads;
        for (int head = 0; head < shape.keyValueHeads; head++) {
            Range rows = {firstRowFrom(begin - head * seen, kOwn), firstRowFrom(end - head * seen, kOwn)};
            attend(layer, rows, {head, head + 1});
        }
    }

    // From this stream's keys to those that are needed next: of the next stream, or of the next head.
    ptrdiff_t bytesToNext(size_t layer, int head, int row, int end, Range rows, Range heads) {
        bool sameHead = end < rows.to;
        if (!sameHead && head + 1 == heads.to) {
            return 0;
        }
        const uint8_t* next = cacheOf(*m.streams[sameHead ? end : rows.from], layer, sameHead ? head : head + 1);
        return static_cast<ptrdiff_t>(
            reinterpret_cast<uintptr_t>(next) - reinterpret_cast<uintptr_t>(cacheOf(*m.streams[row], layer, head)));
    }

    void attendTogether(size_t layer, int head, int firstRow, int from, int count, ptrdiff_t ahead) {
        int group = shape.group();
        const cl_stream& stream = *m.streams[firstRow];
        int channels = stream.layout.valueChannels;
        const Activation* queries[kQueriesAtOnce];
        int32_t begin[kQueriesAtOnce];
        float scales[kQueriesAtOnce];
        int seen[kQueriesAtOnce];
        int most = 0;
        for (int i = 0; i < count; i++) {
            int row = firstRow + (from + i) / group;
            size_t at = static_cast<size_t>(row) * shape.heads + head * group + (from + i) % group;
            queries[i] = reinterpret_cast<const Activation*>(m.queries.data()) + at * channels;
            begin[i] = -kBias * signedSum(queries[i], shape.headDimension);
            scales[i] = m.queryScale[at];
            seen[i] = m.positions[row] + 1;
            most = seen[i] > most ? seen[i] : most;
        }
        float* out = scratch.second.data();
        attendSome<kQueriesAtOnce>(
            count, m, stream.layout, cacheOf(stream, layer, head), queries, begin, scales, seen, most, out, scratch,
            ahead);
        for (int i = 0; i < count; i++) {
            int row = firstRow + (from + i) / group;
            float* to = m.attended.data() + static_cast<size_t>(row) * m.attendedStride +
                        (head * group + (from + i) % group) * shape.headDimension;
            memcpy(to, out + static_cast<size_t>(i) * channels, sizeof(float) * static_cast<size_t>(shape.headDimension));
        }
    }

    static int32_t signedSum(const Activation* q, int count) {
        int32_t sum = 0;
        for (int i = 0; i < count; i++) {
            sum += static_cast<SignedActivation>(q[i]);
        }
        return sum;
    }

    void addTo(const Matrix& matrix, Range rows, Range blocks) {
        Target target = {residual(rows.from), static_cast<size_t>(m.residualStride), true};
        multiply(matrix, blocks.from, blocks.to, scratch, rows.size(), target);
    }

    void attentionOutput(size_t layer, Range rows, Range blocks) {
        const Matrix& output = m.layers[layer].output;
        quantiseRows(
            m.attended.data() + static_cast<size_t>(rows.from) * m.attendedStride, m.attendedStride, rows.size(),
            shape.queryWidth(), output.fine, scratch);
        addTo(output, rows, blocks);
    }

    // Gate and up a block of channels at a time, so that what is between them stays in the first-level cache.
    void feedForwardInput(size_t index, Range rows, Range blocks) {
        const Layer& layer = m.layers[index];
        norm(rows);
        int quantised = 0;
        constexpr int kBlocks = 256 / kColumnBlock;
        for (int from = blocks.from; from < blocks.to; from += kBlocks) {
            int to = from + kBlocks < blocks.to ? from + kBlocks : blocks.to;
            size_t width = static_cast<size_t>(kBlocks) * kColumnBlock;
            int first = from * kColumnBlock;
            Target gates = {scratch.outputs.data() - first, width, false};
            Target ups = {scratch.second.data() - first, width, false};
            normedInput(rows, layer.gate, quantised);
            multiply(layer.gate, from, to, scratch, rows.size(), gates);
            normedInput(rows, layer.up, quantised);
            multiply(layer.up, from, to, scratch, rows.size(), ups);
            for (int row = rows.from; row < rows.to; row++) {
                size_t at = static_cast<size_t>(row - rows.from) * width;
                gateRow(
                    m.decayTable, scratch.outputs.data() + at, scratch.second.data() + at,
                    m.inner.data() + static_cast<size_t>(row) * m.innerStride + first, (to - from) * kColumnBlock,
                    scratch);
            }
        }
    }

    void feedForwardOutput(size_t layer, Range rows, Range blocks) {
        const Matrix& down = m.layers[layer].down;
        quantiseRows(
            m.inner.data() + static_cast<size_t>(rows.from) * m.innerStride, m.innerStride, rows.size(),
            shape.feedForward, down.fine, scratch);
        addTo(down, rows, blocks);
    }

    void headInput(Range slots) {
        for (int slot = slots.from; slot < slots.to; slot++) {
            int local = slot - slots.from;
            const float* x = residual(m.wantedRows[slot]);
            float factor = rowNormFactor(x, shape.hidden, m.normEpsilon);
            scratch.scales[local] = quantiseRow(x, shape.hidden, m.head.fine, scratch, local) * factor;
        }
    }

    void headOutput(Range slots, Range blocks) {
        float* logits = reinterpret_cast<float*>(m.exponentials.data()) + static_cast<size_t>(slots.from) * m.headStride;
        multiply(m.head, blocks.from, blocks.to, scratch, slots.size(), {logits, static_cast<size_t>(m.headStride), false});
    }

    void frequencies(Range slots) {
        for (int slot = slots.from; slot < slots.to; slot++) {
            makeExponentials(
                m.decayTable, m.exponentials.data() + static_cast<size_t>(slot) * m.headStride, shape.headRows,
                m.headBlocks * kFrequencyBlock, m.sums.data() + static_cast<size_t>(slot) * (m.headBlocks + 1), scratch);
        }
    }
};

static void readRows(Model& model, int thread) {
    Pass(model, thread).run();
}
