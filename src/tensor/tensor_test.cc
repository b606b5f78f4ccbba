#include "tensor/tensor.h"

#include <cstdint>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu {
namespace {

TEST(TensorTest, ANewTensorIsZeroAndAligned) {
  const Tensor tensor(DataType::kFloat, {2, 3});
  EXPECT_EQ(tensor.size(), 6);
  EXPECT_EQ(tensor.byte_size(), 24U);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data<float>()) % 64, 0U);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(tensor.data<float>()[i], 0.0F);
}

TEST(TensorTest, OfKeepsRowMajorValuesAndReshapedSharesThem) {
  const auto tensor = Tensor::Of<int32_t>({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(tensor.type(), DataType::kInt32);
  EXPECT_EQ(tensor.data<int32_t>()[2], 3);
  const Tensor flat = tensor.Reshaped({4});
  EXPECT_EQ(flat.shape(), Shape({4}));
  EXPECT_EQ(flat.data<int32_t>(), tensor.data<int32_t>());
}

TEST(TensorTest, ScalarsHaveOneElementAndEmptyTensorsNone) {
  EXPECT_EQ(Tensor(DataType::kInt64, {}).size(), 1);
  EXPECT_EQ(Tensor(DataType::kInt64, {3, 0}).size(), 0);
}

TEST(TensorTest, StringTensorsHoldStrings) {
  Tensor tensor(DataType::kString, {2});
  tensor.strings()[1] = "深圳";
  EXPECT_THAT(tensor.strings(), testing::ElementsAre("", "深圳"));
  EXPECT_EQ(tensor.byte_size(), 0U);
}

TEST(TensorTest, ElementCountRefusesUnknownAndOverflow) {
  EXPECT_EQ(ElementCount({}), 1);
  EXPECT_EQ(ElementCount({2, -1}), -1);
  EXPECT_EQ(ElementCount({std::numeric_limits<int64_t>::max(), 2}), -1);
}

TEST(TensorTest, NamesAndSizesOfTypesAreTensorFlows) {
  EXPECT_STREQ(DataTypeName(DataType::kFloat), "DT_FLOAT");
  EXPECT_STREQ(DataTypeName(static_cast<DataType>(99)), "DT_INVALID");
  EXPECT_EQ(DataTypeSize(DataType::kBfloat16), 2U);
  EXPECT_EQ(DataTypeSize(DataType::kString), 0U);
  EXPECT_EQ(ShapeToString({2, -1}), "(2, -1)");
  EXPECT_EQ(ShapeToString({}), "()");
}

}  // namespace
}  // namespace tiqu
