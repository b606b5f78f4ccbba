// Writes the ECHO model that the conformance suite's README describes: signatures that give back what they take, one
// for each type, and a slow one.
//
//   write_echo_model build/echo       leaves build/echo/1
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph_builder.h"
#include "graph/signature.h"
#include "savedmodel/saved_model.h"

namespace tiqu {
namespace {

using graph::GraphBuilder;
using graph::Output;
using graph::SignatureTensor;

// The slow signature multiplies matrices of that size that often: 0.3 to 5 s on one core of today's machines.
constexpr int kSide = 512;
constexpr int kProducts = 320;

struct Echo {
  const char* signature;
  const char* input;
  const char* output;
  DataType type;
};

constexpr Echo kEchoes[] = {
    {"f", "x", "y", DataType::kFloat},
    {"i32", "x", "y", DataType::kInt32},
    {"i64", "x", "y", DataType::kInt64},
    {"u8", "x", "y", DataType::kUint8},
    {"bool", "x", "y", DataType::kBool},
    {"dbl", "x", "y", DataType::kDouble},
    {"half", "x", "y", DataType::kHalf},
    {"str", "s", "text", DataType::kString},
    {"bytes", "s", "out_bytes", DataType::kString},
};

class EchoWriter {
 public:
  absl::StatusOr<savedmodel::SavedModelContents> Write() {
    for (const Echo& echo : kEchoes) {
      const Output x = AnyShape(echo.signature, echo.type);
      Declare(echo.signature, {{echo.input, x, {}}}, {{echo.output, g_.Identity(x), {}}});
    }
    const Output a = AnyShape("two_a", DataType::kInt32), b = AnyShape("two_b", DataType::kFloat);
    Declare("two", {{"a", a, {}}, {"b", b, {}}}, {{"a", g_.Identity(a), {}}, {"b", g_.Identity(b), {}}});
    auto& signatures = *contents_.meta_graph.mutable_signature_def();
    signatures["serving_default"] = signatures["f"];

    const Output v = g_.Placeholder("scalar_x", DataType::kFloat, {-1});
    signatures["scalar_out"] = graph::MakePredictSignature({{"x", v, {-1}}}, {{"y", g_.Sum(v, 0, false), {}}});
    signatures["no_in"] = graph::MakePredictSignature({}, {{"y", g_.Identity(g_.Floats({1}, {1.5F})), {1}}});
    AddSlow();
    TIQU_ASSIGN_OR_RETURN(*contents_.meta_graph.mutable_graph_def(), g_.Finish());
    ForgetShapes();
    graph::DescribeMetaGraph(&contents_.meta_graph);
    return std::move(contents_);
  }

 private:
  // Its shape is forgotten at the end, in graph and signature.
  Output AnyShape(const std::string& name, DataType type) {
    any_shape_.push_back(name);
    return g_.Placeholder(name, type, {});
  }

  void Declare(const std::string& name, const std::vector<SignatureTensor>& inputs,
               const std::vector<SignatureTensor>& outputs) {
    tensorflow::SignatureDef signature = graph::MakePredictSignature(inputs, outputs);
    for (auto* infos : {signature.mutable_inputs(), signature.mutable_outputs()}) {
      for (auto& [key, info] : *infos) info.mutable_tensor_shape()->set_unknown_rank(true);
    }
    (*contents_.meta_graph.mutable_signature_def())[name] = std::move(signature);
  }

  void ForgetShapes() {
    for (tensorflow::NodeDef& node : *contents_.meta_graph.mutable_graph_def()->mutable_node()) {
      if (std::find(any_shape_.begin(), any_shape_.end(), node.name()) == any_shape_.end()) continue;
      (*node.mutable_attr())["shape"].mutable_shape()->set_unknown_rank(true);
    }
  }

  // y = x + 0 * m; m comes out of a chain of products that x goes into, so that nothing of it is known beforehand.
  void AddSlow() {
    const Output x = g_.Placeholder("slow_x", DataType::kFloat, {-1});
    // Rows of the constant sum to 1, so values stay those of the first matrix.
    const Output mean = g_.Fill(g_.Ints({kSide, kSide}), g_.Float(1.0F / kSide));
    Output m = g_.Fill(g_.Ints({kSide, kSide}), g_.Sum(x, 0, false));
    for (int i = 0; i < kProducts; ++i) m = g_.MatMul(m, mean);
    const Output element = g_.Slice(g_.Reshape(m, g_.Ints({-1})), 1, {0, 0, 1});  // [1]
    const Output y = g_.Add(x, g_.Mul(g_.Float(0), element));
    (*contents_.meta_graph.mutable_signature_def())["slow"] =
        graph::MakePredictSignature({{"x", x, {-1}}}, {{"y", y, {-1}}});
  }

  GraphBuilder g_;
  savedmodel::SavedModelContents contents_;
  std::vector<std::string> any_shape_;
};

absl::Status WriteEcho(const std::string& folder) {
  TIQU_ASSIGN_OR_RETURN(const savedmodel::SavedModelContents contents, EchoWriter().Write());
  std::filesystem::remove_all(folder);
  return savedmodel::WriteSavedModel(contents, folder, 1);
}

}  // namespace
}  // namespace tiqu

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_echo_model FOLDER\n");
    return 2;
  }
  const absl::Status status = tiqu::WriteEcho(argv[1]);
  if (!status.ok()) std::fprintf(stderr, "write_echo_model: %s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}
