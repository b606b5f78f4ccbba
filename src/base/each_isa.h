// TIQU_EACH_ISA clones a function for AVX-512, AVX2 and plain x86-64; which one runs is settled when the program
// starts. For plain loops that the compiler vectorises. What multiplies and adds can differ in the last bits from one
// processor to another, as the newer two fuse both. GCC 12 exports such a function from a shared library whatever its
// visibility: those of libtiqu stand in unnamed namespaces.
#pragma once

// Sanitizers instrument the resolver, which runs before they are ready, so they get the plain function.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define TIQU_EACH_ISA __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TIQU_EACH_ISA
#endif
