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
enum { CL_ABI = 1 };

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

CL_API void cl_model_free(cl_model* model);

// Bytes that a stream of this window takes, and that the model takes beside its streams.
CL_API int64_t cl_stream_bytes(const cl_model* model, int32_t window);

// An empty stream of `window` positions; null if memory is short.
CL_API cl_stream* cl_stream_open(cl_model* model, int32_t window);

CL_API void cl_stream_close(cl_stream* stream);

// Reads symbols into streams: row r stores symbols[r] at positions[r] of streams[r]. Rows of one stream stand together, in
// the order of their positions, which continue what the stream holds. Where wanted[r] is not 0 the integer exponentials
// of the head's rows are made in the next free slot of cl_exponentials and cl_sums.
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

#ifdef __cplusplus
}
#endif

#endif
