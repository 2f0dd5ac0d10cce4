#!/bin/sh
# What can be known of the CUDA kernels without a GPU: they compile for every architecture (where nvcc is), fuse and
# approximate nothing, and their bodies, run on this processor under AddressSanitizer and UndefinedBehaviorSanitizer,
# give the plain model's and the plain coder's bits. check.sh [WORK]
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ $# -gt 0 ]; then
    work=$1
    mkdir -p "$work"
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi

"$here/build.sh" "$work"
nvcc=${NVCC:-nvcc}
if command -v "$nvcc" >/dev/null; then
    # PTX says div.rn and sqrt.rn where rounding is right, and fma only where something was fused.
    "$nvcc" -std=c++17 -O3 -fmad=false -prec-div=true -prec-sqrt=true -ftz=false -arch compute_75 -ptx "$here/cuda.cu" -o "$work/cuda.ptx"
    for needed in 'dp4a.s32.s32' 'div.rn.f32' 'div.rn.f64' 'sqrt.rn.f64'; do
        grep -q "$needed" "$work/cuda.ptx" || { echo "device code lacks $needed" >&2; exit 1; }
    done
    if grep -nE '(fma|mad)\.(rn\.)?(ftz\.)?f(32|64)|\.approx|\.ftz|\.full' "$work/cuda.ptx" >&2; then
        echo "device code fuses or approximates: see above" >&2
        exit 1
    fi
    echo "ok      device code for sm_75, sm_80, sm_89 and sm_90; nothing fused, approximated or flushed;" \
        "$(grep -c 'visible .entry\|^.entry' "$work/cuda.ptx") kernels"
fi

if [ -f "$work/linux-$(uname -m)/libcodelength_cuda.so" ] && command -v readelf >/dev/null; then
    # What is looked up by name when the library is loaded may be answered by the processor's library.
    if readelf -rW "$work/linux-$(uname -m)/libcodelength_cuda.so" | grep ' cl_' >&2; then
        echo "the CUDA library looks up its own functions by name: see above" >&2
        exit 1
    fi
    echo "ok      the CUDA library calls its own functions"
fi

"${CXX:-g++}" -std=gnu++17 -O2 -fsanitize=address,undefined -fno-sanitize-recover=all -ffp-contract=off -fno-fast-math \
    -Wall -Wextra -Werror -Wno-psabi "$here/test/tests.cpp" -o "$work/cuda_tests"
"$work/cuda_tests"
