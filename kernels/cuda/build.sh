#!/bin/sh
# Builds the CUDA library with nvcc: build.sh OUTPUT, into OUTPUT/linux-MACHINE. Without nvcc it says so and builds nothing; nothing else needs it.
# Calls within it stay there (-Bsymbolic): the processor's library has functions of the same names.
# Device code for sm_75, sm_80, sm_89 and sm_90, and PTX of the last for later ones. Every operation is rounded on its own.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
output=$1/linux-$(uname -m)
nvcc=${NVCC:-nvcc}
if ! command -v "$nvcc" >/dev/null; then
    echo "kernels/cuda: there is no nvcc, so there is no CUDA library"
    exit 0
fi
mkdir -p "$output"
if [ -f "$output/libcodelength_cuda.so" ] &&
    [ -z "$(find "$here" "$here/../profile1.h" "$here/../rangecoder.h" "$here/../sequences.h" "$here/../codelength_kernels.h" -newer "$output/libcodelength_cuda.so" -type f | head -n 1)" ]; then
    exit 0
fi
"$nvcc" -std=c++17 -O3 -fmad=false -prec-div=true -prec-sqrt=true -ftz=false --threads 2 -Werror all-warnings \
    -gencode arch=compute_75,code=sm_75 -gencode arch=compute_80,code=sm_80 -gencode arch=compute_89,code=sm_89 \
    -gencode arch=compute_90,code=sm_90 -gencode arch=compute_90,code=compute_90 \
    -shared -cudart static -Xlinker -Bsymbolic -Xcompiler -fPIC,-fvisibility=hidden,-ffp-contract=off \
    "$here/cuda.cu" -o "$output/libcodelength_cuda.so.part"
mv -f "$output/libcodelength_cuda.so.part" "$output/libcodelength_cuda.so"
