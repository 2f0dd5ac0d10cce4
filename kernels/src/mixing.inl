// The mixing of contexts (docs/mixing.md), the same bytes as io.codelength.mix.ContextMixer: compiled once for every path,
// with W int32 lanes a vector. All arithmetic wraps at 32 bits as Java's does.

using I = int32_t __attribute__((vector_size(4 * W)));

static inline I loadWeights(const int32_t* from) {
    I v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
}

static inline void storeWeights(int32_t* to, I v) {
    __builtin_memcpy(to, &v, sizeof v);
}

static inline int32_t sumOf(I v) {
#if defined(__AVX512F__)
    __m256i half = _mm256_add_epi32(_mm512_castsi512_si256((__m512i)v), _mm512_extracti64x4_epi64((__m512i)v, 1));
    __m128i quarter = _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
#elif defined(__AVX2__)
    __m128i quarter =
        _mm_add_epi32(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
#endif
#if defined(__AVX2__)
    quarter = _mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 0x4e));
    quarter = _mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 0xb1));
    return _mm_cvtsi128_si32(quarter);
#else
    int32_t sum = 0;
    for (int i = 0; i < W; i++) {
        sum += v[i];
    }
    return sum;
#endif
}

// A weighted sum of log odds.
template <int kCount>
static inline int dot(const int32_t* weights, const int32_t* inputs) {
    I sum = (loadWeights(weights) * loadWeights(inputs)) >> 5;
    for (int v = W; v < kCount; v += W) {
        sum += (loadWeights(weights + v) * loadWeights(inputs + v)) >> 5;
    }
    return limit(sumOf(sum) >> 11);
}

#if defined(__AVX2__)
static inline __m256i folded(I v) {
#if defined(__AVX512F__)
    return _mm256_add_epi32(_mm512_castsi512_si256((__m512i)v), _mm512_extracti64x4_epi64((__m512i)v, 1));
#else
    return (__m256i)v;
#endif
}
#endif

// The outputs of all mixers: as dot does it for each, but the sums of their vectors are made together.
template <int kMixers>
static inline void dots(int32_t* const* rows, const int32_t* inputs, int32_t* outputs) {
#if defined(__AVX2__)
    __m256i sums[8];
    for (int i = 0; i < 8; i++) {
        I sum{};
        for (int v = 0; i < kMixers && v < kInputs; v += W) {
            sum += (loadWeights(rows[i] + v) * loadWeights(inputs + v)) >> 5;
        }
        sums[i] = folded(sum);
    }
    auto pairs = [&sums](int i) { return _mm256_hadd_epi32(sums[i], sums[i + 1]); };
    __m256i first = _mm256_hadd_epi32(pairs(0), pairs(2));
    __m256i second = _mm256_hadd_epi32(pairs(4), pairs(6));
    __m256i all = _mm256_add_epi32(
        _mm256_permute2x128_si256(first, second, 0x20), _mm256_permute2x128_si256(first, second, 0x31));
    all = _mm256_srai_epi32(all, 11);
    all = _mm256_max_epi32(_mm256_min_epi32(all, _mm256_set1_epi32(kMax)), _mm256_set1_epi32(-kMax));
    _mm256_store_si256(reinterpret_cast<__m256i*>(outputs), all);
#else
    for (int i = 0; i < kMixers; i++) {
        outputs[i] = dot<kInputs>(rows[i], inputs);
    }
#endif
}

template <int kCount>
static inline void train(int32_t* weights, const int32_t* inputs, int error) {
    for (int v = 0; v < kCount; v += W) {
        I moved = loadWeights(weights + v) + ((loadWeights(inputs + v) * error + 0x8000) >> 16);
        moved = moved > kWeightLimit - 1 ? (I{} + (kWeightLimit - 1)) : moved;
        moved = moved < -kWeightLimit ? (I{} - kWeightLimit) : moved;
        storeWeights(weights + v, moved);
    }
}

// The final mixer has eight inputs.
using I8 = int32_t __attribute__((vector_size(32)));

static inline int finalDot(const int32_t* weights, const int32_t* inputs) {
    I8 w, x;
    __builtin_memcpy(&w, weights, sizeof w);
    __builtin_memcpy(&x, inputs, sizeof x);
    I8 products = (w * x) >> 5;
    int sum = 0;
    for (int i = 0; i < 8; i++) {
        sum += products[i];
    }
    return limit(sum >> 11);
}

static inline void trainFinal(int32_t* weights, const int32_t* inputs, int error) {
    I8 w, x;
    __builtin_memcpy(&w, weights, sizeof w);
    __builtin_memcpy(&x, inputs, sizeof x);
    w += (x * error + 0x8000) >> 16;
    w = w > kWeightLimit - 1 ? (I8{} + (kWeightLimit - 1)) : w;
    w = w < -kWeightLimit ? (I8{} - kWeightLimit) : w;
    __builtin_memcpy(weights, &w, sizeof w);
}

// A bit for each of a bucket's four slots, at its first byte, that has the check byte.
static inline uint64_t slotsWith(const uint8_t* bucket, uint8_t check) {
    constexpr uint64_t kFirstBytes = 0x0001000100010001u;
#if defined(__AVX512BW__)
    return _mm512_cmpeq_epi8_mask(_mm512_load_si512(bucket), _mm512_set1_epi8(static_cast<char>(check))) & kFirstBytes;
#elif defined(__AVX2__)
    __m256i wanted = _mm256_set1_epi8(static_cast<char>(check));
    auto half = [wanted](const uint8_t* from) {
        __m256i bytes = _mm256_load_si256(reinterpret_cast<const __m256i*>(from));
        return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, wanted)));
    };
    return (half(bucket) | static_cast<uint64_t>(half(bucket + 32)) << 32) & kFirstBytes;
#else
    uint64_t found = 0;
    for (int i = 0; i < 4; i++) {
        found |= static_cast<uint64_t>(bucket[16 * i] == check) << (16 * i);
    }
    return found;
#endif
}

static inline uint8_t* bucketOf(const Mixing& m, uint32_t hash, uint32_t neighbour) {
    return m.slots + (static_cast<size_t>((hash >> (32 - m.bucketBits)) ^ neighbour) << 6);
}

// The context has no slot here yet: it takes the least used one of the bucket, and what the prior knows into it.
static inline uint8_t* takeSlot(const Mixing& m, uint32_t hash, uint32_t neighbour, uint8_t check) {
    const Tables& t = *m.tables;
    uint8_t* bucket = bucketOf(m, hash, neighbour);
    // The least total, of equals the first: one comparison of (total, slot).
    unsigned least = static_cast<unsigned>(t.total[bucket[1]]) << 8;
    for (unsigned i = 1; i < 4; i++) {
        unsigned total = static_cast<unsigned>(t.total[bucket[16 * i + 1]]) << 8 | i;
        least = total < least ? total : least;
    }
    uint8_t* victim = bucket + 16 * (least & 3);
    for (const Mixing* primed = m.primed; primed != nullptr; primed = primed->primed) {
        const uint8_t* known = bucketOf(*primed, hash, neighbour);
        uint64_t found = slotsWith(known, check);
        if (found != 0) {
            std::memcpy(victim, known + __builtin_ctzll(found), 16);
            return victim;
        }
    }
    std::memset(victim, 0, 16);
    victim[0] = check;
    return victim;
}

// The slots of a nibble. Two passes, so that what misses the processor's caches is on its way while others are found.
static inline void findSlots(Mixing& m, const Lane& lane) {
    // The second nibble's slots lie in the neighbours of the first one's.
    uint32_t neighbour = lane.bits == 0 ? 0 : 1 + (lane.byteSoFar & 1);
    uint32_t mark = lane.bits == 0 ? 0 : lane.byteSoFar * 0x35;
    uint32_t missing = 0;
    for (int i = 0; i < kContexts; i++) {
        uint8_t check = static_cast<uint8_t>(lane.contexts[i] + mark);
        check |= check == 0;
        uint8_t* bucket = bucketOf(m, lane.contexts[i], neighbour);
        uint64_t found = slotsWith(bucket, check);
        if (found != 0) {
            m.found[i] = bucket + __builtin_ctzll(found);
        } else {
            missing |= 1u << i;
            for (const Mixing* primed = m.primed; primed != nullptr; primed = primed->primed) {
                __builtin_prefetch(bucketOf(*primed, lane.contexts[i], neighbour));
            }
        }
    }
    for (; missing != 0; missing &= missing - 1) {
        int i = __builtin_ctz(missing);
        uint8_t check = static_cast<uint8_t>(lane.contexts[i] + mark);
        check |= check == 0;
        m.found[i] = takeSlot(m, lane.contexts[i], neighbour, check);
    }
}

// Where the maps' rows of the next bit lie; what is needed of them is known when the mixers have spoken.
static inline void findMapRows(Mixing& m, const Lane& lane) {
    uint32_t hashes[4] = {
        hash(lane.last4 & 0xff, lane.byteSoFar), hash(lane.last4 & 0xffff, lane.byteSoFar), 0,
        hash(lane.recordAbove << 8 | static_cast<uint32_t>(lane.above), lane.byteSoFar)};
    for (int i : {0, 1, 3}) {
        m.mapRow[i] = m.maps[i] + (hashes[i] >> (32 - kMapBits)) * kPoints;
        __builtin_prefetch(m.mapRow[i]);
        __builtin_prefetch(m.mapRow[i] + 31);
    }
}

static inline void prefetchSlots(const Mixing& m, const Lane& lane, uint32_t neighbour) {
    for (uint32_t context : lane.contexts) {
        __builtin_prefetch(bucketOf(m, context, neighbour));
    }
}

// What is known of the bit: counters and matches.
static inline void look(Mixing& m, Lane& lane) {
    const Tables& t = *m.tables;
    int nibbleBits = lane.bits & 3;
    if (nibbleBits == 0) {
        findSlots(m, lane);
    }
    unsigned node = (1u << nibbleBits) | (lane.byteSoFar & ((1u << nibbleBits) - 1));
    m.node = node;
    uint32_t* meanings = m.meanings;
#pragma GCC unroll 18
    for (int i = 0; i < kContexts; i++) {
        unsigned state = m.found[i][node];
        uint32_t* meaning = meanings + (i << 8) + state;
        m.at[i] = meaning;
        m.state[i] = static_cast<uint8_t>(state);
        int known = t.stretch[*meaning >> 20];
        m.inputs[i] = state == 0 ? 0 : known;
    }
    int orderHit = kOrders;
    while (orderHit > 0 && m.state[orderHit - 1] == 0) {
        orderHit--;
    }
    m.orderHit = orderHit;
    findMapRows(m, lane);
    m.order1At = m.order1 + ((lane.last4 & 0xff) << 8 | lane.byteSoFar);
    m.inputs[kContexts] = t.stretch[*m.order1At >> 20];
    m.longest = 0;
    m.expected = -1;
    for (int i = 0; i < kMatches; i++) {
        Match& match = lane.matches[i];
        int input = 0;
        int linear = 0;
        m.matchBit[i] = -1;
        if (match.length > 0) {
            unsigned byte = m.history[match.pointer] | 256u;
            if (byte >> (8 - lane.bits) == lane.byteSoFar) {
                int bit = byte >> (7 - lane.bits) & 1;
                int lengthClass = t.lengthClass[match.length < 512 ? match.length : 512];
                m.matchBit[i] = bit;
                m.matchRow[i] = lengthClass;
                int right = m.matchMeanings[lengthClass] >> 16;
                input = t.stretch[right >> 4];
                linear = (right - 32768) >> 4;
                input = bit ? input : -input;
                linear = bit ? linear : -linear;
                if (match.length > m.longest) {
                    m.longest = match.length;
                    m.expected = bit;
                }
            } else {
                match.length = 0;
            }
        }
        m.inputs[kContexts + 1 + 2 * i] = input;
        m.inputs[kContexts + 2 + 2 * i] = linear;
    }
}

static inline int refine(Mixing& m, int map, int logOdds, uint16_t* row) {
    unsigned x = static_cast<unsigned>(logOdds + (kPoints / 2) * 128);
    unsigned weight = x & 127;
    uint16_t* low = row + (x >> 7);
    m.nearest[map] = low + (weight >> 6);
    return (low[0] * (128 - weight) + low[1] * weight) >> 7;
}

template <bool kModel>
static inline int finishPrediction(Mixing& m, Lane& lane, int modelOdds) {
    const Tables& t = *m.tables;
    int lengthClass = t.lengthClass[m.longest < 512 ? m.longest : 512];
    int isMatch = m.expected >= 0;
    int bits = lane.bits;
    unsigned c1 = lane.last4 & 0xff;
    int class1 = t.byteClass[c1];
    int hit = m.orderHit * 2 + isMatch;
    int odds = kModel ? oddsClass(modelOdds) : 16;
    int place = kModel ? (lane.tokenBytes < 7 ? lane.tokenBytes : 7) : 0;
    int classes = (class1 * 8 + t.byteClass[lane.last4 >> 8 & 0xff]) * 8 + t.byteClass[lane.last4 >> 16 & 0xff];
    int rows[kMixersModel] = {
        lengthClass * 8 + bits,
        static_cast<int>(lane.byteSoFar) + 256 * (m.expected + 1),
        static_cast<int>(c1),
        hit * 64 + class1 * 8 + bits,
        classes + (bits == 0 ? 0 : 512) + 1024 * isMatch,
        (lane.column < 63 ? lane.column : 63) + (lane.above == 0 ? 0 : 64 * (1 + t.byteClass[lane.above])),
        (odds * 8 + place) * 8 + bits,
        hit * 32 + odds};
    constexpr int count = kModel ? kMixersModel : kMixersAlone;
    for (int i = 0; i < count; i++) {
        m.row[i] = m.weights[i] + rows[i] * kInputs;
        if (kModel) {
            size_t page = static_cast<size_t>(m.row[i] - m.weights[0]) / kWeightsTogether;
            if (!m.hasWeights[page]) {
                setWeights(m, page);
            }
        }
    }
    dots<count>(m.row, m.inputs, m.mixed);
    int matchClass = isMatch == 0 ? 0 : 1 + (lengthClass / 3 < 6 ? lengthClass / 3 : 6);
    m.finalRow = m.finalWeights + ((matchClass * 17 + odds) * 8 + (kModel ? place : bits)) * 8;
    int last = finalDot(m.finalRow, m.mixed);
    m.last = last;
    int order1 = refine(m, 0, last, m.mapRow[0]);
    int order2 = refine(m, 1, last, m.mapRow[1]);
    int match = refine(m, 2, last, m.maps[2] + (m.expected < 0 ? 63 : lengthClass * 2 + m.expected) * kPoints);
    int column = refine(m, 3, last, m.mapRow[3]);
    int p = (2 * t.squash[last + kMax] + 2 * order1 + 2 * order2 + match + column) >> 3;
    if (kModel) {
        p = (6 * p + 2 * refine(m, 4, last, m.maps[4] + (odds * 8 + place) * kPoints)) >> 3;
    }
    return p < 1 ? 1 : p > 65535 ? 65535 : p;
}

static inline void learnCounts(Mixing& m, Lane& lane, unsigned bit) {
    const Tables& t = *m.tables;
#pragma GCC unroll 18
    for (int i = 0; i < kContexts; i++) {
        *m.at[i] = moved(t, *m.at[i], bit, kStateLimit);
        m.found[i][m.node] = t.next[2 * m.state[i] + bit];
    }
    *m.order1At = moved(t, *m.order1At, bit, kStateLimit);
    for (int i = 0; i < kMatches; i++) {
        if (m.matchBit[i] >= 0) {
            uint32_t& meaning = m.matchMeanings[m.matchRow[i]];
            meaning = moved(t, meaning, m.matchBit[i] == static_cast<int>(bit), kCountLimit);
        }
    }
    lane.byteSoFar = lane.byteSoFar << 1 | bit;
    lane.bits++;
    if (lane.bits == 8) {
        takeByte(m, lane);
        prefetchSlots(m, lane, 0);
    } else if (lane.bits == 2 || lane.bits == 3) {
        prefetchSlots(m, lane, static_cast<uint32_t>(lane.bits - 1));
    }
    findMapRows(m, lane);
}

// After learnCounts, and what could be done meanwhile: what a byte's end changes and takes the processor's time to fetch.
static inline void endBit(Mixing& m, Lane& lane) {
    if (lane.bits == 0) {
        followMatches(m, lane);
    }
}

template <bool kModel>
static inline void update(Mixing& m, Lane& lane, unsigned bit) {
    const Tables& t = *m.tables;
    constexpr int count = kModel ? kMixersModel : kMixersAlone;
    // First, since it asks for memory that is there once the mixers have learned.
    learnCounts(m, lane, bit);
    int target = static_cast<int>(bit << 16);
    for (int i = 0; i < count; i++) {
        train<kInputs>(m.row[i], m.inputs, ((target - t.squash[m.mixed[i] + kMax]) * m.rate) >> 4);
    }
    trainFinal(m.finalRow, m.mixed, ((target - t.squash[m.last + kMax]) * kFinalRate) >> 4);
    int limitValue = bit ? 65535 : 0;
    for (int i = 0; i < (kModel ? 5 : 4); i++) {
        *m.nearest[i] = static_cast<uint16_t>(*m.nearest[i] + ((limitValue - *m.nearest[i] + 32) >> 6));
    }
    m.bitsLearned++;
    if ((m.bitsLearned & 7) == 0) {
        m.rate = kRate + static_cast<int>(kExtraRate * 1024 / ((m.bitsLearned >> 3) + 1024));
    }
    endBit(m, lane);
}

static inline int predictAlone(Mixing& m) {
    look(m, *m.lane);
    return finishPrediction<false>(m, *m.lane, 0);
}

static void prime(Mixing& m, const uint8_t* text, int count) {
    for (int i = 0; i < count; i++) {
        for (int k = 7; k >= 0; k--) {
            predictAlone(m);
            update<false>(m, *m.lane, text[i] >> k & 1);
        }
    }
}

static void encodeBytes(Mixing& m, RangeEncoder& coder, const uint8_t* text, int count) {
    for (int i = 0; i < count; i++) {
        for (int k = 7; k >= 0; k--) {
            unsigned bit = text[i] >> k & 1;
            coder.bit(bit, static_cast<uint32_t>(predictAlone(m)));
            update<false>(m, *m.lane, bit);
        }
    }
}

static bool decodeBytes(Mixing& m, RangeDecoder& coder, uint8_t* text, int count) {
    for (int i = 0; i < count; i++) {
        unsigned byte = 0;
        for (int k = 0; k < 8; k++) {
            unsigned bit = 0;
            if (!coder.bit(static_cast<uint32_t>(predictAlone(m)), bit)) {
                return false;
            }
            update<false>(m, *m.lane, bit);
            byte = byte << 1 | bit;
        }
        text[i] = static_cast<uint8_t>(byte);
    }
    return true;
}

static inline int predictBit(Mixing& m, int odds) {
    look(m, *m.lane);
    m.inputs[kModelInput] = odds;
    m.inputs[kModelInput + 1] = odds > kSure || odds < -kSure ? odds / 2 : 0;
    return finishPrediction<true>(m, *m.lane, odds);
}

// Probability of 65536 that the lane's symbol ends here.
static int predictStop(Mixing& m, int odds) {
    const Tables& t = *m.tables;
    const Lane& lane = *m.lane;
    StopModel& stop = m.stop;
    uint32_t place = static_cast<uint32_t>(lane.tokenBytes);
    int shift = 32 - stop.bits;
    uint32_t hashes[kStopContexts] = {
        hash(1, lane.tokenHash),
        hash(hash(2, lane.last4 & 0xffff), place),
        hash(hash(3, lane.last4 & 0xffffff), place),
        hash(hash(4, lane.last4), place),
        hash(hash(5, lane.last4), hash(lane.before4 & 0xffff, place)),
        hash(hash(6, lane.word), hash(lane.wordBefore, place))};
    stop.inputs[0] = odds;
    for (int i = 0; i < kStopContexts; i++) {
        stop.at[i] = stop.tables[i] + (hashes[i] >> shift);
        uint32_t value = *stop.at[i];
        stop.inputs[i + 1] = (value & 1023) == 0 ? 0 : t.stretch[value >> 20];
    }
    int longest = 0;
    int expectation = 0;
    for (const Match& match : lane.matches) {
        if (match.length > longest) {
            longest = match.length;
            expectation = match.length < kStopMatchLeast ? 0 : m.tokenBegins[match.pointer] ? 1 : -1;
        }
    }
    stop.inputs[kStopContexts + 1] = expectation * (kMax / 4);
    stop.inputs[kStopContexts + 2] = 256;
    int lengthClass = t.lengthClass[longest < 512 ? longest : 512];
    int matchClass = expectation == 0 ? 0 : 1 + (lengthClass / 4 < 6 ? lengthClass / 4 : 6);
    int row = (matchClass * 16 + oddsClass(odds)) * 8 + (lane.tokenBytes < 7 ? lane.tokenBytes : 7);
    stop.row = stop.weights + row * kStopInputs;
    stop.mixed = dot<kStopInputs>(stop.row, stop.inputs);
    return t.squash[stop.mixed + kMax];
}

static void updateStop(Mixing& m, unsigned stops) {
    const Tables& t = *m.tables;
    StopModel& stop = m.stop;
    int error = ((static_cast<int>(stops << 16) - t.squash[stop.mixed + kMax]) * kStopRate) >> 4;
    train<kStopInputs>(stop.row, stop.inputs, error);
    for (int i = 0; i < kStopContexts; i++) {
        *stop.at[i] = moved(t, *stop.at[i], stops, kStateLimit);
    }
}

// Bits that nothing else could have: counters and history learn them, mixers do not. False if they do not fit in.
static bool learn(Mixing& m, Walk& walk, int symbol, int to) {
    const int* offsets = walk.spelling->offsets.data() + symbol;
    if (to > walk.roomBits || to > 8 * (offsets[1] - offsets[0])) {
        return false;
    }
    const uint8_t* spelling = walk.spelling->bytes.data() + offsets[0];
    for (; walk.bits < to; walk.bits++) {
        look(m, *m.lane);
        learnCounts(m, *m.lane, spelling[walk.bits >> 3] >> (7 - (walk.bits & 7)) & 1);
        endBit(m, *m.lane);
    }
    return true;
}

// The decision at the walk's node is about to be made: returns the probability of its upper half, 0 if the symbol does not
// fit into the lane.
static uint32_t predictNode(Mixing& m, Walk& walk, int odds) {
    const Spelling& s = *walk.spelling;
    size_t node = static_cast<size_t>(walk.node);
    walk.stops = s.decision[node] == kStop;
    int decided = 8 * s.bytesBefore[node] + (walk.stops ? 0 : s.decision[node]);
    if (!learn(m, walk, walk.first, decided)) {
        return 0;
    }
    if (walk.stops) {
        return 65536u - static_cast<uint32_t>(predictStop(m, -odds));
    }
    return walk.bits < walk.roomBits ? static_cast<uint32_t>(predictBit(m, odds)) : 0;
}

static bool endSymbol(Mixing& m, Walk& walk);

// The decision was made. False if the symbol that this leads to does not fit into the lane.
static bool decideNode(Mixing& m, Walk& walk, unsigned isUpper) {
    const Spelling& s = *walk.spelling;
    size_t node = static_cast<size_t>(walk.node);
    if (walk.stops) {
        updateStop(m, !isUpper);
    } else {
        update<true>(m, *m.lane, isUpper);
        walk.bits++;
    }
    walk.first = isUpper ? s.split[node] : walk.first;
    walk.node = isUpper ? s.upper[node] : s.lower[node];
    return walk.node >= 0 || endSymbol(m, walk);
}

static bool endSymbol(Mixing& m, Walk& walk) {
    size_t symbol = static_cast<size_t>(~walk.node);
    return learn(m, walk, ~walk.node, 8 * (walk.spelling->offsets[symbol + 1] - walk.spelling->offsets[symbol]));
}

static bool encodeSymbol(Mixing& m, Walk& walk, RangeEncoder& coder, int symbol, const int16_t*& odds, const int16_t* oddsEnd) {
    if (walk.node < 0) {
        return endSymbol(m, walk);
    }
    while (walk.node >= 0) {
        if (odds == oddsEnd) {
            return false;
        }
        uint32_t one = predictNode(m, walk, *odds++);
        if (one == 0) {
            return false;
        }
        unsigned isUpper = symbol >= walk.spelling->split[static_cast<size_t>(walk.node)];
        coder.bit(isUpper, one);
        if (!decideNode(m, walk, isUpper)) {
            return false;
        }
    }
    return ~walk.node == symbol;
}

static int decodeDecision(Mixing& m, Walk& walk, RangeDecoder& coder, int odds) {
    uint32_t one = predictNode(m, walk, odds);
    if (one == 0) {
        return kNoRoom;
    }
    unsigned isUpper = 0;
    if (!coder.bit(one, isUpper)) {
        return kBadCode;
    }
    return decideNode(m, walk, isUpper) ? walk.node : kNoRoom;
}

// All decisions of a symbol: the masses of an interval's halves are differences of sums, and only those that the path meets
// are asked for.
static int decodeSymbol(Mixing& m, Walk& walk, RangeDecoder& coder, const Row& row) {
    const Tables& t = *m.tables;
    const std::vector<int>& splits = walk.spelling->split;
    int64_t first = 0;
    int64_t end = totalOf(row.table, row.sums);
    while (walk.node >= 0) {
        int split = splits[static_cast<size_t>(walk.node)];
        int64_t middle = row.below(split);
        int next = decodeDecision(m, walk, coder, logOdds(t, end - middle, middle - first));
        if (next >= kNoRoom) {
            return next;
        }
        (walk.first == split ? first : end) = middle;
    }
    return walk.node;
}

// The lane's next bit is the first of a byte, and soon to come: asks for the memory that it will read.
static void expect(const Mixing& m, const Lane& lane) {
    prefetchSlots(m, lane, 0);
    __builtin_prefetch(m.order1 + ((lane.last4 & 0xff) << 8));
    __builtin_prefetch(m.weights[2] + (lane.last4 & 0xff) * kInputs);
}
