// Which instruction set the kernels use: the best that the processor has, or less where TIQU_CPU_ISA says so.
//
//   TIQU_CPU_ISA=avx2 tiqu ask ...      as a processor without AVX-512 would compute it
//
// Thread safety: free functions.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tiqu::kernels {

// Each includes those before it.
enum class CpuIsa {
  kSse4,        // "sse4": SSE4.2
  kAvx2,        // "avx2": AVX2, FMA
  kAvx512,      // "avx512": AVX-512 F, BW, DQ, VL
  kAvx512Vnni,  // "avx512_vnni": products of 8-bit integers
  kAvx512Bf16,  // "avx512_bf16": products of bfloat16
  kAmx,         // "amx": both kinds of products for whole tiles; the system must let the process use them
};

inline constexpr char kCpuIsaVariable[] = "TIQU_CPU_ISA";

// The name that the variable takes.
const char* CpuIsaName(CpuIsa isa);

// The best that this processor has. Asks Linux for the tiles of AMX, after which it refuses a signal stack that has no
// room for them (sigaltstack, less than about 12 KB).
CpuIsa DetectCpuIsa();

// Errors: INVALID_ARGUMENT (no such name, or an instruction set that this processor lacks; lists those it has).
absl::StatusOr<CpuIsa> ParseCpuIsa(std::string_view name);

// What the kernels use: settled by the first call, before which UseCpuIsa must have been called. Asks for tiles as
// DetectCpuIsa does, but not where the variable names a lesser set.
CpuIsa ActiveCpuIsa();

// Tells oneDNN and Highway what to use; the first call counts, and must come before the first kernel runs. Errors:
// those of ParseCpuIsa for the variable's value.
absl::Status UseCpuIsa();

}  // namespace tiqu::kernels
