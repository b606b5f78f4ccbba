// Runs signatures of a SavedModel with the engine, for the tests in this folder.
//
//   run_engine MODEL_DIR fuse|chains|plain [REPEATS] < calls.json > results.json
//
// calls: [{"signature": "qa", "inputs": {"x": {"dtype": 1, "shape": [2], "values": [0.5, 1]}}}, ...]; dtype is
// TensorFlow's number; strings are in hexadecimal digits. results: for every call {"outputs": {...}} of the same form,
// or {"error": "INVALID_ARGUMENT:
// ..."}. With REPEATS each call is run so many times more, and "seconds" has the fastest (bench/reader_speed.py).
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <string>

#include "base/status.h"
#include "engine/engine.h"
#include "nlohmann/json.hpp"

namespace tiqu {
namespace {

using nlohmann::json;

// Strings may be any bytes: they travel in hexadecimal digits, both ways.
std::string FromHex(const std::string& digits) {
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::string ToHex(const std::string& bytes) {
  std::string digits;
  for (const unsigned char byte : bytes) {
    digits.push_back("0123456789abcdef"[byte / 16]);
    digits.push_back("0123456789abcdef"[byte % 16]);
  }
  return digits;
}

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
    case DataType::kString:
      for (size_t i = 0; i < values.size(); ++i) tensor.strings()[i] = FromHex(values[i].get<std::string>());
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
    case DataType::kString: {
      json values = json::array();
      for (const std::string& value : tensor.strings()) values.push_back(ToHex(value));
      return values;
    }
    default:
      return json::array();
  }
}

double FastestSeconds(const engine::Engine& engine, const std::string& signature, const engine::TensorMap& inputs,
                      int repeats) {
  double fastest = 1e9;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (!engine.Run(signature, inputs).ok()) return -1;
    fastest = std::min(fastest, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return fastest;
}

json Call(const engine::Engine& engine, const json& call, int repeats) {
  engine::TensorMap inputs;
  for (const auto& [name, described] : call["inputs"].items()) inputs[name] = TensorOf(described);
  const auto signature = call["signature"].get<std::string>();
  const auto outputs = engine.Run(signature, inputs);
  if (!outputs.ok()) return {{"error", outputs.status().ToString()}};
  json described = json::object();
  for (const auto& [name, tensor] : *outputs) {
    described[name] = {{"dtype", static_cast<int>(tensor.type())},
                       {"shape", std::vector<int64_t>(tensor.shape().begin(), tensor.shape().end())},
                       {"values", ValuesOf(tensor)}};
  }
  json result = {{"outputs", described}};
  if (repeats > 0) result["seconds"] = FastestSeconds(engine, signature, inputs, repeats);
  return result;
}

int Main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::cerr << "usage: run_engine MODEL_DIR fuse|chains|plain [REPEATS]\n";
    return 2;
  }
  // All fusions, only those of elements, none.
  const std::string mode = argv[2];
  const auto engine = engine::Engine::Load(argv[1], {.fuse = mode == "fuse", .fuse_elementwise = mode != "plain"});
  if (!engine.ok()) {
    std::cerr << engine.status() << "\n";
    return 1;
  }
  const int repeats = argc == 4 ? std::atoi(argv[3]) : 0;
  json results = json::array();
  for (const json& call : json::parse(std::cin)) results.push_back(Call(**engine, call, repeats));
  std::cout << results << "\n";
  return 0;
}

}  // namespace
}  // namespace tiqu

int main(int argc, char** argv) { return tiqu::Main(argc, argv); }
