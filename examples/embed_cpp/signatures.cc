// Lists what a SavedModel can be asked for:  signatures MODEL
#include <iostream>
#include <map>
#include <string>

#include "tiqu/model.h"

namespace {

void Print(const char* kind, const std::map<std::string, tiqu::TensorSpec>& specs) {
  for (const auto& [name, spec] : specs) {
    std::cout << "  " << kind << ' ' << name << ' ' << tiqu::DataTypeName(spec.type) << ' '
              << (spec.unknown_rank ? "of any shape" : tiqu::ShapeToString(spec.shape)) << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: signatures MODEL\n";
    return 2;
  }
  const tiqu::Result<tiqu::Model> model = tiqu::Model::Load(argv[1]);
  if (!model.ok()) {
    std::cerr << "signatures: " << model.status().message() << '\n';
    return 1;
  }
  for (const auto& [name, signature] : model->signatures()) {
    std::cout << name << '\n';
    Print("in ", signature.inputs);
    Print("out", signature.outputs);
  }
  return 0;
}
