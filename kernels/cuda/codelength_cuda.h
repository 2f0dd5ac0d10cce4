// The C interface of the CUDA kernels: that of codelength_kernels.h, whose functions this library has under the same names
// and with the same meaning (its one code path is "cuda", its threads are not used, its streams lie in the device's memory;
// cl_paths is empty where no device answers), and the batched range coder. Every function answers with a code.
#ifndef CODELENGTH_CUDA_H
#define CODELENGTH_CUDA_H

#include "../codelength_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

// The device failed, or an earlier call left it in error.
enum { CL_DEVICE = 3 };
// A payload that no encoder writes, or a buffer that is too small.
enum { CL_DAMAGED = 4 };

typedef struct cl_coder cl_coder;

// cl_read without copying exponentials to the host: coders use them where they lie.
CL_API int32_t cl_cuda_advance(
    cl_model* model, int32_t rows, cl_stream* const* streams, const int32_t* positions, const int32_t* symbols,
    const uint8_t* wanted);

// An encoder with room for so many bytes, or a decoder of a payload (copied). Null if memory is short.
CL_API cl_coder* cl_cuda_encoder(int64_t capacity);
CL_API cl_coder* cl_cuda_decoder(const uint8_t* payload, int64_t bytes);
CL_API void cl_cuda_coder_close(cl_coder* coder);

// Codes symbols[i] with coders[i], all different, by the frequencies of slots[i] of the last pass.
CL_API int32_t cl_cuda_encode(
    cl_model* model, int32_t count, cl_coder* const* coders, const int32_t* slots, const int32_t* symbols);

// Decodes a symbol from each coder; −1, and CL_DAMAGED in all, where a payload is damaged.
CL_API int32_t cl_cuda_decode(
    cl_model* model, int32_t count, cl_coder* const* coders, const int32_t* slots, int32_t* symbols);

// Ends an encoder: the payload's bytes, or −1 if its room or `capacity` is too small or the device failed.
CL_API int64_t cl_cuda_finish(cl_coder* coder, uint8_t* payload, int64_t capacity);

// Whether the decoder's payload is exactly as long as these symbols need.
CL_API int32_t cl_cuda_end(cl_coder* coder);

#ifdef __cplusplus
}
#endif

#endif
