// Prints the table of docs/ops.md: what the engine's registry says of each operation.
#include <iostream>
#include <string_view>

#include "engine/op_registry.h"

int main() {
  std::cout << "| operation | element types | attributes |\n| --- | --- | --- |\n";
  for (const auto& [op, info] : tiqu::engine::OpRegistry::Global().infos()) {
    if (std::string_view(op).starts_with('_')) continue;  // the engine's own, which no file has
    std::cout << "| " << op << " | " << info.types << " | " << info.attributes << " |\n";
  }
  return 0;
}
