#!/bin/sh
# Builds and runs the native tests with AddressSanitizer and UndefinedBehaviorSanitizer, on every code path of this
# processor: check.sh WORK. Without a C++ compiler or cmake it says so and checks nothing. Where a compiler for aarch64 is
# installed too (Debian: g++-aarch64-linux-gnu), the NEON path is compiled, and run where there is qemu-aarch64.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$1

for tool in c++ cmake; do
    if ! command -v "$tool" >/dev/null; then
        echo "kernels: there is no $tool, so the native tests are not run"
        exit 0
    fi
done

cmake -S "$here" -B "$work/sanitized" -DCL_TESTS=ON -DCL_SANITIZE=ON >/dev/null
cmake --build "$work/sanitized" --target kernel_tests -j 2 >"$work/sanitized/build.log" 2>&1 ||
    { cat "$work/sanitized/build.log" >&2; exit 1; }
UBSAN_OPTIONS=print_stacktrace=1 "$work/sanitized/kernel_tests"

cross=aarch64-linux-gnu-g++
if command -v "$cross" >/dev/null; then
    cmake -S "$here" -B "$work/aarch64" -DCL_TESTS=ON -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
        -DCMAKE_CXX_COMPILER="$cross" -DCMAKE_EXE_LINKER_FLAGS=-static >/dev/null
    cmake --build "$work/aarch64" --target kernel_tests codelength_kernels -j 2 >"$work/aarch64/build.log" 2>&1 ||
        { cat "$work/aarch64/build.log" >&2; echo "kernels: the NEON path does not compile" >&2; exit 1; }
    echo "kernels: the NEON path compiles"
    for emulator in qemu-aarch64-static qemu-aarch64; do
        if command -v "$emulator" >/dev/null; then
            failed=
            # It takes 40 s of a processor; without an end a thread that is not woken would hold up everything.
            timeout 2400 "$emulator" -cpu max "$work/aarch64/kernel_tests" >"$work/aarch64/tests.log" 2>&1 || failed=$?
            cat "$work/aarch64/tests.log"
            [ -z "$failed" ] || { echo "kernels: the tests fail under $emulator, with exit code $failed" >&2; exit 1; }
            # An emulator without dot products would test the plain code alone.
            grep -q '^paths here: .*neon' "$work/aarch64/tests.log" ||
                { echo "kernels: $emulator has not run the NEON path" >&2; exit 1; }
            echo "kernels: the NEON path gives the plain model's bits under $emulator"
            break
        fi
    done
fi
