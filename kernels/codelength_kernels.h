// The C interface of the native kernels: numeric profile 1 (docs/arithmetic.md) for one loaded model. Callers check every
// size before they call; the library checks what it can again and answers with an error code, never by stopping the process.
#ifndef CODELENGTH_KERNELS_H
#define CODELENGTH_KERNELS_H

#include <stdint.h>

#if defined(__GNUC__)
#define CL_API __attribute__((visibility("default")))
#else
#define CL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

// Grows with every change of this file; the Java side refuses a library of another number.
enum { CL_ABI = 5 };

// Rows (one symbol at one position of one stream) of one call at most.
enum { CL_ROWS_MAX = 64 };

enum { CL_OK = 0, CL_BAD_ARGUMENT = 1, CL_NO_MEMORY = 2 };

// Matrices by what they do; the embedding's and the head's layer is 0.
enum {
    CL_EMBEDDING = 0,
    CL_QUERY,
    CL_KEY,
    CL_VALUE,
    CL_OUTPUT,
    CL_GATE,
    CL_UP,
    CL_DOWN,
    CL_HEAD,
    CL_KINDS
};

typedef struct cl_model cl_model;
typedef struct cl_stream cl_stream;

CL_API int32_t cl_abi(void);

// The code paths that this processor can run, best first, with commas between, as in "avx512vnni,avx2,scalar".
CL_API const char* cl_paths(void);

// Bytes of the cache that all processors share, or what is usual (32 MB) where the system does not say.
CL_API int64_t cl_shared_cache_bytes(void);

// A model without matrices. shape: hidden, layers, heads, key-value heads, head dimension, feed-forward, positions,
// embedding rows, head rows. exp2: 31·1024 entries. cosines, sines: [positions, head dimension / 2]. All is copied.
// Null if something is out of range, the path is unknown here, or memory is short.
CL_API cl_model* cl_model_create(
    const char* path,
    int32_t threads,
    const int32_t* shape,
    double norm_epsilon,
    float score_scale,
    const int32_t* exp2,
    const float* cosines,
    const float* sines);

// values: [rows, columns] row-major, in [-127, 127]; scales: [rows]; bits: 8 or 15. Copied.
CL_API int32_t cl_model_matrix(
    cl_model* model,
    int32_t kind,
    int32_t layer,
    int32_t rows,
    int32_t columns,
    const int8_t* values,
    const float* scales,
    int32_t bits);

// A model with the weights and symbols of another, which is complete, and threads and memory of its own: both may be called
// at the same time, by one thread each, with streams that they opened themselves. Either may be freed first. Not in the
// library for CUDA. Null if memory is short or a thread could not be started.
CL_API cl_model* cl_model_share(const cl_model* model, int32_t threads);

CL_API void cl_model_free(cl_model* model);

// Bytes that a stream takes when all positions of its window are used.
CL_API int64_t cl_stream_bytes(const cl_model* model, int32_t window);

// An empty stream of `window` positions; null if memory is short.
CL_API cl_stream* cl_stream_open(cl_model* model, int32_t window);

CL_API void cl_stream_close(cl_stream* stream);

// Reads symbols into streams: row r stores symbols[r] at positions[r] of streams[r]. Rows of one stream stand together, in
// the order of their positions, which continue what the stream holds. Where wanted[r] is not 0 the integer exponentials
// of the head's rows are made in the next free slot of cl_exponentials and cl_sums. CL_NO_MEMORY, with nothing read, if a
// stream's cache must grow and cannot.
CL_API int32_t cl_read(
    cl_model* model,
    int32_t rows,
    cl_stream* const* streams,
    const int32_t* positions,
    const int32_t* symbols,
    const uint8_t* wanted);

// [CL_ROWS_MAX, stride] the exponentials of each wanted row, in the order of the head's rows; zeros behind them.
CL_API int32_t* cl_exponentials(cl_model* model);

CL_API int32_t cl_exponential_stride(const cl_model* model);

// [CL_ROWS_MAX, blocks + 1] sums of all exponentials before each block of 128 rows of the head; the last is the total.
CL_API int64_t* cl_sums(cl_model* model);

CL_API int32_t cl_blocks(const cl_model* model);

// Which rows of the head stand for which symbol: rows before each symbol, and symbols before it that have no row (and so
// frequency 1), both [symbols + 1]. Needed before anything is coded. Copied.
CL_API int32_t cl_symbols(cl_model* model, int32_t symbols, const int32_t* first_row, const int32_t* rowless);

// What to do with a wanted row, if not to decode a symbol: leave it to the caller, or work out the interval of its symbol.
enum { CL_ROW = -1, CL_INTERVAL = -2 };

// Bytes of a payload that one symbol takes at most.
enum { CL_SYMBOL_BYTES_MAX = 6 };

// The coder's side of a call, structure of arrays. Slots are the wanted rows in their order; decoders are numbered by the
// caller, and decode the slots that name them in the order of the slots (docs/format.md, "Range coder").
typedef struct cl_coding {
    // [slots] out for CL_INTERVAL
    int64_t below[CL_ROWS_MAX];
    int64_t frequency[CL_ROWS_MAX];
    int64_t total[CL_ROWS_MAX];
    // [decoders] in and out: the number less the encoder's low, the range (at least 2^56), bytes read past the payload's end,
    // and where in `ahead` the next byte of the payload lies; in: where those that are there end. Nothing behind them counts
    // as past the payload's end, so there must be CL_SYMBOL_BYTES_MAX for each slot, or all that the payload has.
    uint64_t code[CL_ROWS_MAX];
    uint64_t range[CL_ROWS_MAX];
    int32_t past_end[CL_ROWS_MAX];
    int32_t at[CL_ROWS_MAX];
    int32_t end[CL_ROWS_MAX];
    // [slots] a decoder's number, CL_INTERVAL or CL_ROW
    int32_t use[CL_ROWS_MAX];
    // [slots] in for CL_INTERVAL, out where something is decoded: -1 if no encoder writes such a payload. The decoder then
    // stays where it is before this slot, for this slot and for those behind it.
    int32_t symbol[CL_ROWS_MAX];
    uint8_t ahead[CL_ROWS_MAX * CL_SYMBOL_BYTES_MAX];
} cl_coding;

// Where the caller leaves what cl_read_coded takes, and finds what it gives. The model's.
CL_API cl_coding* cl_coding_of(cl_model* model);

// cl_read, and then what cl_coding asks of the wanted rows. Exponentials and sums are there for the slots of CL_ROW and for
// those that could not be decoded; for others they may be missing.
CL_API int32_t cl_read_coded(
    cl_model* model,
    int32_t rows,
    cl_stream* const* streams,
    const int32_t* positions,
    const int32_t* symbols,
    const uint8_t* wanted);

// Encodes sequences of intervals, each with a coder of its own, all in step: sequence i is [ends[i − 1], ends[i]) of the
// three arrays. Its payload goes to [payload_ends[i − 1], payload_ends[i]) of `payload`. CL_BAD_ARGUMENT if something is out
// of range; CL_NO_MEMORY if `capacity` is less than CL_SYMBOL_BYTES_MAX an interval and one byte a sequence.
CL_API int32_t cl_encode(
    int32_t sequences,
    const int32_t* ends,
    const int64_t* below,
    const int64_t* frequency,
    const int64_t* total,
    uint8_t* payload,
    int64_t capacity,
    int64_t* payload_ends);

// For benchmarks, in the library for processors only: each takes some tenths of a second of the calling thread. Of a code
// path the most operations a second (a multiplication and an addition are two) that its dot-product instruction makes in
// registers; those of a product of `inputs` vectors (1 to CL_ROWS_MAX) with a matrix; and the bytes a second that a thread reads
// from memory. 0 if the path is unknown here, a size is out of range or memory is short.
CL_API double cl_speed_peak(const char* path);
CL_API double cl_speed_product(const char* path, int32_t rows, int32_t columns, int32_t bits, int32_t inputs);
CL_API double cl_speed_memory(void);

#ifdef __cplusplus
}
#endif

#endif
