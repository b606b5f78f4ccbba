#include "engine/kernels/cpu_isa.h"

#include <algorithm>
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
constexpr std::array<IsaEntry, 5> kIsas = {{
    {CpuIsa::kSse4, "sse4", dnnl_cpu_isa_sse41, kAvx3Targets | HWY_AVX2},
    {CpuIsa::kAvx2, "avx2", dnnl_cpu_isa_avx2, kAvx3Targets},
    {CpuIsa::kAvx512, "avx512", dnnl_cpu_isa_avx512_core, HWY_AVX3_DL},
    {CpuIsa::kAvx512Vnni, "avx512_vnni", dnnl_cpu_isa_avx512_core_vnni, 0},
    {CpuIsa::kAvx512Bf16, "avx512_bf16", dnnl_cpu_isa_avx512_core_bf16, 0},
}};

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
  }
  return false;
}

const IsaEntry& Entry(CpuIsa isa) { return kIsas[static_cast<size_t>(isa)]; }

std::atomic<int>& Limit() {
  static std::atomic<int> limit{static_cast<int>(kIsas.size()) - 1};
  return limit;
}

absl::Status ApplyVariable() {
  const char* const value = std::getenv(kCpuIsaVariable);
  if (value == nullptr || *value == '\0') return absl::OkStatus();
  TIQU_ASSIGN_OR_RETURN(const CpuIsa isa, ParseCpuIsa(value));
  dnnl_set_max_cpu_isa(Entry(isa).dnnl);
  hwy::DisableTargets(Entry(isa).beyond);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  Limit() = static_cast<int>(isa);
  return absl::OkStatus();
}

}  // namespace

const char* CpuIsaName(CpuIsa isa) { return Entry(isa).name; }

CpuIsa DetectCpuIsa() {
  static const CpuIsa best = [] {
    CpuIsa found = CpuIsa::kSse4;
    for (const IsaEntry& entry : kIsas) {
      if (!ProcessorHas(entry.isa)) break;
      found = entry.isa;
    }
    return found;
  }();
  return best;
}

absl::StatusOr<CpuIsa> ParseCpuIsa(std::string_view name) {
  std::string names;
  for (const IsaEntry& entry : kIsas) {
    if (entry.isa > DetectCpuIsa()) break;
    if (name == entry.name) return entry.isa;
    absl::StrAppend(&names, names.empty() ? "" : ", ", entry.name);
  }
  return absl::InvalidArgumentError(absl::StrCat(kCpuIsaVariable, "=", std::string(name),
                                                 ": not an instruction set of this processor, which has: ", names));
}

CpuIsa ActiveCpuIsa() { return std::min(DetectCpuIsa(), static_cast<CpuIsa>(Limit().load())); }

absl::Status UseCpuIsa() {
  static const absl::Status status = ApplyVariable();
  return status;
}

}  // namespace tiqu::kernels
