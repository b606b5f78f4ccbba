// Runs signatures of a SavedModel with the engine, for the tests in this folder.
//
//   run_engine MODEL_DIR fuse|plain < calls.json > results.json
//
// calls: [{"signature": "qa", "inputs": {"x": {"dtype": 1, "shape": [2], "values": [0.5, 1]}}}, ...]; dtype is
// TensorFlow's number. results: for every call {"outputs": {...}} of the same form, or {"error": "INVALID_ARGUMENT:
// ..."}.
#include <cmath>
#include <iostream>
#include <string>

#include "base/status.h"
#include "engine/engine.h"
#include "nlohmann/json.hpp"

namespace tiqu {
namespace {

using nlohmann::json;

// JSON has no infinity and no NaN: they travel as strings, both ways.
template <typename T>
void Read(const json& values, Tensor* tensor) {
  for (size_t i = 0; i < values.size(); ++i) {
    tensor->data<T>()[i] =
        values[i].is_string() ? static_cast<T>(std::stod(values[i].get<std::string>())) : values[i].get<T>();
  }
}

template <typename T>
json Write(const Tensor& tensor) {
  json values = json::array();
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const T value = tensor.data<T>()[i];
    const bool finite = std::isfinite(static_cast<double>(value));
    values.push_back(finite ? json(value) : json(std::to_string(static_cast<double>(value))));
  }
  return values;
}

Tensor TensorOf(const json& described) {
  Tensor tensor(static_cast<DataType>(described["dtype"].get<int>()), described["shape"].get<Shape>());
  const json& values = described["values"];
  switch (tensor.type()) {
    case DataType::kFloat:
      Read<float>(values, &tensor);
      break;
    case DataType::kDouble:
      Read<double>(values, &tensor);
      break;
    case DataType::kInt32:
      Read<int32_t>(values, &tensor);
      break;
    case DataType::kInt64:
      Read<int64_t>(values, &tensor);
      break;
    case DataType::kUint8:
      Read<uint8_t>(values, &tensor);
      break;
    case DataType::kBool:
      Read<bool>(values, &tensor);
      break;
    default:
      break;
  }
  return tensor;
}

json ValuesOf(const Tensor& tensor) {
  switch (tensor.type()) {
    case DataType::kFloat:
      return Write<float>(tensor);
    case DataType::kDouble:
      return Write<double>(tensor);
    case DataType::kInt32:
      return Write<int32_t>(tensor);
    case DataType::kInt64:
      return Write<int64_t>(tensor);
    case DataType::kUint8:
      return Write<uint8_t>(tensor);
    case DataType::kBool:
      return Write<bool>(tensor);
    default:
      return json::array();
  }
}

json Call(const engine::Engine& engine, const json& call) {
  engine::TensorMap inputs;
  for (const auto& [name, described] : call["inputs"].items()) inputs[name] = TensorOf(described);
  const auto outputs = engine.Run(call["signature"].get<std::string>(), inputs);
  if (!outputs.ok()) return {{"error", outputs.status().ToString()}};
  json described = json::object();
  for (const auto& [name, tensor] : *outputs) {
    described[name] = {
        {"dtype", static_cast<int>(tensor.type())}, {"shape", tensor.shape()}, {"values", ValuesOf(tensor)}};
  }
  return {{"outputs", described}};
}

int Main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: run_engine MODEL_DIR fuse|plain\n";
    return 2;
  }
  const auto engine = engine::Engine::Load(argv[1], {.fuse = std::string(argv[2]) == "fuse"});
  if (!engine.ok()) {
    std::cerr << engine.status() << "\n";
    return 1;
  }
  json results = json::array();
  for (const json& call : json::parse(std::cin)) results.push_back(Call(**engine, call));
  std::cout << results << "\n";
  return 0;
}

}  // namespace
}  // namespace tiqu

int main(int argc, char** argv) { return tiqu::Main(argc, argv); }
