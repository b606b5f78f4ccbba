#include "graph/tensor_proto.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace tiqu::graph {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

tensorflow::TensorProto Parse(const std::string& text) {
  tensorflow::TensorProto proto;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto)) << text;
  return proto;
}

template <typename T>
std::vector<T> Values(const Tensor& tensor) {
  return {tensor.data<T>(), tensor.data<T>() + tensor.size()};
}

TEST(TensorProtoTest, AShortListRepeatsItsLastValue) {
  const auto tensor = TensorFromProto(Parse("dtype: DT_FLOAT tensor_shape { dim { size: 4 } } float_val: [1, 2]"));
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_THAT(Values<float>(*tensor), ElementsAre(1, 2, 2, 2));
}

TEST(TensorProtoTest, NoValuesAreZeros) {
  const auto tensor = TensorFromProto(Parse("dtype: DT_INT64 tensor_shape { dim { size: 2 } }"));
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_THAT(Values<int64_t>(*tensor), ElementsAre(0, 0));
}

TEST(TensorProtoTest, EveryElementTypeHasItsList) {
  EXPECT_EQ(TensorFromProto(Parse("dtype: DT_INT8 tensor_shape {} int_val: -3"))->data<int8_t>()[0], -3);
  EXPECT_EQ(TensorFromProto(Parse("dtype: DT_UINT16 tensor_shape {} int_val: 65535"))->data<uint16_t>()[0], 65535);
  EXPECT_EQ(TensorFromProto(Parse("dtype: DT_DOUBLE tensor_shape {} double_val: 0.5"))->data<double>()[0], 0.5);
  EXPECT_TRUE(TensorFromProto(Parse("dtype: DT_BOOL tensor_shape {} bool_val: true"))->data<bool>()[0]);
  EXPECT_EQ(TensorFromProto(Parse("dtype: DT_BFLOAT16 tensor_shape {} half_val: 16256"))->data<uint16_t>()[0], 0x3f80);
  EXPECT_EQ(TensorFromProto(Parse("dtype: DT_UINT64 tensor_shape {} uint64_val: 7"))->data<uint64_t>()[0], 7U);
  EXPECT_EQ(TensorFromProto(Parse("dtype: DT_STRING tensor_shape {} string_val: 'a'"))->strings()[0], "a");
}

TEST(TensorProtoTest, WhatIsWrittenIsReadBack) {
  tensorflow::TensorProto proto;
  TensorToProto(Tensor::Of<int32_t>({3, 1}, {1, -2, 3}), &proto);
  const auto numbers = TensorFromProto(proto);
  EXPECT_EQ(numbers->shape(), Shape({3, 1}));
  EXPECT_THAT(Values<int32_t>(*numbers), ElementsAre(1, -2, 3));

  Tensor strings(DataType::kString, {2});
  strings.strings() = {"深圳", ""};
  TensorToProto(strings, &proto);
  EXPECT_THAT(TensorFromProto(proto)->strings(), ElementsAre("深圳", ""));
}

TEST(TensorProtoTest, DamagedTensorsAreErrors) {
  const struct {
    const char* proto;
    absl::StatusCode code;
    const char* message;
  } kCases[] = {
      {"dtype: DT_FLOAT tensor_shape { dim { size: -1 } }", absl::StatusCode::kInvalidArgument, "(-1)"},
      {"dtype: DT_FLOAT tensor_shape { unknown_rank: true }", absl::StatusCode::kInvalidArgument, "unknown rank"},
      {"dtype: DT_FLOAT tensor_shape { dim { size: 1 } } float_val: [1, 2]", absl::StatusCode::kInvalidArgument,
       "2 val"},
      {"dtype: DT_STRING tensor_shape {} string_val: ['a', 'b']", absl::StatusCode::kInvalidArgument, "2 strings"},
      {"dtype: DT_FLOAT tensor_shape {} tensor_content: 'abc'", absl::StatusCode::kInvalidArgument, "3 bytes"},
      {"dtype: DT_FLOAT tensor_shape { dim { size: 100000000 } }", absl::StatusCode::kInvalidArgument, "268435456"},
      {"dtype: DT_FLOAT tensor_shape { dim { size: 4611686018427387904 } dim { size: 4 } } tensor_content: 'abcd'",
       absl::StatusCode::kInvalidArgument, "2147483648"},
      {"dtype: DT_COMPLEX64 tensor_shape {}", absl::StatusCode::kUnimplemented, "type 8"},
      {"dtype: DT_FLOAT_REF tensor_shape {}", absl::StatusCode::kUnimplemented, "type 101"},
      {"", absl::StatusCode::kUnimplemented, "type 0"},
  };
  for (const auto& test : kCases) {
    const auto tensor = TensorFromProto(Parse(test.proto));
    EXPECT_EQ(tensor.status().code(), test.code) << test.proto;
    EXPECT_THAT(std::string(tensor.status().message()), HasSubstr(test.message)) << test.proto;
  }
}

}  // namespace
}  // namespace tiqu::graph
