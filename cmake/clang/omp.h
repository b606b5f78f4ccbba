// The part of OpenMP's interface that Tiqu calls, for the Clang builds (sanitizers, fuzzers): GCC's omp.h has
// attributes that Clang 14 does not take. The functions are those of GCC's library, which oneDNN runs on.
#pragma once

extern "C" {
void omp_set_num_threads(int threads) noexcept;
int omp_get_num_threads() noexcept;
int omp_get_max_threads() noexcept;
int omp_get_thread_num() noexcept;
int omp_get_num_procs() noexcept;
int omp_in_parallel() noexcept;
void omp_set_dynamic(int dynamic) noexcept;
double omp_get_wtime() noexcept;
}
