#!/bin/sh
# Builds the native library into a folder: build.sh OUTPUT WORK. Without a C++ compiler it says so and builds nothing; the
# product then computes with PyTorch or plain Java. Uses cmake where it is, and the compiler alone where it is not.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
output=$1
work=$2

compiler=${CXX:-}
for candidate in c++ g++ clang++; do
    [ -n "$compiler" ] || compiler=$(command -v "$candidate" || true)
done
system=$(uname -s | tr 'A-Z ' 'a-z_')
machine=$(uname -m)
case $system-$machine in
    linux-x86_64 | linux-aarch64) ;;
    *)
        echo "kernels: no native kernels for $system-$machine"
        exit 0
        ;;
esac
if [ -z "$compiler" ]; then
    echo "kernels: there is no C++ compiler, so this build has no native kernels (install g++ for much faster compression)"
    exit 0
fi

target=$output/$system-$machine
mkdir -p "$target" "$work"

if command -v cmake >/dev/null; then
    cmake -S "$here" -B "$work" -DCMAKE_CXX_COMPILER="$compiler" >"$work/configure.log" 2>&1 ||
        { cat "$work/configure.log" >&2; exit 1; }
    cmake --build "$work" --target codelength_kernels -j 2 >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; exit 1; }
else
    # The flags of CMakeLists.txt.
    flags="-std=gnu++17 -O3 -fPIC -fvisibility=hidden -ffp-contract=off -fno-fast-math -Wno-psabi"
    objects=
    compile() {
        source=$1
        shift
        object=$work/$source.o
        if [ ! -f "$object" ] || [ -n "$(find "$here" -newer "$object" -type f | head -n 1)" ]; then
            # shellcheck disable=SC2086 # the flags are words
            "$compiler" $flags "$@" -c "$here/src/$source.cpp" -o "$object"
        fi
        objects="$objects $object"
    }
    compile interface
    compile coder
    compile model
    compile pool
    compile speed
    compile mixing
    compile mixing_interface
    compile mixing_plain
    compile path_scalar
    if [ "$machine" = x86_64 ]; then
        compile path_avx2 -mavx2
        compile mixing_avx2 -mavx2
        compile mixing_avx512 -mavx2 -mavx512f -mavx512bw -mavx512dq -mavx512vl -Wno-uninitialized
        compile path_avx512vl -mavx2 -mavx512f -mavx512vl -mavx512vnni
        compile path_avx512vnni -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni \
            -mprefer-vector-width=512 -Wno-uninitialized
        # What only newer compilers know.
        have=
        knows() {
            echo 'int x;' | "$compiler" "$1" -x c++ -c - -o "$work/probe.o" 2>/dev/null
        }
        if knows -mavxvnni; then
            compile path_avxvnni -mavx2 -mavxvnni
            have="$have -DCL_HAVE_AVXVNNI"
        fi
        if knows -mamx-int8; then
            compile path_amx -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mamx-tile -mamx-int8 \
                -mprefer-vector-width=512 -Wno-uninitialized
            have="$have -DCL_HAVE_AMX"
        fi
        # shellcheck disable=SC2086 # the definitions are words
        compile paths $have
    else
        compile path_neon -march=armv8.2-a+dotprod
        compile paths
    fi
    # shellcheck disable=SC2086 # the objects are words
    "$compiler" -shared -pthread -static-libstdc++ -static-libgcc -Wl,-Bsymbolic -Wl,--exclude-libs,ALL -s -o "$work/libcodelength_kernels.so" $objects
fi

if ! cmp -s "$work/libcodelength_kernels.so" "$target/libcodelength_kernels.so"; then
    cp "$work/libcodelength_kernels.so" "$target/libcodelength_kernels.so.part"
    mv -f "$target/libcodelength_kernels.so.part" "$target/libcodelength_kernels.so"
fi
