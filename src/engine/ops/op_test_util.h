// Runs one operation, as the engine would a node of it.
//
//   RunOp(Op("Add"), {Floats({2}, {1, 2}), Floats({}, {10})})   ->   [11, 12]
//
// Thread safety: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "engine/op_registry.h"
#include "graph/tensor_proto.h"
#include "gtest/gtest.h"
#include "saved_model.pb.h"

namespace tiqu::engine {

inline constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
inline constexpr auto kUnimplemented = absl::StatusCode::kUnimplemented;

// A node under construction.
class Op {
 public:
  explicit Op(const std::string& op) {
    def_.set_name("node");
    def_.set_op(op);
  }
  Op& Int(const std::string& name, int64_t value) {
    Attr(name).set_i(value);
    return *this;
  }
  Op& Ints(const std::string& name, const std::vector<int64_t>& values) {
    for (const int64_t value : values) Attr(name).mutable_list()->add_i(value);
    return *this;
  }
  Op& Bool(const std::string& name, bool value) {
    Attr(name).set_b(value);
    return *this;
  }
  Op& String(const std::string& name, const std::string& value) {
    Attr(name).set_s(value);
    return *this;
  }
  Op& Type(const std::string& name, DataType type) {
    Attr(name).set_type(static_cast<tensorflow::DataType>(type));
    return *this;
  }
  Op& Value(const std::string& name, const Tensor& tensor) {
    graph::TensorToProto(tensor, Attr(name).mutable_tensor());
    return *this;
  }
  tensorflow::AttrValue& Attr(const std::string& name) { return (*def_.mutable_attr())[name]; }
  const tensorflow::NodeDef& def() const { return def_; }

 private:
  tensorflow::NodeDef def_;
};

inline Tensor Floats(Shape shape, const std::vector<float>& values) { return Tensor::Of(std::move(shape), values); }
inline const Tensor kSix = Floats({2, 3}, {1, 2, 3, 4, 5, 6});
inline Tensor Ints(Shape shape, const std::vector<int32_t>& values) { return Tensor::Of(std::move(shape), values); }
inline Tensor Vector(const std::vector<int32_t>& values) {
  return Tensor::Of({static_cast<int64_t>(values.size())}, values);
}
inline Tensor Scalar(int32_t value) { return Tensor::Of<int32_t>({}, {value}); }
inline Tensor Bools(Shape shape, const std::vector<int>& values) {
  Tensor tensor(DataType::kBool, std::move(shape));
  for (size_t i = 0; i < values.size(); ++i) tensor.data<bool>()[i] = values[i] != 0;
  return tensor;
}

// All outputs, or the error of load or run.
inline absl::StatusOr<std::vector<Tensor>> RunOpOutputs(const Op& op, const std::vector<Tensor>& inputs) {
  std::vector<DataType> types;
  std::vector<const Tensor*> pointers;
  for (const Tensor& input : inputs) {
    types.push_back(input.type());
    pointers.push_back(&input);
  }
  LoadContext load;
  if (!OpRegistry::Global().Has(op.def().op())) return absl::NotFoundError(op.def().op());
  TIQU_ASSIGN_OR_RETURN(OpInstance made, OpRegistry::Global().Make(NodeSpec(op.def(), types, pointers, &load)));
  if (!made.run) return made.constants;
  std::vector<Tensor> outputs(made.output_types.size());
  OpContext context(pointers, outputs);
  TIQU_RETURN_IF_ERROR(made.run(context));
  for (size_t i = 0; i < outputs.size(); ++i) EXPECT_EQ(outputs[i].type(), made.output_types[i]);
  return outputs;
}

inline absl::StatusOr<Tensor> RunOp(const Op& op, const std::vector<Tensor>& inputs) {
  TIQU_ASSIGN_OR_RETURN(std::vector<Tensor> outputs, RunOpOutputs(op, inputs));
  return outputs.at(0);
}

template <typename T>
std::vector<T> ValuesOf(const Tensor& tensor) {
  return std::vector<T>(tensor.data<T>(), tensor.data<T>() + tensor.size());
}

inline void ExpectFloats(const absl::StatusOr<Tensor>& got, const Shape& shape, const std::vector<float>& values,
                         float tolerance = 1e-6F) {
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->type(), DataType::kFloat);
  ASSERT_EQ(got->shape(), shape);
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(got->data<float>()[i], values[i], tolerance) << "element " << i;
}

inline void ExpectInts(const absl::StatusOr<Tensor>& got, const Shape& shape, const std::vector<int32_t>& values) {
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->type(), DataType::kInt32);
  ASSERT_EQ(got->shape(), shape);
  EXPECT_EQ(ValuesOf<int32_t>(*got), values);
}

inline void ExpectBools(const absl::StatusOr<Tensor>& got, const Shape& shape, const std::vector<int>& values) {
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->type(), DataType::kBool);
  ASSERT_EQ(got->shape(), shape);
  for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ(got->data<bool>()[i], values[i] != 0) << "element " << i;
}

inline void ExpectError(const absl::StatusOr<Tensor>& got, absl::StatusCode code, const std::string& part) {
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.status().code(), code) << got.status();
  EXPECT_NE(std::string(got.status().message()).find(part), std::string::npos) << got.status();
}

}  // namespace tiqu::engine
