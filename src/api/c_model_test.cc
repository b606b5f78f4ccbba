// The C interface to tensors and models.
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "api/graph_test_util.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tiqu/tiqu.h"

namespace tiqu::api {
namespace {

using ::testing::HasSubstr;

constexpr size_t kWholeText = TIQU_TEXT_ENDS_WITH_NUL;

std::string MessageOf(tiqu_error* error) {
  std::string message = tiqu_error_message(error);
  tiqu_error_free(error);
  return message;
}

tiqu_tensor* MakeFloats(std::vector<int64_t> dims, const std::vector<float>& values) {
  tiqu_tensor* tensor = nullptr;
  EXPECT_EQ(tiqu_tensor_create(TIQU_FLOAT, dims.data(), dims.size(), &tensor, nullptr), TIQU_OK);
  size_t bytes = 0;
  void* data = tiqu_tensor_data(tensor, &bytes);
  EXPECT_EQ(bytes, values.size() * sizeof(float));
  std::memcpy(data, values.data(), bytes);
  return tensor;
}

tiqu_model* LoadTestGraph(const std::string& name) {
  tiqu_model* model = nullptr;
  tiqu_error* error = nullptr;
  EXPECT_EQ(tiqu_model_load(WriteTestGraph(name).c_str(), nullptr, &model, &error), TIQU_OK) << MessageOf(error);
  return model;
}

TEST(CTensorTest, NumbersAreZeroAndAligned) {
  const int64_t dims[] = {2, 3};
  tiqu_tensor* tensor = nullptr;
  ASSERT_EQ(tiqu_tensor_create(TIQU_INT64, dims, 2, &tensor, nullptr), TIQU_OK);
  size_t rank = 0, bytes = 0;
  EXPECT_EQ(tiqu_tensor_dims(tensor, &rank)[1], 3);
  EXPECT_EQ(rank, 2U);
  EXPECT_EQ(tiqu_tensor_dtype(tensor), TIQU_INT64);
  EXPECT_EQ(tiqu_tensor_element_count(tensor), 6);
  const auto* data = static_cast<const int64_t*>(tiqu_tensor_data(tensor, &bytes));
  EXPECT_EQ(bytes, 48U);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % 64, 0U);
  EXPECT_EQ(data[5], 0);
  EXPECT_EQ(tiqu_tensor_string(tensor, 0, &bytes), nullptr);
  tiqu_tensor_free(tensor);

  ASSERT_EQ(tiqu_tensor_create(TIQU_BOOL, nullptr, 0, &tensor, nullptr), TIQU_OK);  // a scalar
  EXPECT_EQ(tiqu_tensor_element_count(tensor), 1);
  tiqu_tensor_free(tensor);
}

TEST(CTensorTest, StringsHoldAnyBytes) {
  const int64_t dims[] = {2};
  tiqu_tensor* tensor = nullptr;
  ASSERT_EQ(tiqu_tensor_create(TIQU_STRING, dims, 1, &tensor, nullptr), TIQU_OK);
  ASSERT_EQ(tiqu_tensor_set_string(tensor, 1, "a\0b", 3, nullptr), TIQU_OK);
  size_t size = 9;
  EXPECT_STREQ(tiqu_tensor_string(tensor, 0, &size), "");
  EXPECT_EQ(size, 0U);
  EXPECT_EQ(std::string(tiqu_tensor_string(tensor, 1, &size), 3), std::string("a\0b", 3));
  EXPECT_EQ(size, 3U);
  EXPECT_EQ(tiqu_tensor_string(tensor, 2, &size), nullptr);
  EXPECT_EQ(tiqu_tensor_data(tensor, &size), nullptr);
  EXPECT_EQ(size, 0U);

  tiqu_error* error = nullptr;
  EXPECT_EQ(tiqu_tensor_set_string(tensor, 2, "x", kWholeText, &error), TIQU_OUT_OF_RANGE);
  EXPECT_EQ(MessageOf(error), "string 2 of a tensor of 2 strings");
  EXPECT_EQ(tiqu_tensor_set_string(tensor, -1, "x", kWholeText, nullptr), TIQU_OUT_OF_RANGE);
  EXPECT_EQ(tiqu_tensor_set_string(tensor, 0, nullptr, 1, &error), TIQU_INVALID_ARGUMENT);
  EXPECT_EQ(MessageOf(error), "bytes is NULL");
  EXPECT_EQ(tiqu_tensor_set_string(nullptr, 0, "x", 1, &error), TIQU_INVALID_ARGUMENT);
  EXPECT_EQ(MessageOf(error), "tensor is NULL");
  tiqu_tensor_free(tensor);
}

TEST(CTensorTest, WhatIsWrongIsNamed) {
  const int64_t dims[] = {2, -1};
  const int64_t absurd[] = {int64_t{1} << 40, int64_t{1} << 40};
  tiqu_tensor* tensor = nullptr;
  tiqu_error* error = nullptr;
  EXPECT_EQ(tiqu_tensor_create(TIQU_FLOAT, dims, 2, &tensor, &error), TIQU_INVALID_ARGUMENT);
  EXPECT_EQ(MessageOf(error), "shape (2, -1) has a negative dimension");
  EXPECT_EQ(tiqu_tensor_create(TIQU_FLOAT, nullptr, 2, &tensor, &error), TIQU_INVALID_ARGUMENT);
  EXPECT_EQ(MessageOf(error), "dims is NULL");
  EXPECT_EQ(tiqu_tensor_create(20, dims, 1, &tensor, &error), TIQU_INVALID_ARGUMENT);
  EXPECT_EQ(MessageOf(error), "20 is not the number of an element type");
  EXPECT_EQ(tiqu_tensor_create(TIQU_FLOAT, absurd, 2, &tensor, &error), TIQU_RESOURCE_EXHAUSTED);
  EXPECT_EQ(MessageOf(error), "out of memory");
  EXPECT_EQ(tensor, nullptr);
  EXPECT_EQ(tiqu_tensor_create(TIQU_FLOAT, dims, 1, nullptr, nullptr), TIQU_INVALID_ARGUMENT);
  tiqu_tensor_free(nullptr);
  EXPECT_EQ(tiqu_tensor_dtype(nullptr), 0);
  EXPECT_EQ(tiqu_tensor_dims(nullptr, nullptr), nullptr);
  EXPECT_EQ(tiqu_tensor_element_count(nullptr), 0);
  EXPECT_EQ(tiqu_tensor_data(nullptr, nullptr), nullptr);
  EXPECT_EQ(tiqu_tensor_string(nullptr, 0, nullptr), nullptr);
}

TEST(CModelTest, SignaturesAreListed) {
  tiqu_model* model = LoadTestGraph("c_model_signatures");
  ASSERT_EQ(tiqu_model_signature_count(model), 2U);
  EXPECT_STREQ(tiqu_model_signature_name(model, 0), "f");
  EXPECT_STREQ(tiqu_model_signature_name(model, 1), "same");
  EXPECT_EQ(tiqu_model_signature_name(model, 2), nullptr);
  size_t count = 0;
  const tiqu_tensor_spec* inputs = tiqu_model_inputs(model, "f", &count);
  ASSERT_EQ(count, 1U);
  EXPECT_STREQ(inputs[0].name, "x");
  EXPECT_EQ(inputs[0].dtype, TIQU_FLOAT);
  ASSERT_EQ(inputs[0].rank, 2);
  EXPECT_EQ(inputs[0].dims[0], -1);
  EXPECT_EQ(inputs[0].dims[1], 2);
  EXPECT_STREQ(tiqu_model_outputs(model, "same", &count)[0].name, "out");
  EXPECT_EQ(tiqu_model_outputs(model, "g", &count), nullptr);
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(tiqu_model_inputs(nullptr, "f", &count), nullptr);
  EXPECT_EQ(tiqu_model_inputs(model, nullptr, nullptr), nullptr);
  tiqu_model_release(model);
}

TEST(CModelTest, ASignatureRunsAndItsOutputsOutliveTheModel) {
  tiqu_model* model = LoadTestGraph("c_model_runs");
  tiqu_tensor* x = MakeFloats({2, 2}, {1, 2, 3, 4});
  const char* input_names[] = {"x"};
  const char* output_names[] = {"y", "y"};
  tiqu_tensor* outputs[2] = {nullptr, nullptr};
  tiqu_error* error = nullptr;
  ASSERT_EQ(tiqu_model_run(model, "f", input_names, &x, 1, output_names, outputs, 2, &error), TIQU_OK)
      << MessageOf(error);
  tiqu_tensor_free(x);
  tiqu_model_release(model);
  const auto* y = static_cast<const float*>(tiqu_tensor_data(outputs[0], nullptr));
  EXPECT_EQ(std::vector<float>(y, y + 4), (std::vector<float>{3, 5, 7, 9}));
  EXPECT_EQ(tiqu_tensor_data(outputs[1], nullptr), y);
  tiqu_tensor_free(outputs[0]);
  EXPECT_EQ(y[3], 9);
  tiqu_tensor_free(outputs[1]);
}

TEST(CModelTest, ThreadsShareOneModel) {
  tiqu_model* model = LoadTestGraph("c_model_threads");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    tiqu_model_retain(model);
    threads.emplace_back([model, i] {
      const char* input_names[] = {"x"};
      const char* output_names[] = {"y"};
      for (int round = 0; round < 50; ++round) {
        tiqu_tensor* x = MakeFloats({1, 2}, {static_cast<float>(i), 0});
        tiqu_tensor* y = nullptr;
        EXPECT_EQ(tiqu_model_run(model, "f", input_names, &x, 1, output_names, &y, 1, nullptr), TIQU_OK);
        EXPECT_EQ(static_cast<const float*>(tiqu_tensor_data(y, nullptr))[0], 2 * static_cast<float>(i) + 1);
        tiqu_tensor_free(x);
        tiqu_tensor_free(y);
      }
      tiqu_model_release(model);
    });
  }
  tiqu_model_release(model);
  for (std::thread& thread : threads) thread.join();
}

TEST(CModelTest, WhatIsWrongIsNamed) {
  tiqu_model* model = nullptr;
  tiqu_error* error = nullptr;
  EXPECT_EQ(tiqu_model_load("/no/such/model", nullptr, &model, &error), TIQU_NOT_FOUND);
  EXPECT_THAT(MessageOf(error), HasSubstr("/no/such/model"));
  EXPECT_EQ(tiqu_model_load(nullptr, nullptr, &model, &error), TIQU_INVALID_ARGUMENT);
  EXPECT_EQ(MessageOf(error), "model_dir is NULL");
  EXPECT_EQ(model, nullptr);
  EXPECT_EQ(tiqu_model_load("/", nullptr, nullptr, nullptr), TIQU_INVALID_ARGUMENT);
  tiqu_model_options options;
  tiqu_model_options_init(&options, sizeof options);
  EXPECT_EQ(options.precision, TIQU_PRECISION_FLOAT32);
  options.precision = -1;
  EXPECT_EQ(tiqu_model_load("/", &options, &model, &error), TIQU_INVALID_ARGUMENT);
  EXPECT_EQ(MessageOf(error), "precision is -1, limit 2");

  model = LoadTestGraph("c_model_wrong");
  tiqu_tensor* x = MakeFloats({1, 2}, {1, 2});
  const tiqu_tensor* two[] = {x, x};
  const tiqu_tensor* missing[] = {nullptr};
  const char* x_x[] = {"x", "x"};
  const char* no_name[] = {nullptr};
  const char* y[] = {"y"};
  const char* z[] = {"z"};
  tiqu_tensor* out[1];
  const struct {
    const char* signature;
    const char* const* input_names;
    const tiqu_tensor* const* inputs;
    size_t input_count;
    const char* const* output_names;
    tiqu_status status;
    const char* message;
  } cases[] = {
      {nullptr, x_x, two, 1, y, TIQU_INVALID_ARGUMENT, "signature is NULL"},
      {"f", nullptr, two, 1, y, TIQU_INVALID_ARGUMENT, "input_names is NULL"},
      {"f", x_x, nullptr, 1, y, TIQU_INVALID_ARGUMENT, "inputs is NULL"},
      {"f", no_name, two, 1, y, TIQU_INVALID_ARGUMENT, "input_names[0] is NULL"},
      {"f", x_x, missing, 1, y, TIQU_INVALID_ARGUMENT, "inputs[0] is NULL"},
      {"f", x_x, two, 1, nullptr, TIQU_INVALID_ARGUMENT, "output_names is NULL"},
      {"f", x_x, two, 1, no_name, TIQU_INVALID_ARGUMENT, "output_names[0] is NULL"},
      {"f", x_x, two, 2, y, TIQU_INVALID_ARGUMENT, "input 'x' is there twice"},
      {"f", x_x, two, 0, y, TIQU_INVALID_ARGUMENT, "input 'x' is missing"},
      {"f", x_x, two, 1, z, TIQU_NOT_FOUND, "signature 'f' has no output 'z'"},
      {"g", x_x, two, 1, y, TIQU_NOT_FOUND, "there is no signature 'g'; the signatures are f, same"},
  };
  for (const auto& test : cases) {
    out[0] = x;
    EXPECT_EQ(tiqu_model_run(model, test.signature, test.input_names, test.inputs, test.input_count, test.output_names,
                             out, 1, &error),
              test.status)
        << test.message;
    EXPECT_EQ(out[0], nullptr);
    EXPECT_EQ(MessageOf(error), test.message);
  }
  EXPECT_EQ(tiqu_model_run(model, "f", x_x, two, 1, y, nullptr, 1, &error), TIQU_INVALID_ARGUMENT);
  EXPECT_EQ(MessageOf(error), "outputs is NULL");
  EXPECT_EQ(tiqu_model_run(nullptr, "f", x_x, two, 1, y, out, 1, &error), TIQU_INVALID_ARGUMENT);
  EXPECT_EQ(MessageOf(error), "model is NULL");
  tiqu_tensor_free(x);
  tiqu_model_release(model);
  tiqu_model_retain(nullptr);
  tiqu_model_release(nullptr);
}

}  // namespace
}  // namespace tiqu::api
