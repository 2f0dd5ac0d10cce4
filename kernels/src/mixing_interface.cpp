// The C interface of the mixing: checks, and no exception beyond this file.
#include "../codelength_mixing.h"

#include <algorithm>
#include <new>
#include <optional>
#include <string>

#include "mixing.h"
#include "model.h"

using namespace codelength::mixing;

namespace codelength {
namespace mixing {

extern const MixingPath kPlainMixing;
#if defined(__x86_64__)
extern const MixingPath kAvx2Mixing;
extern const MixingPath kAvx512Mixing;
#endif

}  // namespace mixing
}  // namespace codelength

namespace {

std::vector<const MixingPath*> findPaths() {
    std::vector<const MixingPath*> found;
#if defined(__x86_64__)
    auto has = [](const char* name) {
        for (const codelength::Path* path : codelength::paths()) {
            if (std::strcmp(path->name, name) == 0) {
                return true;
            }
        }
        return false;
    };
    if (has("avx512vnni")) {
        found.push_back(&kAvx512Mixing);
    }
    if (has("avx2")) {
        found.push_back(&kAvx2Mixing);
    }
#endif
    found.push_back(&kPlainMixing);
    return found;
}

const std::vector<const MixingPath*>& mixingPaths() {
    static const std::vector<const MixingPath*> found = findPaths();
    return found;
}

bool within(int value, int least, int most) {
    return value >= least && value <= most;
}

int lengthClass(int length) {
    if (length < 16) {
        return length;
    } else if (length < 32) {
        return 16 + (length - 16) / 4;
    } else if (length < 64) {
        return 20 + (length - 32) / 16;
    } else if (length < 128) {
        return 22;
    } else if (length < 256) {
        return 23;
    }
    return length < 512 ? 24 : 25;
}

int classOf(int c) {
    if (c >= 'a' && c <= 'z') {
        return 1;
    } else if (c >= 'A' && c <= 'Z') {
        return 2;
    } else if (c >= '0' && c <= '9') {
        return 3;
    } else if (c == ' ') {
        return 4;
    } else if (c == '\n' || c == '\r') {
        return 5;
    } else if (c >= 128) {
        return 6;
    }
    return c < 32 ? 7 : 0;
}

constexpr int kTextMost = 1 << 20;
constexpr int kLanesMost = 32;

}  // namespace

struct cl_mixing {
    Tables tables{};
    const MixingPath* path = nullptr;
    std::unique_ptr<Mixing> primed;
};

struct cl_spelling {
    Spelling spelling;
};

struct cl_head {
    codelength::SymbolTable table;
};

struct cl_mixer {
    const cl_mixing& mixing;
    const Spelling* spelling;
    std::unique_ptr<Mixing> frame;
    std::vector<int> laneEnds;  // in the history
    RangeEncoder encoder;
    std::optional<RangeDecoder> decoder;
    std::vector<uint8_t> payload;
    bool finished = false;
    Walk walk;
    struct Known {
        std::vector<int32_t> symbols;
        std::vector<int16_t> odds;
        const int16_t* next = nullptr;
    };
    std::vector<Known> known;

    int room() const {
        const Lane& lane = *frame->lane;
        return laneEnds[static_cast<size_t>(&lane - frame->lanes.data()) - 1] - lane.start - lane.position;
    }

    void begin(int lane) {
        select(*frame, lane);
        // Other lanes and the model's passes came between, so nothing of the next lane is left in the processor's caches.
        if (lane + 1 < static_cast<int>(known.size())) {
            mixing.path->expect(*frame, frame->lanes[static_cast<size_t>(lane) + 2]);
        }
        beginToken(*frame);
        walk = Walk{spelling, spelling->root, 0, 0, 8 * room(), false};
    }
};

extern "C" {

int32_t cl_mixing_abi(void) {
    return CL_MIXING_ABI;
}

const char* cl_mixing_paths(void) {
    static const std::string names = [] {
        std::string joined;
        for (const MixingPath* path : mixingPaths()) {
            joined += (joined.empty() ? "" : ",") + std::string(path->name);
        }
        return joined;
    }();
    return names.c_str();
}

cl_mixing* cl_mixing_create(
    const char* path, const int16_t* stretch, const uint16_t* squash, int32_t squash_count, int32_t states,
    const uint8_t* next, const uint8_t* totals, const int32_t* meanings, const int32_t* logs, const uint8_t* prior,
    int32_t prior_count) {
    if (squash_count != 2 * kMax + 1 || !within(states, 1, 256) || !within(prior_count, 0, kTextMost)) {
        return nullptr;
    }
    try {
        std::unique_ptr<cl_mixing> mixing(new cl_mixing);
        for (const MixingPath* candidate : mixingPaths()) {
            if (std::strcmp(candidate->name, path) == 0) {
                mixing->path = candidate;
            }
        }
        if (mixing->path == nullptr) {
            return nullptr;
        }
        Tables& t = mixing->tables;
        for (int i = 0; i < 4096; i++) {
            t.stretch[i] = static_cast<int16_t>(limit(stretch[i]));
        }
        std::copy_n(squash, squash_count, t.squash);
        for (int state = 0; state < states; state++) {
            for (int bit = 0; bit < 2; bit++) {
                if (next[2 * state + bit] >= states) {
                    return nullptr;
                }
                t.next[2 * state + bit] = next[2 * state + bit];
            }
            t.total[state] = totals[state];
            t.newMeaning[state] = static_cast<uint32_t>(meanings[state]);
        }
        for (int c = 0; c < 256; c++) {
            t.byteClass[c] = static_cast<uint8_t>(classOf(c));
        }
        for (int length = 0; length <= 512; length++) {
            t.lengthClass[length] = static_cast<uint8_t>(lengthClass(length));
        }
        constexpr int64_t kFull = (1 << 22) - 1;
        for (int row = 0; row < kMatchRows; row++) {
            t.newMatch[row] = static_cast<uint32_t>((3 * row + 2) * kFull / (3 * row + 4)) << 10;
        }
        for (int point = 0; point < kPoints; point++) {
            t.newPoints[point] = t.squash[limit((point - kPoints / 2) * 128) + kMax];
        }
        for (int n = 0; n < 1024; n++) {
            t.rate[n] = (1 << 14) / (2 * n + 3);
        }
        std::copy_n(logs, 1 << kLogBits, t.logs);
        t.logOf2 = logs[1 << kLogBits];
        int starts[2] = {0, prior_count};
        mixing->primed = open(t, nullptr, starts, 1, Sizes::prior(), false);
        mixing->path->prime(*mixing->primed, prior, prior_count);
        return mixing.release();
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

cl_mixing* cl_mixing_teach(const cl_mixing* mixing, const uint8_t* dictionary, int32_t count) {
    if (!within(count, 1, kTextMost) || mixing->primed->isDictionary) {
        return nullptr;
    }
    try {
        std::unique_ptr<cl_mixing> taught(new cl_mixing);
        taught->tables = mixing->tables;
        taught->path = mixing->path;
        int starts[2] = {0, count};
        taught->primed = open(taught->tables, mixing->primed.get(), starts, 1, Sizes::ofDictionary(count), false);
        taught->path->prime(*taught->primed, dictionary, count);
        taught->primed->isDictionary = true;
        return taught.release();
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void cl_mixing_free(cl_mixing* mixing) {
    delete mixing;
}

cl_spelling* cl_spelling_create(
    int32_t symbols, int32_t root, const int32_t* split, const int32_t* bytes_before, const uint8_t* decision,
    const int32_t* lower, const int32_t* upper, const int32_t* offsets, const uint8_t* bytes) {
    if (!within(symbols, 1, (1 << 18) - 1) || offsets[0] != 0) {
        return nullptr;
    }
    int nodes = symbols - 1;
    for (int symbol = 0; symbol < symbols; symbol++) {
        if (!within(offsets[symbol + 1] - offsets[symbol], 1, 1 << 16)) {
            return nullptr;
        }
    }
    if (root != (nodes == 0 ? ~0 : 0)) {
        return nullptr;
    }
    for (int node = 0; node < nodes; node++) {
        // Nodes come before their children, so that every walk ends.
        auto isChild = [&](int32_t child) { return child < 0 ? ~child < symbols : child > node && child < nodes; };
        if (!isChild(lower[node]) || !isChild(upper[node]) || !within(split[node], 1, symbols - 1) ||
            decision[node] > kStop || !within(bytes_before[node], 0, 1 << 16)) {
            return nullptr;
        }
    }
    try {
        std::unique_ptr<cl_spelling> made(new cl_spelling);
        Spelling& s = made->spelling;
        s.root = root;
        s.split.assign(split, split + nodes);
        s.bytesBefore.assign(bytes_before, bytes_before + nodes);
        s.decision.assign(decision, decision + nodes);
        s.lower.assign(lower, lower + nodes);
        s.upper.assign(upper, upper + nodes);
        s.offsets.assign(offsets, offsets + symbols + 1);
        s.bytes.assign(bytes, bytes + offsets[symbols]);
        return made.release();
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void cl_spelling_free(cl_spelling* spelling) {
    delete spelling;
}

cl_head* cl_head_create(int32_t head_rows, int32_t symbols, const int32_t* first_row, const int32_t* rowless) {
    try {
        std::unique_ptr<cl_head> made(new cl_head);
        return made->table.set(head_rows, symbols, first_row, rowless) ? made.release() : nullptr;
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void cl_head_free(cl_head* head) {
    delete head;
}

cl_mixer* cl_mixer_open(
    const cl_mixing* mixing, const cl_spelling* spelling, const int32_t* lane_starts, int32_t lanes, int32_t memory_bits) {
    if (!within(lanes, 1, spelling == nullptr ? 1 : kLanesMost) || !within(memory_bits, 16, 26) || lane_starts[0] != 0 ||
        lane_starts[lanes] > kTextMost) {
        return nullptr;
    }
    for (int lane = 0; lane < lanes; lane++) {
        if (lane_starts[lane] > lane_starts[lane + 1]) {
            return nullptr;
        }
    }
    try {
        bool model = spelling != nullptr;
        std::unique_ptr<cl_mixer> mixer(new cl_mixer{*mixing, model ? &spelling->spelling : nullptr, nullptr, {}, {}, {}, {}, false, {}, {}});
        mixer->frame = open(
            mixing->tables, mixing->primed.get(), lane_starts, lanes, Sizes::of(lane_starts[lanes], memory_bits), model);
        for (int lane = 0; lane < lanes; lane++) {
            mixer->laneEnds.push_back(mixing->primed->historyBytes + lane_starts[lane + 1]);
        }
        mixer->known.resize(static_cast<size_t>(lanes));
        return mixer.release();
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void cl_mixer_close(cl_mixer* mixer) {
    delete mixer;
}

int32_t cl_mixer_encode(cl_mixer* mixer, const uint8_t* text, int32_t count) {
    if (mixer->spelling != nullptr || mixer->finished || mixer->decoder || !within(count, 0, mixer->room())) {
        return CL_BAD_ARGUMENT;
    }
    try {
        mixer->mixing.path->encodeBytes(*mixer->frame, mixer->encoder, text, count);
        return CL_OK;
    } catch (const std::bad_alloc&) {
        return CL_NO_MEMORY;
    }
}

int32_t cl_mixer_lane(
    cl_mixer* mixer, int32_t lane, const int32_t* symbols, int32_t symbol_count, const int16_t* odds, int32_t odds_count) {
    if (mixer->spelling == nullptr || !within(lane, 0, static_cast<int>(mixer->known.size()) - 1) || symbol_count < 0 ||
        odds_count < 0) {
        return CL_BAD_ARGUMENT;
    }
    try {
        cl_mixer::Known& known = mixer->known[static_cast<size_t>(lane)];
        known.symbols.assign(symbols, symbols + symbol_count);
        known.odds.resize(static_cast<size_t>(odds_count));
        for (int i = 0; i < odds_count; i++) {
            known.odds[static_cast<size_t>(i)] = static_cast<int16_t>(limit(odds[i]));
        }
        known.next = known.odds.data();
        return CL_OK;
    } catch (const std::bad_alloc&) {
        return CL_NO_MEMORY;
    }
}

int32_t cl_mixer_encode_steps(cl_mixer* mixer, int32_t first, int32_t end) {
    if (mixer->spelling == nullptr || mixer->finished || mixer->decoder || first < 0) {
        return CL_BAD_ARGUMENT;
    }
    try {
        for (int step = first; step < end; step++) {
            for (size_t lane = 0; lane < mixer->known.size(); lane++) {
                cl_mixer::Known& known = mixer->known[lane];
                if (static_cast<size_t>(step) < known.symbols.size()) {
                    mixer->begin(static_cast<int>(lane));
                    const int16_t* oddsEnd = known.odds.data() + known.odds.size();
                    if (!mixer->mixing.path->encodeSymbol(
                            *mixer->frame, mixer->walk, mixer->encoder, known.symbols[static_cast<size_t>(step)], known.next,
                            oddsEnd)) {
                        return CL_BAD_ARGUMENT;
                    }
                }
            }
        }
        return CL_OK;
    } catch (const std::bad_alloc&) {
        return CL_NO_MEMORY;
    }
}

int32_t cl_mixer_finish(cl_mixer* mixer) {
    if (!mixer->finished) {
        mixer->encoder.finish();
        mixer->finished = true;
    }
    return static_cast<int32_t>(mixer->encoder.bytes.size());
}

int32_t cl_mixer_payload(const cl_mixer* mixer, uint8_t* payload, int32_t count) {
    if (!mixer->finished || static_cast<size_t>(count) != mixer->encoder.bytes.size()) {
        return CL_BAD_ARGUMENT;
    }
    std::copy(mixer->encoder.bytes.begin(), mixer->encoder.bytes.end(), payload);
    return CL_OK;
}

int32_t cl_mixer_decode_from(cl_mixer* mixer, const uint8_t* payload, int32_t count) {
    if (mixer->decoder || count < 0) {
        return CL_BAD_ARGUMENT;
    }
    try {
        mixer->payload.assign(payload, payload + count);
        mixer->decoder.emplace(mixer->payload.data(), mixer->payload.size());
        return CL_OK;
    } catch (const std::bad_alloc&) {
        return CL_NO_MEMORY;
    }
}

int32_t cl_mixer_decode(cl_mixer* mixer, uint8_t* text, int32_t count) {
    if (mixer->spelling != nullptr || !mixer->decoder || !within(count, 0, mixer->room())) {
        return CL_BAD_ARGUMENT;
    }
    return mixer->mixing.path->decodeBytes(*mixer->frame, *mixer->decoder, text, count) ? static_cast<int32_t>(CL_OK) : static_cast<int32_t>(CL_BAD_CODE);
}

int32_t cl_mixer_begin(cl_mixer* mixer, int32_t lane) {
    if (mixer->spelling == nullptr || !mixer->decoder || !within(lane, 0, static_cast<int>(mixer->known.size()) - 1)) {
        return CL_BAD_CODE;
    }
    mixer->begin(lane);
    if (mixer->walk.node < 0 && !mixer->mixing.path->endSymbol(*mixer->frame, mixer->walk)) {
        return CL_NO_ROOM;
    }
    return mixer->walk.node;
}

int32_t cl_mixer_decide(cl_mixer* mixer, int32_t odds) {
    if (!mixer->decoder || mixer->walk.spelling == nullptr || mixer->walk.node < 0) {
        return CL_BAD_CODE;
    }
    int next = mixer->mixing.path->decodeDecision(*mixer->frame, mixer->walk, *mixer->decoder, limit(odds));
    if (next >= CL_NO_ROOM) {
        mixer->walk.node = ~0;  // the walk is over
    }
    return next;
}

int32_t cl_mixer_next(
    cl_mixer* mixer, int32_t lane, const cl_head* head, const int32_t* exponentials, const int64_t* sums) {
    if (mixer->spelling == nullptr || static_cast<size_t>(head->table.symbols) != mixer->spelling->split.size() + 1) {
        return CL_BAD_CODE;
    }
    int32_t node = cl_mixer_begin(mixer, lane);
    if (node < 0 || node >= CL_NO_ROOM) {
        return node;
    }
    int next = mixer->mixing.path->decodeSymbol(
        *mixer->frame, mixer->walk, *mixer->decoder, Row{head->table, exponentials, sums});
    mixer->walk.node = ~0;  // the walk is over
    return next;
}

int32_t cl_mixer_end(const cl_mixer* mixer) {
    return mixer->decoder && mixer->decoder->finished() ? static_cast<int32_t>(CL_OK) : static_cast<int32_t>(CL_BAD_CODE);
}

}  // extern "C"
