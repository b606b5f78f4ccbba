#include "engine/kernels/cpu_isa.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "hwy/highway.h"
#include "oneapi/dnnl/dnnl.h"

namespace tiqu::kernels {
namespace {

struct IsaEntry {
  CpuIsa isa;
  const char* name;
  dnnl_cpu_isa_t dnnl;
  int64_t beyond;  // Highway's targets that it lacks
};

constexpr int64_t kAvx3Targets = HWY_AVX3 | HWY_AVX3_DL;
constexpr std::array<IsaEntry, 6> kIsas = {{
    {CpuIsa::kSse4, "sse4", dnnl_cpu_isa_sse41, kAvx3Targets | HWY_AVX2},
    {CpuIsa::kAvx2, "avx2", dnnl_cpu_isa_avx2, kAvx3Targets},
    {CpuIsa::kAvx512, "avx512", dnnl_cpu_isa_avx512_core, HWY_AVX3_DL},
    {CpuIsa::kAvx512Vnni, "avx512_vnni", dnnl_cpu_isa_avx512_core_vnni, 0},
    {CpuIsa::kAvx512Bf16, "avx512_bf16", dnnl_cpu_isa_avx512_core_bf16, 0},
    {CpuIsa::kAmx, "amx", dnnl_cpu_isa_avx512_core_amx, 0},
}};

// The compilers' own question knows AMX only from later versions on. Linux keeps the tiles of a thread only for a
// process that asked for them (arch_prctl; Linux 5.16).
bool HasAmx() {
  static const bool has = [] {
    constexpr unsigned kBf16 = 1U << 22, kTile = 1U << 24, kInt8 = 1U << 25, kAll = kBf16 | kTile | kInt8;
    constexpr long kAskForState = 0x1023, kTileData = 18;
    unsigned eax, ebx, ecx, edx;
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0 || (edx & kAll) != kAll) return false;
    return syscall(SYS_arch_prctl, kAskForState, kTileData) == 0;
  }();
  return has;
}

bool ProcessorHas(CpuIsa isa) {
  __builtin_cpu_init();
  switch (isa) {
    case CpuIsa::kSse4:
      return true;  // oneDNN asks for no less, and neither do we
    case CpuIsa::kAvx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case CpuIsa::kAvx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    case CpuIsa::kAvx512Vnni:
      return __builtin_cpu_supports("avx512vnni");
    case CpuIsa::kAvx512Bf16:
      return __builtin_cpu_supports("avx512bf16");
    case CpuIsa::kAmx:
      return HasAmx();
  }
  return false;
}

const IsaEntry& Entry(CpuIsa isa) { return kIsas[static_cast<size_t>(isa)]; }

// The best up to `limit`; what is beyond is not asked about.
CpuIsa BestUpTo(CpuIsa limit) {
  CpuIsa found = CpuIsa::kSse4;
  for (const IsaEntry& entry : kIsas) {
    if (entry.isa > limit || !ProcessorHas(entry.isa)) break;
    found = entry.isa;
  }
  return found;
}

std::atomic<CpuIsa> limit{kIsas.back().isa};

absl::Status ApplyVariable() {
  const char* const value = std::getenv(kCpuIsaVariable);
  if (value == nullptr || *value == '\0') return absl::OkStatus();
  TIQU_ASSIGN_OR_RETURN(const CpuIsa isa, ParseCpuIsa(value));
  dnnl_set_max_cpu_isa(Entry(isa).dnnl);
  hwy::DisableTargets(Entry(isa).beyond);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  limit = isa;
  return absl::OkStatus();
}

}  // namespace

const char* CpuIsaName(CpuIsa isa) { return Entry(isa).name; }

CpuIsa DetectCpuIsa() { return BestUpTo(kIsas.back().isa); }

absl::StatusOr<CpuIsa> ParseCpuIsa(std::string_view name) {
  std::string names;
  for (const IsaEntry& entry : kIsas) {
    if (!ProcessorHas(entry.isa)) break;
    if (name == entry.name) return entry.isa;
    absl::StrAppend(&names, names.empty() ? "" : ", ", entry.name);
  }
  return absl::InvalidArgumentError(absl::StrCat(kCpuIsaVariable, "=", std::string(name),
                                                 ": not an instruction set of this processor, which has: ", names));
}

CpuIsa ActiveCpuIsa() {
  static const CpuIsa active = BestUpTo(limit);
  return active;
}

absl::Status UseCpuIsa() {
  static const absl::Status status = ApplyVariable();
  return status;
}

}  // namespace tiqu::kernels
