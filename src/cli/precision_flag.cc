#include "cli/precision_flag.h"

#include <string>

namespace tiqu::cli {

void AddPrecisionFlag(CLI::App* verb, Precision* precision) {
  const auto set = [precision](const std::string& name) {
    *precision = name == "int8" ? Precision::kInt8 : name == "bf16" ? Precision::kBfloat16 : Precision::kFloat32;
  };
  verb->add_option_function<std::string>("--precision", set,
                                         "Arithmetic of the weights: fp32, bf16 or int8 (docs/performance.md)")
      ->check(CLI::IsMember({"fp32", "bf16", "int8"}))
      ->default_str("fp32");
}

}  // namespace tiqu::cli
