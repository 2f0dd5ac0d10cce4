// Mixing there and back on every path, under the sanitizers of check.sh. That its bytes are the reference's is the Java side's
// test; here tables are made up, and what is claimed is that all paths agree and that nothing outside is touched.
#ifndef CODELENGTH_MIXING_TESTS_H
#define CODELENGTH_MIXING_TESTS_H

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "../codelength_mixing.h"

namespace mixing_tests {

using Bytes = std::vector<uint8_t>;

constexpr int kMax = 2815;
constexpr int kCountMost = 15;  // counter states are pairs of counts below this

inline Bytes noisyText(int count, uint32_t seed) {
    static const char kWords[] = "the mixers learn from what was coded; 2026-11-25 10:00:17 INFO frame 9 took 31 us\n";
    Bytes text;
    for (int i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        bool noise = seed >> 27 == 0;
        text.push_back(noise ? static_cast<uint8_t>(seed >> 16) : static_cast<uint8_t>(kWords[i % (sizeof kWords - 1)]));
    }
    return text;
}

inline cl_mixing* create(const char* path) {
    std::vector<int16_t> stretch;
    for (int p = 0; p < 4096; p++) {
        double q = (p + 0.5) / 4096;
        stretch.push_back(static_cast<int16_t>(std::min(2815.0, std::max(-2815.0, 256 * std::log(q / (1 - q))))));
    }
    std::vector<uint16_t> squash;
    for (int x = -kMax; x <= kMax; x++) {
        squash.push_back(static_cast<uint16_t>(std::min(65535.0, std::max(1.0, 65536 / (1 + std::exp(-x / 256.0))))));
    }
    Bytes next, totals;
    std::vector<int32_t> meanings;
    for (int zeros = 0; zeros < kCountMost; zeros++) {
        for (int ones = 0; ones < kCountMost; ones++) {
            int moreZeros = std::min(zeros + 1, kCountMost - 1), moreOnes = std::min(ones + 1, kCountMost - 1);
            next.push_back(static_cast<uint8_t>(moreZeros * kCountMost + ones / 2));
            next.push_back(static_cast<uint8_t>(zeros / 2 * kCountMost + moreOnes));
            totals.push_back(static_cast<uint8_t>(zeros + ones));
            uint32_t p = static_cast<uint32_t>((4 * ones + 2) * ((1 << 22) - 1LL) / (4 * (zeros + ones) + 4));
            meanings.push_back(static_cast<int32_t>(p << 10));
        }
    }
    std::vector<int32_t> logs;
    for (int m = 0; m < 4096; m++) {
        logs.push_back(static_cast<int32_t>(std::rint(65536 * std::log(1 + (m + 0.5) / 4096))));
    }
    logs.push_back(static_cast<int32_t>(std::rint(65536 * std::log(2.0))));
    Bytes prior = noisyText(5000, 1);
    return cl_mixing_create(
        path, stretch.data(), squash.data(), static_cast<int32_t>(squash.size()), static_cast<int32_t>(totals.size()), next.data(),
        totals.data(), meanings.data(), logs.data(), prior.data(), static_cast<int32_t>(prior.size()));
}

inline Bytes finished(cl_mixer* mixer) {
    Bytes payload(static_cast<size_t>(cl_mixer_finish(mixer)));
    cl_mixer_payload(mixer, payload.data(), static_cast<int32_t>(payload.size()));
    cl_mixer_close(mixer);
    return payload;
}

inline Bytes encode(const cl_mixing* mixing, const Bytes& text, int memoryBits) {
    int32_t starts[2] = {0, static_cast<int32_t>(text.size())};
    cl_mixer* mixer = cl_mixer_open(mixing, nullptr, starts, 1, memoryBits);
    cl_mixer_encode(mixer, text.data(), starts[1]);
    return finished(mixer);
}

// Empty if the payload is refused.
inline Bytes decode(const cl_mixing* mixing, const Bytes& payload, size_t bytes, int memoryBits) {
    int32_t starts[2] = {0, static_cast<int32_t>(bytes)};
    cl_mixer* mixer = cl_mixer_open(mixing, nullptr, starts, 1, memoryBits);
    cl_mixer_decode_from(mixer, payload.data(), static_cast<int32_t>(payload.size()));
    Bytes text(bytes);
    bool whole = cl_mixer_decode(mixer, text.data(), starts[1]) == CL_OK && cl_mixer_end(mixer) == CL_OK;
    cl_mixer_close(mixer);
    return whole ? text : Bytes();
}

// The symbols "a", "ab" and "b": one decision by a bit, one whether the symbol ends.
inline cl_spelling* threeSymbols() {
    int32_t split[] = {2, 1}, before[] = {0, 1}, lower[] = {1, ~0}, upper[] = {~2, ~1}, offsets[] = {0, 1, 3, 4};
    uint8_t decision[] = {6, 8}, bytes[] = {'a', 'a', 'b', 'b'};
    return cl_spelling_create(3, 0, split, before, decision, lower, upper, offsets, bytes);
}

// Symbols of two lanes there and back, with odds that are right more often than not.
inline bool symbolsComeBack(const cl_mixing* mixing, const cl_spelling* spelling, Bytes& payload) {
    std::vector<int32_t> symbols[2];
    std::vector<int16_t> odds[2];
    int32_t starts[3] = {0, 0, 0};
    uint32_t seed = 3;
    for (int lane = 0; lane < 2; lane++) {
        starts[lane + 1] = starts[lane];
        for (int i = 0; i < 700 - 100 * lane; i++) {
            seed = seed * 1664525u + 1013904223u;
            int symbol = static_cast<int>((seed >> 20) % 3);
            symbols[lane].push_back(symbol);
            starts[lane + 1] += symbol == 1 ? 2 : 1;
            int16_t guess = static_cast<int16_t>(seed >> 8 & 1023);
            odds[lane].push_back(symbol == 2 ? guess : static_cast<int16_t>(-guess));
            if (symbol < 2) {
                odds[lane].push_back(symbol == 1 ? guess : static_cast<int16_t>(-guess));
            }
        }
    }
    cl_mixer* encoder = cl_mixer_open(mixing, spelling, starts, 2, 20);
    for (int lane = 0; lane < 2; lane++) {
        cl_mixer_lane(
            encoder, lane, symbols[lane].data(), static_cast<int32_t>(symbols[lane].size()), odds[lane].data(),
            static_cast<int32_t>(odds[lane].size()));
    }
    if (cl_mixer_encode_steps(encoder, 0, 700) != CL_OK) {
        return false;
    }
    payload = finished(encoder);
    cl_mixer* decoder = cl_mixer_open(mixing, spelling, starts, 2, 20);
    cl_mixer_decode_from(decoder, payload.data(), static_cast<int32_t>(payload.size()));
    size_t at[2] = {0, 0};
    bool same = true;
    for (size_t step = 0; same && step < 700; step++) {
        for (int lane = 0; same && lane < 2; lane++) {
            if (step < symbols[lane].size()) {
                int node = cl_mixer_begin(decoder, lane);
                while (node >= 0 && node < CL_NO_ROOM) {
                    node = cl_mixer_decide(decoder, odds[lane][at[lane]++]);
                }
                same = node == ~symbols[lane][step];
            }
        }
    }
    same = same && cl_mixer_end(decoder) == CL_OK;
    cl_mixer_close(decoder);
    return same;
}

// Whatever the payload is, a call for a symbol gives what a call for each of its decisions gives: symbols "a" (two rows of the
// head), "ab" (none) and "b" (130 rows, so that there are two blocks).
inline bool rowsGiveTheSameAsOdds(const cl_mixing* mixing, const cl_spelling* spelling) {
    const int32_t firstRow[] = {0, 2, 2, 132}, rowless[] = {0, 0, 1, 1};
    cl_head* head = cl_head_create(132, 3, firstRow, rowless);
    const int32_t starts[3] = {0, 300, 500};
    Bytes payload(400);
    std::vector<int32_t> exponentials(256);
    uint32_t seed = 17;
    auto random = [&seed] { return seed = seed * 1664525u + 1013904223u; };
    bool same = cl_head_create(131, 3, firstRow, rowless) == nullptr;
    int refused = 0;
    for (int round = 0; round < 20; round++) {
        for (uint8_t& byte : payload) {
            byte = static_cast<uint8_t>(round == 0 ? 255 : random() >> 24);
        }
        cl_mixer* whole = cl_mixer_open(mixing, spelling, starts, 2, 20);
        cl_mixer* parts = cl_mixer_open(mixing, spelling, starts, 2, 20);
        cl_mixer_decode_from(whole, payload.data(), static_cast<int32_t>(payload.size()));
        cl_mixer_decode_from(parts, payload.data(), static_cast<int32_t>(payload.size()));
        int32_t node = ~0;
        for (int step = 0; same && node < 0; step++) {
            int64_t sums[3] = {0, 0, 0};
            for (int row = 0; row < 132; row++) {
                exponentials[static_cast<size_t>(row)] = static_cast<int32_t>(1 + (random() >> (4 + random() % 26)));
                sums[1 + row / 128] += exponentials[static_cast<size_t>(row)];
            }
            sums[2] += sums[1];
            int64_t a = static_cast<int64_t>(exponentials[0]) + exponentials[1], total = sums[2] + 1;
            auto odds = [](int64_t one, int64_t zero) {
                auto log = [](int64_t v) {
                    int exponent = 63 - __builtin_clzll(static_cast<uint64_t>(v));
                    int64_t mantissa = exponent >= 12 ? v >> (exponent - 12) : v << (12 - exponent);
                    return exponent * static_cast<int>(std::rint(65536 * std::log(2.0))) +
                           static_cast<int>(std::rint(65536 * std::log(1 + ((mantissa & 4095) + 0.5) / 4096)));
                };
                return std::min(kMax, std::max(-kMax, (log(one) - log(zero) + 128) >> 8));
            };
            node = cl_mixer_begin(parts, step % 2);
            if (node == 0) {
                node = cl_mixer_decide(parts, odds(total - (a + 1), a + 1));
            }
            if (node == 1) {
                node = cl_mixer_decide(parts, odds(1, a));
            }
            same = cl_mixer_next(whole, step % 2, head, exponentials.data(), sums) == node;
        }
        refused += node == CL_NO_ROOM || node == CL_BAD_CODE;
        same = same && cl_mixer_end(whole) == cl_mixer_end(parts);
        cl_mixer_close(whole);
        cl_mixer_close(parts);
    }
    cl_head_free(head);
    return same && refused == 20;
}

template <class Claim>
void run(Claim claim) {
    std::string paths = cl_mixing_paths();
    std::vector<Bytes> first;
    for (size_t from = 0; from <= paths.size();) {
        size_t comma = std::min(paths.find(',', from), paths.size());
        std::string path = paths.substr(from, comma - from);
        from = comma + 1;
        cl_mixing* mixing = create(path.c_str());
        Bytes dictionary = noisyText(3000, 9);
        cl_mixing* taught = cl_mixing_teach(mixing, dictionary.data(), static_cast<int32_t>(dictionary.size()));
        std::vector<Bytes> payloads;
        bool same = true;
        for (int count : {1, 2, 13, 700, 20000}) {
            for (int memoryBits : {16, 26}) {
                for (const cl_mixing* with : {mixing, taught}) {
                    Bytes text = noisyText(count, static_cast<uint32_t>(count));
                    payloads.push_back(encode(with, text, memoryBits));
                    same = same && decode(with, payloads.back(), text.size(), memoryBits) == text;
                }
            }
        }
        claim(same, "mixing, " + path + ": texts come back");
        Bytes damaged = payloads.back();
        for (size_t i = 0; i < damaged.size(); i += 97) {
            damaged[i] ^= 0x55;
            decode(taught, damaged, 20000, 26);  // whatever comes, nothing outside is touched
        }
        cl_spelling* spelling = threeSymbols();
        payloads.emplace_back();
        claim(symbolsComeBack(mixing, spelling, payloads.back()), "mixing, " + path + ": symbols come back");
        claim(rowsGiveTheSameAsOdds(mixing, spelling), "mixing, " + path + ": rows give the same as odds");
        cl_spelling_free(spelling);
        cl_mixing_free(taught);
        cl_mixing_free(mixing);
        claim(first.empty() || payloads == first, "mixing, " + path + ": the same payloads as every other path");
        first = payloads;
    }
}

}  // namespace mixing_tests
#endif
