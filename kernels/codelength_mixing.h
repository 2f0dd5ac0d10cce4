// The C interface of context mixing (docs/mixing.md) in native code. Callers check what they pass; the library checks sizes
// and places again and answers with an error code, never by stopping the process. A handle is used by one thread at a time;
// the shared parts (cl_mixing, cl_spelling) by any number.
#ifndef CODELENGTH_MIXING_API_H
#define CODELENGTH_MIXING_API_H

#include "codelength_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

// Grows with every change of this file; the Java side refuses a library of another number.
enum { CL_MIXING_ABI = 3 };

// What cl_mixer_decide answers instead of a node or a symbol: the symbol does not fit into its lane; no text has this payload.
enum { CL_NO_ROOM = 1 << 30, CL_BAD_CODE = (1 << 30) + 1 };

typedef struct cl_mixing cl_mixing;
typedef struct cl_spelling cl_spelling;
typedef struct cl_head cl_head;
typedef struct cl_mixer cl_mixer;

CL_API int32_t cl_mixing_abi(void);

// The code paths that this processor can run, best first, with commas between.
CL_API const char* cl_mixing_paths(void);

// Learns the prior. stretch: 4096 entries; squash: 2·2815 + 1; states: number of counter states, at most 256; next: [states, 2];
// totals, meanings: [states]; logs: 4096 logarithms of mantissas and that of 2. All is copied. Null if the path is unknown here, a size is wrong or memory is short.
CL_API cl_mixing* cl_mixing_create(
    const char* path, const int16_t* stretch, const uint16_t* squash, int32_t squash_count, int32_t states,
    const uint8_t* next, const uint8_t* totals, const int32_t* meanings, const int32_t* logs, const uint8_t* prior,
    int32_t prior_count);

// Learns a dictionary of 1 byte to 1 MiB behind what `mixing` has learned, which must outlive the answer and have no dictionary
// itself. Null if the size is wrong or memory is short.
CL_API cl_mixing* cl_mixing_teach(const cl_mixing* mixing, const uint8_t* dictionary, int32_t count);

CL_API void cl_mixing_free(cl_mixing* mixing);

// A vocabulary and its tree of decisions. split, bytes_before, decision, lower, upper: [symbols - 1]; offsets: [symbols + 1]
// into bytes. Null if it is not a tree of these symbols or memory is short.
CL_API cl_spelling* cl_spelling_create(
    int32_t symbols, int32_t root, const int32_t* split, const int32_t* bytes_before, const uint8_t* decision,
    const int32_t* lower, const int32_t* upper, const int32_t* offsets, const uint8_t* bytes);

CL_API void cl_spelling_free(cl_spelling* spelling);

// Which rows of a model's head stand for which symbol, as cl_symbols (codelength_kernels.h) has it. Null if the arrays do not
// describe so many rows or memory is short.
CL_API cl_head* cl_head_create(int32_t head_rows, int32_t symbols, const int32_t* first_row, const int32_t* rowless);

CL_API void cl_head_free(cl_head* head);

// A frame. spelling: null without a model. lane_starts: [lanes + 1], ascending from 0. memory_bits: 16 to 26. Null if
// something is out of range or memory is short.
CL_API cl_mixer* cl_mixer_open(
    const cl_mixing* mixing, const cl_spelling* spelling, const int32_t* lane_starts, int32_t lanes, int32_t memory_bits);

CL_API void cl_mixer_close(cl_mixer* mixer);

// Codes the next bytes of the only lane.
CL_API int32_t cl_mixer_encode(cl_mixer* mixer, const uint8_t* text, int32_t count);

// The symbols of a lane and the model's odds at each decision of each of them; copied.
CL_API int32_t cl_mixer_lane(
    cl_mixer* mixer, int32_t lane, const int32_t* symbols, int32_t symbol_count, const int16_t* odds, int32_t odds_count);

// Codes the symbols number first to end of every lane that has them, in the order in which lanes step.
CL_API int32_t cl_mixer_encode_steps(cl_mixer* mixer, int32_t first, int32_t end);

// Ends the payload and returns its length.
CL_API int32_t cl_mixer_finish(cl_mixer* mixer);

// Copies the payload.
CL_API int32_t cl_mixer_payload(const cl_mixer* mixer, uint8_t* payload, int32_t count);

// From now on the frame is decoded from this payload; copied.
CL_API int32_t cl_mixer_decode_from(cl_mixer* mixer, const uint8_t* payload, int32_t count);

// Decodes the next bytes of the only lane; CL_BAD_CODE if no text has this payload.
CL_API int32_t cl_mixer_decode(cl_mixer* mixer, uint8_t* text, int32_t count);

// The lane's next symbol: returns the first node, or the complement of the only symbol, or CL_NO_ROOM.
CL_API int32_t cl_mixer_begin(cl_mixer* mixer, int32_t lane);

// Decodes the decision at the node, whose upper half has these odds: returns the next node, or the complement of the symbol,
// or CL_NO_ROOM, or CL_BAD_CODE.
CL_API int32_t cl_mixer_decide(cl_mixer* mixer, int32_t odds);

// cl_mixer_begin and cl_mixer_decide to the symbol's end, with the odds that a row of frequencies gives: exponentials of the
// head's rows, and their sums before each block of 128 (cl_exponentials, cl_sums; of whichever library). Returns the complement
// of the symbol, or CL_NO_ROOM, or CL_BAD_CODE, which it is too if head and spelling differ in their number of symbols.
CL_API int32_t cl_mixer_next(
    cl_mixer* mixer, int32_t lane, const cl_head* head, const int32_t* exponentials, const int64_t* sums);

// CL_OK if the payload is just as long as what was decoded, else CL_BAD_CODE.
CL_API int32_t cl_mixer_end(const cl_mixer* mixer);

#ifdef __cplusplus
}
#endif

#endif
