#include "serving/json/predict_json.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/json/json_text.h"
#include "serving/json/request_hint.h"

namespace tiqu::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

engine::Signature SignatureOf(std::initializer_list<std::pair<std::string, DataType>> inputs) {
  engine::Signature signature;
  for (const auto& [name, type] : inputs) signature.inputs[name] = {name + ":0", type, {}, true};
  return signature;
}

absl::StatusOr<PredictInputs> Read(const std::string& body, const engine::Signature& signature,
                                   std::set<std::string> optional = {}) {
  const auto document = JsonDocument::Parse(body);
  if (!document.ok()) return document.status();
  const auto name = ReadSignatureName(*document);
  if (!name.ok()) return name.status();
  return ReadPredictInputs(*document, {*name, &signature, std::move(optional)});
}

absl::StatusOr<PredictInputs> ReadX(const std::string& body, DataType type = DataType::kFloat) {
  return Read(body, SignatureOf({{"x", type}}));
}

template <typename T>
std::vector<T> Values(const Tensor& tensor) {
  return {tensor.data<T>(), tensor.data<T>() + tensor.size()};
}

std::string Message(const absl::StatusOr<PredictInputs>& inputs) { return std::string(inputs.status().message()); }

TEST(PredictJsonTest, RowsGetABatchDimension) {
  const auto inputs = ReadX(R"({"instances": [[1, 2.5], [3, -4e1]]})");
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_EQ(inputs->form, PredictForm::kRow);
  const Tensor& x = inputs->tensors.at("x");
  EXPECT_EQ(x.shape(), (Shape{2, 2}));
  EXPECT_THAT(Values<float>(x), ElementsAre(1, 2.5F, 3, -40));
}

TEST(PredictJsonTest, RowsMayBeObjects) {
  const auto signature = SignatureOf({{"a", DataType::kInt32}, {"b", DataType::kFloat}});
  const auto inputs = Read(R"({"instances": [{"a": 1, "b": [1.5]}, {"b": [2.5], "a": 2}]})", signature);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_THAT(Values<int32_t>(inputs->tensors.at("a")), ElementsAre(1, 2));
  EXPECT_EQ(inputs->tensors.at("b").shape(), (Shape{2, 1}));
  EXPECT_THAT(Values<float>(inputs->tensors.at("b")), ElementsAre(1.5F, 2.5F));
}

TEST(PredictJsonTest, ColumnsAreTensorsAsTheyAre) {
  auto inputs = ReadX(R"({"inputs": 3.0})");
  ASSERT_TRUE(inputs.ok());
  EXPECT_EQ(inputs->form, PredictForm::kColumnar);
  EXPECT_EQ(inputs->tensors.at("x").shape(), Shape{});
  inputs = ReadX(R"({"inputs": {"x": [[1], [2]], "other": "ignored"}})");
  ASSERT_TRUE(inputs.ok());
  EXPECT_EQ(inputs->tensors.at("x").shape(), (Shape{2, 1}));
}

TEST(PredictJsonTest, StringsAndBase64) {
  const auto inputs =
      ReadX(R"({"instances": ["中文", {"b64": "ZA=="}, "\u4e2d\ud83d\ude00\/\u0000"]})", DataType::kString);
  ASSERT_TRUE(inputs.ok()) << inputs.status();
  EXPECT_THAT(inputs->tensors.at("x").strings(), ElementsAre("中文", "d", std::string("中😀/\0", 9)));
}

TEST(PredictJsonTest, NumbersOfEveryType) {
  struct Case {
    const char* value;
    DataType type;
    bool taken;
  };
  const Case cases[] = {
      {"1", DataType::kFloat, true},
      {"1e39", DataType::kFloat, true},
      {"true", DataType::kFloat, false},
      {"null", DataType::kFloat, false},
      {"NaN", DataType::kFloat, true},
      {"-Inf", DataType::kDouble, true},
      {"1", DataType::kInt32, true},
      {"1.0", DataType::kInt32, false},
      {"1e3", DataType::kInt32, false},
      {"2147483648", DataType::kInt32, false},
      {"-2147483648", DataType::kInt32, true},
      {"300", DataType::kUint8, true},
      {"1.5", DataType::kUint8, false},
      {"9223372036854775807", DataType::kInt64, true},
      {"9223372036854775808", DataType::kInt64, false},
      {"18446744073709551615", DataType::kUint64, true},
      {"-1", DataType::kUint64, false},
      {"-1", DataType::kUint32, false},
      {"4294967295", DataType::kUint32, true},
      {"4294967296", DataType::kUint32, false},
      {"1", DataType::kBool, false},
      {"true", DataType::kBool, true},
      {"NaN", DataType::kInt32, false},
      {"1", DataType::kString, false},
      {"{\"b64\": \"ZA==\"}", DataType::kFloat, false},
  };
  for (const Case& c : cases) {
    const auto inputs = ReadX(std::string("{\"inputs\": [") + c.value + "]}", c.type);
    EXPECT_EQ(inputs.ok(), c.taken) << c.value << " as " << DataTypeName(c.type) << ": " << inputs.status();
    if (!inputs.ok()) {
      EXPECT_THAT(Message(inputs), HasSubstr(" is not of expected type: "));
    }
  }
}

TEST(PredictJsonTest, DecimalsBeyondAFloatBecomeInfinite) {
  const auto inputs = ReadX(R"({"instances": [1e300, -1e300, 1e-300, NaN, Infinity, 1435774380]})");
  ASSERT_TRUE(inputs.ok());
  const auto values = Values<float>(inputs->tensors.at("x"));
  EXPECT_EQ(values[0], std::numeric_limits<float>::infinity());
  EXPECT_EQ(values[1], -std::numeric_limits<float>::infinity());
  EXPECT_EQ(values[2], 0);
  EXPECT_TRUE(std::isnan(values[3]));
  EXPECT_EQ(values[5], 1435774336.0F);
}

TEST(PredictJsonTest, TheFirstOfEqualKeysCounts) {
  auto inputs = ReadX(R"({"instances": [1], "instances": ["x"]})");
  ASSERT_TRUE(inputs.ok());
  EXPECT_THAT(Values<float>(inputs->tensors.at("x")), ElementsAre(1));
  inputs = ReadX(R"({"instances": [{"x": 5, "x": 6}]})");
  ASSERT_TRUE(inputs.ok());
  EXPECT_THAT(Values<float>(inputs->tensors.at("x")), ElementsAre(5));
}

TEST(PredictJsonTest, InputsWithADefaultMayBeMissing) {
  const auto signature = SignatureOf({{"a", DataType::kFloat}, {"b", DataType::kFloat}});
  for (const char* body : {R"({"instances": [{"a": 1}, {"a": 2}]})", R"({"inputs": {"a": [1, 2]}})"}) {
    const auto inputs = Read(body, signature, {"b"});
    ASSERT_TRUE(inputs.ok()) << inputs.status();
    EXPECT_EQ(inputs->tensors.count("b"), 0U);
    EXPECT_FALSE(Read(body, signature).ok());
  }
  EXPECT_FALSE(Read(R"({"instances": [{"a": 1}, {"a": 2, "b": 1}]})", signature, {"b"}).ok());
  EXPECT_FALSE(Read(R"({"instances": [{"a": 1, "b": 1}, {"a": 2}]})", signature, {"b"}).ok());
}

struct Refused {
  const char* body;
  const char* message;
};

TEST(PredictJsonTest, MessagesAreThoseOfTensorFlowServing) {
  const Refused cases[] = {
      {"", "JSON Parse error: The document is empty"},
      {"  ", "JSON Parse error: The document is empty. at offset: 2"},
      {"instances = [1, 2]", "JSON Parse error: Invalid value. at offset: 0"},
      {"[1,2]", "JSON Value: [1,2] Is not object"},
      {R"({"instances":[1.0,]})", "JSON Parse error: Invalid value. at offset: 18"},
      {R"({"instances)", "JSON Parse error: Missing a closing quotation mark in string."},
      {R"({"instances":[1] "x":1})", "JSON Parse error: Missing a comma or } after an object member."},
      {R"({"instances":[1 2]})", "JSON Parse error: Missing a comma or ] after an array element."},
      {R"({instances:[1]})", "JSON Parse error: Missing a name for object member."},
      {R"({"instances":[1e400]})", "JSON Parse error: Number too big to be stored in double. at offset: "},
      {R"({"signature_name": 100})", "not formatted correctly. 'signature_name' key must be a string value."},
      {R"({"instances":[1],"inputs":[1]})",
       "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist"},
      {R"({"x":1})", "Missing 'inputs' or 'instances' key"},
      {R"({"instances":{"x":1}})", "Expecting 'instances' to be an list/array"},
      {R"({"instances":[]})", "No values in 'instances' array"},
      {R"({"instances":["x"]})",
       R"(Failed to process element: 0 of 'instances' list. Error: INVALID_ARGUMENT: JSON Value: "x" Type: String is )"
       "not of expected type: float"},
      {R"({"instances":[1, null]})", "Failed to process element: 1 of 'instances' list."},
      {R"({"inputs":null})", "JSON Value: null Type: Null is not of expected type: float"},
      {R"({"inputs":[[1],[2.5, 3]]})", "Encountered list at unexpected size: 2 at level: 1 expected size: 1"},
      {R"({"inputs":[[1],2.5]})", "JSON Value: 2.5 found at incorrect level: 2 in the JSON DOM. Expected at level: 2"},
      {R"({"inputs":[1,[2]]})", "Encountered list at unexpected level: 1 expected < 1"},
      {R"({"inputs":{"zzz":[9]}})", "Missing named input: x in 'inputs' object."},
      {R"({"instances":[[1,2],[3,4],[5,6,7]]})", "Expecting tensor size: 2 but got: 3"},
      {R"({"instances":[1,[1]]})", "Expecting shape [] but got: [1]"},
      {R"({"instances":[[1,2],[[1,2]]]})", "Expecting shape [2] but got: [1,2]"},
      {R"({"instances":[2.0,{"x":1.0}]})", "Expecting value/list but got object at item 1 of input list"},
      {R"({"instances":[{"x":1.0},2.0]})", "Expecting object but got list at item 1 of input list"},
      {R"({"instances":[{"x":1.0,"zzz":1.0}]})",
       "Failed to process element: 0 key: zzz of 'instances' list. Error: INVALID_ARGUMENT: JSON object: does not have "
       "named input: zzz"},
      {R"({"instances":[{}]})",
       "Failed to process element: 0 of 'instances' list. JSON object: {} keys must be equal to: x"},
  };
  for (const Refused& c : cases) {
    const auto inputs = ReadX(c.body);
    EXPECT_EQ(inputs.status().code(), absl::StatusCode::kInvalidArgument) << c.body;
    EXPECT_THAT(Message(inputs), HasSubstr(c.message)) << c.body;
  }
}

TEST(PredictJsonTest, MessagesOfSeveralInputs) {
  const auto two = SignatureOf({{"a", DataType::kInt32}, {"b", DataType::kFloat}});
  EXPECT_THAT(
      Message(Read(R"({"instances":[1,2]})", two)),
      HasSubstr("instances is a plain list, but expecting list of objects as multiple input tensors required as "
                "per tensorinfo_map"));
  EXPECT_THAT(
      Message(Read(R"({"inputs":[1,2]})", two)),
      HasSubstr("inputs is a plain value/list, but expecting an object as multiple input tensors required as per "
                "tensorinfo_map"));
  EXPECT_THAT(Message(Read(R"({"instances":[{"a":1}]})", two)),
              HasSubstr(R"(JSON object: {"a":1} keys must be equal to: a,b)"));
}

TEST(PredictJsonTest, SignaturesWithoutInputs) {
  EXPECT_EQ(Message(Read(R"({"instances":[1]})", {})), "Failed to get input map for signature: DEFAULT");
  EXPECT_EQ(Message(Read(R"({"signature_name":"no_in","instances":[1]})", {})),
            "Failed to get input map for signature: no_in");
}

TEST(PredictJsonTest, MessagesOfBase64) {
  EXPECT_THAT(Message(ReadX(R"({"inputs":{"x":{"b64":5}}})", DataType::kString)),
              HasSubstr(R"(JSON Value: {"b64":5} not formatted correctly for base64 data)"));
  EXPECT_THAT(Message(ReadX(R"({"inputs":{"b64":"!"}})", DataType::kString)), HasSubstr("Unable to base64 decode"));
}

TEST(PredictJsonTest, TypesThatJsonHasNoValuesFor) {
  auto inputs = ReadX(R"({"inputs":[1.0]})", DataType::kHalf);
  EXPECT_EQ(inputs.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(Message(inputs), "Conversion of JSON Value: 1.0 to type: half");
  inputs = ReadX(R"({"instances":[1.0]})", DataType::kHalf);
  EXPECT_EQ(inputs.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(inputs), HasSubstr("UNIMPLEMENTED: Conversion of JSON Value: 1.0 to type: half"));
}

TEST(PredictJsonTest, MessagesSayWhatIsExpectedAndShowARequest) {
  engine::Signature signature = SignatureOf({{"ids", DataType::kFloat}, {"k", DataType::kInt64}});
  signature.inputs["ids"].unknown_rank = false;
  signature.inputs["ids"].shape = {-1, -1};
  signature.inputs["k"].unknown_rank = false;
  signature.inputs["k"].shape = {-1, 1};
  const std::string message = Message(Read(R"({"signature_name":"qa","instances":[["x"]]})", signature));
  EXPECT_THAT(message, HasSubstr(". The signature \"qa\" takes ids: float (-1, -1), k: int64 (-1, 1); for example "
                                 R"({"signature_name": "qa", "instances": [{"ids": [1.0, 1.0], "k": [1]}]})"));
  const std::string columnar = Message(Read(R"({"inputs":["x"]})", signature));
  EXPECT_THAT(columnar, HasSubstr(R"({"inputs": {"ids": [[1.0, 1.0], [1.0, 1.0]], "k": [[1], [1]]}})"));
  // The example is a request that the signature accepts.
  EXPECT_TRUE(Read(ExampleRequest({"qa", &signature, {}}, PredictForm::kRow), signature).ok());
  EXPECT_TRUE(Read(ExampleRequest({"", &signature, {}}, PredictForm::kColumnar), signature).ok());
}

TEST(PredictJsonTest, RowsWithABatchDimensionAreNamed) {
  engine::Signature signature = SignatureOf({{"x", DataType::kFloat}});
  signature.inputs["x"].unknown_rank = false;
  signature.inputs["x"].shape = {-1, 2};
  const PredictTarget target = {"", &signature, {}};
  const auto wrong = Read(R"({"instances": [[[1, 2]]]})", signature);
  EXPECT_THAT(
      BatchDimensionHint(target, *wrong),
      HasSubstr("without the batch dimension: \"x\" came to the shape (1, 1, 2), and the signature takes (-1, 2)"));
  EXPECT_EQ(BatchDimensionHint(target, *Read(R"({"instances": [[1, 2]]})", signature)), "");
  EXPECT_EQ(BatchDimensionHint(target, *Read(R"({"inputs": [[[1, 2]]]})", signature)), "");
}

TEST(PredictJsonTest, MessagesAreShortWhateverWasSent) {
  const auto inputs = ReadX("{\"inputs\": {\"x\": {\"中文中文\": \"" + std::string(100000, 'x') + "\"}}}");
  EXPECT_LT(Message(inputs).size(), 600U);
  std::string deep = "{\"inputs\": {\"x\": {\"a\":" + std::string(500000, '[') + std::string(500000, ']') + "}}}";
  EXPECT_LT(Message(ReadX(deep)).size(), 600U);
}

TEST(PredictJsonTest, DeepNestingIsAnErrorOrIgnored) {
  const std::string deep = std::string(500000, '[') + std::string(500000, ']');
  EXPECT_TRUE(ReadX("{\"nested\": " + deep + ", \"instances\": [1]}").ok());
  EXPECT_THAT(Message(ReadX("{\"inputs\": " + deep + "}")), HasSubstr("lists nest deeper than the 254 dimensions"));
  EXPECT_THAT(Message(ReadX("{\"instances\": " + deep + "}")), HasSubstr("lists nest deeper than the 254 dimensions"));
  EXPECT_THAT(Message(ReadX(std::string(500000, '['))), HasSubstr("JSON Parse error: "));
}

TEST(PredictJsonTest, ListsThatClaimMoreValuesThanTheTextHasTakeNoMemory) {
  std::string row = "[1";
  for (int i = 0; i < 100000; ++i) row += ",1";
  row += "]";
  std::string body = "{\"inputs\": [" + row;
  for (int i = 0; i < 100000; ++i) body += ",[]";
  EXPECT_THAT(Message(ReadX(body + "]}")), HasSubstr("Encountered list at unexpected size: 0 at level: 1"));
  body = "{\"instances\": [" + row;
  for (int i = 0; i < 100000; ++i) body += ",[]";
  EXPECT_THAT(Message(ReadX(body + "]}")), HasSubstr("Expecting tensor size: 100001 but got: 0"));
}

TEST(PredictJsonTest, ByteOrderMarkAndWhatFollowsAreIgnored) {
  EXPECT_TRUE(ReadX("\xEF\xBB\xBF{\"instances\":[1]}").ok());
  EXPECT_TRUE(ReadX("{\"instances\":[1]}garbage").ok());
  EXPECT_TRUE(ReadX(" \n\t{ \"instances\" : [ 1 ] }\n").ok());
  EXPECT_FALSE(ReadX("{\"instances\":[1] /* no */}").ok());
}

TEST(PredictJsonTest, EmptyListsHaveTheirShape) {
  const auto inputs = ReadX(R"({"instances": [[],[]]})");
  ASSERT_TRUE(inputs.ok());
  EXPECT_EQ(inputs->tensors.at("x").shape(), (Shape{2, 0}));
}

std::string Written(const engine::TensorMap& outputs, PredictForm form) {
  const auto text = WritePredictions(outputs, form);
  return text.ok() ? *text : std::string(text.status().message());
}

TEST(PredictJsonTest, LayoutOfRows) {
  EXPECT_EQ(Written({{"y", Tensor::Of<float>({3}, {2.5F, 3, 4.5F})}}, PredictForm::kRow),
            "{\n    \"predictions\": [2.5, 3.0, 4.5\n    ]\n}");
  EXPECT_EQ(Written({{"y", Tensor::Of<float>({2, 2}, {2.5F, 3, 3.5F, 4})}}, PredictForm::kRow),
            "{\n    \"predictions\": [[2.5, 3.0], [3.5, 4.0]\n    ]\n}");
  EXPECT_EQ(Written({{"a", Tensor::Of<int32_t>({2}, {1, 2})}, {"b", Tensor::Of<float>({2, 1}, {1.5F, 2})}},
                    PredictForm::kRow),
            "{\n    \"predictions\": [\n        {\n            \"a\": 1,\n            \"b\": [1.5]\n        },\n"
            "        {\n            \"a\": 2,\n            \"b\": [2.0]\n        }\n    ]\n}");
  EXPECT_EQ(Written({{"y", Tensor(DataType::kFloat, {0})}}, PredictForm::kRow), "{\n    \"predictions\": []\n}");
}

TEST(PredictJsonTest, LayoutOfColumns) {
  EXPECT_EQ(Written({{"y", Tensor::Of<float>({}, {3.5F})}}, PredictForm::kColumnar), "{\n    \"outputs\": 3.5\n}");
  EXPECT_EQ(
      Written({{"y", Tensor::Of<float>({2, 1}, {1, 2})}}, PredictForm::kColumnar),
      "{\n    \"outputs\": [\n        [\n            1.0\n        ],\n        [\n            2.0\n        ]\n    ]\n}");
  Tensor yes(DataType::kBool, {});
  *yes.data<bool>() = true;
  EXPECT_EQ(Written({{"a", yes}, {"b", Tensor::Of<int64_t>({1}, {1})}}, PredictForm::kColumnar),
            "{\n    \"outputs\": {\n        \"a\": true,\n        \"b\": [\n            1\n        ]\n    }\n}");
}

TEST(PredictJsonTest, StringsAreRawUnlessTheirNameEndsInBytes) {
  Tensor text(DataType::kString, {1});
  text.strings()[0] = "北京\"\n\x01";
  EXPECT_EQ(Written({{"y", text}}, PredictForm::kRow), "{\n    \"predictions\": [\"北京\\\"\\n\\u0001\"\n    ]\n}");
  text.strings()[0] = "hello";
  EXPECT_EQ(Written({{"out_bytes", text}}, PredictForm::kRow),
            "{\n    \"predictions\": [{\n            \"b64\": \"aGVsbG8=\"\n        }\n    ]\n}");
}

TEST(PredictJsonTest, OutputsThatCannotBeWritten) {
  EXPECT_EQ(Written({}, PredictForm::kRow), "Cannot convert empty tensor map to JSON");
  EXPECT_EQ(Written({{"y", Tensor::Of<float>({}, {1})}}, PredictForm::kRow),
            "Tensor name: y has no shape information ");
  EXPECT_EQ(Written({{"a", Tensor::Of<float>({1}, {1})}, {"b", Tensor::Of<float>({2}, {1, 2})}}, PredictForm::kRow),
            "Tensor name: b has inconsistent batch size: 2 expecting: 1");
  EXPECT_EQ(Written({{"y", Tensor(DataType::kHalf, {1})}}, PredictForm::kColumnar),
            "Failed to write JSON value for tensor type: half");
}

TEST(JsonTextTest, CutsAtCharacters) {
  EXPECT_EQ(CutText("中文字", 4), "中...");
  EXPECT_EQ(CutText("abc", 3), "abc");
  EXPECT_EQ(ErrorBody("a \"b\""), "{\n    \"error\": \"a \\\"b\\\"\"\n}");
}

TEST(JsonTextTest, ErrorsAreUtf8WhateverTheyQuote) {
  EXPECT_EQ(ErrorBody("\xFF"), "{\n    \"error\": \"\xEF\xBF\xBD\"\n}");
}

TEST(JsonDocumentTest, SaysWhereAndWhatStandsThere) {
  const auto gzip = JsonDocument::Parse("\x1F\x8B garbage");
  EXPECT_THAT(std::string(gzip.status().message()), HasSubstr("send the header Content-Encoding: gzip"));
  const auto near = JsonDocument::Parse("{'instances': [1]}");
  EXPECT_THAT(std::string(near.status().message()), HasSubstr("(near \"{'instances': [1]}\")"));
  EXPECT_THAT(std::string(near.status().message()), Not(HasSubstr("gzip")));
}

// RapidJSON itself reads beyond its buffer here.
TEST(JsonDocumentTest, NanAndInfinityHaveNoFractionAndNoExponent) {
  for (const char* value : {"NaN.5", "NaNe2", "Inf.5", "-Infinitye2", "InfinityE+1"}) {
    const absl::Status status = JsonDocument::Parse(std::string("{\"instances\": [") + value + "]}").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << value;
    EXPECT_THAT(std::string(status.message()), HasSubstr("JSON Parse error: Invalid value. at offset: ")) << value;
  }
  EXPECT_TRUE(
      JsonDocument::Parse(R"({"instances": ["NaN.5 \\\"Infinitye2", -Infinity, NaN, 1.5e3, true, false]})").ok());
}

}  // namespace
}  // namespace tiqu::serving
