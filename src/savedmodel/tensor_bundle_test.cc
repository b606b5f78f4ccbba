#include "savedmodel/tensor_bundle.h"

#include <cstdlib>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "savedmodel/crc32c.h"
#include "savedmodel/test_table.h"
#include "tensor_bundle.pb.h"

namespace tiqu::savedmodel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Prefix(const std::string& name) { return testing::TempDir() + "/" + name; }

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) hex += {kDigits[(byte >> 4) & 15], kDigits[byte & 15]};
  return hex;
}

std::string_view BytesOf(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// Writes float scalars and returns the index.
std::string IndexOfScalars(const std::string& name, const std::map<std::string, std::vector<float>>& scalars) {
  std::map<std::string, BundleTensor> tensors;
  for (const auto& [key, value] : scalars) tensors[key] = {DataType::kFloat, {}, BytesOf(value), nullptr};
  EXPECT_TRUE(WriteTensorBundle(Prefix(name), tensors).ok());
  return ReadFile(Prefix(name) + ".index").value();
}

TEST(Crc32cTest, MatchesTheKnownVectors) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(MaskCrc(Crc32c("123456789")), 0xc78ab0e5U);
  EXPECT_EQ(ExtendCrc32c(Crc32c("1234"), "56789", 5), 0xe3069283U);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(Crc32c(""), 0U);
}

// Stock TensorFlow wrote these three files; their SHA-256 sums begin with 7cd2cf1c, af91ced2 and a5cf47f5.
TEST(TensorBundleTest, WritesTheBytesThatTensorFlowWrites) {
  const std::string footer = std::string(72, '0') + "57fb808b247547db";
  EXPECT_EQ(
      Hex(IndexOfScalars("half_plus_two", {{"a", {0.5F}}, {"b", {2.0F}}, {"c", {3.0F}}})),
      "00000608011a02080100010b61080112002804350638271f00010d6208011200200428043510fd784f00010d63080112002008280435"
      "efd682c3000000000100000000e415b6bc000000000100000000c0f2a1b000010264004200000000010000000058b2e9f74708540e" +
          footer);
  EXPECT_EQ(
      Hex(IndexOfScalars("half_plus_three", {{"a", {0.5F}}, {"b", {3.0F}}, {"c", {3.0F}}})),
      "00000608011a02080100010b61080112002804350638271f00010d62080112002004280435efd682c300010d63080112002008280435"
      "efd682c3000000000100000000c1e619df000000000100000000c0f2a1b000010264004200000000010000000058b2e9f74708540e" +
          footer);
  EXPECT_EQ(
      Hex(IndexOfScalars("counter", {{"counter", {0.0F}}})),
      "00000608011a02080100070b636f756e74657208011200280435a67b113a0000000001000000005fa01073000000000100000000c0f2"
      "a1b000010264002600000000010000000022b161032b08380e" +
          footer);
  EXPECT_EQ(Hex(ReadFile(ShardPath(Prefix("half_plus_two"), 0, 1)).value()), "0000003f0000004000004040");
}

TEST(TensorBundleTest, WhatIsWrittenIsReadBack) {
  const std::vector<float> matrix = {1, 2, 3, 4, 5, 6};
  const std::vector<int64_t> wide = {-1, int64_t{1} << 40};
  const std::vector<std::string> strings = {"深圳", "", std::string(300, 'x')};
  const std::map<std::string, BundleTensor> tensors = {
      {"empty", {DataType::kFloat, {0, 4}, {}, nullptr}},
      {"encode_0/kernel", {DataType::kFloat, {2, 3}, BytesOf(matrix), nullptr}},
      {"wide", {DataType::kInt64, {2}, {reinterpret_cast<const char*>(wide.data()), 16}, nullptr}},
      {"words", {DataType::kString, {3}, {}, &strings}},
  };
  ASSERT_TRUE(WriteTensorBundle(Prefix("mixed"), tensors).ok());
  const auto read = ReadTensorBundle(Prefix("mixed"));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 4U);
  EXPECT_EQ(read->at("empty").shape(), Shape({0, 4}));
  EXPECT_EQ(read->at("encode_0/kernel").shape(), Shape({2, 3}));
  EXPECT_EQ(read->at("encode_0/kernel").data<float>()[5], 6.0F);
  EXPECT_EQ(read->at("wide").data<int64_t>()[1], int64_t{1} << 40);
  EXPECT_EQ(read->at("words").strings(), strings);
}

TEST(TensorBundleTest, ManyVariablesFillSeveralBlocksAndComeBack) {
  std::map<std::string, BundleTensor> tensors;
  const std::vector<float> one = {1.5F};
  for (int i = 0; i < 12000; ++i) {
    tensors["a_rather_long_name_of_a_layer/number/" + std::to_string(i)] = {
        DataType::kFloat, {1}, BytesOf(one), nullptr};
  }
  ASSERT_TRUE(WriteTensorBundle(Prefix("many"), tensors).ok());
  EXPECT_GT(ReadFile(Prefix("many") + ".index")->size(), size_t{256} << 10);
  const auto read = ReadTensorBundle(Prefix("many"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), 12000U);
}

TEST(TensorBundleTest, TensorsThatDoNotFitTheirShapeAreNotWritten) {
  const std::vector<float> one = {1};
  EXPECT_EQ(WriteTensorBundle(Prefix("bad"), {{"a", {DataType::kFloat, {2}, BytesOf(one), nullptr}}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(WriteTensorBundle(Prefix("bad"), {{"", {DataType::kFloat, {1}, BytesOf(one), nullptr}}}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(FileExists(Prefix("bad") + ".index"));
}

TEST(TensorBundleTest, EveryDamagedByteIsNoticed) {
  const std::string index = IndexOfScalars("whole", {{"a", {0.5F}}, {"b", {2.0F}}});
  const std::string data = ReadFile(ShardPath(Prefix("whole"), 0, 1)).value();
  const size_t footer_padding_begin = index.size() - 48 + 4;
  for (size_t i = 0; i < index.size(); ++i) {
    // The footer's padding and the metaindex, which is not needed, say nothing.
    if (i >= footer_padding_begin && i < index.size() - 8) continue;
    std::string damaged = index;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    const auto read = ReadTensorBundle(damaged, MakeMemorySource(data).get());
    if (!read.ok()) continue;
    EXPECT_FLOAT_EQ(read->at("a").data<float>()[0], 0.5F) << "byte " << i;
    EXPECT_FLOAT_EQ(read->at("b").data<float>()[0], 2.0F) << "byte " << i;
  }
  for (size_t i = 0; i < index.size(); ++i) {
    EXPECT_FALSE(ReadTensorBundle(index.substr(0, i), MakeMemorySource(data).get()).ok()) << "cut at " << i;
  }
  for (size_t i = 0; i < data.size(); ++i) {
    std::string damaged = data;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    const auto read = ReadTensorBundle(index, MakeMemorySource(damaged).get());
    EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(i < 4 ? "'a'" : "'b'"));
  }
  EXPECT_FALSE(ReadTensorBundle(index, MakeMemorySource(data.substr(0, 7)).get()).ok());
}

// An index of one entry, changed by the test.
std::string IndexOf(const tensorflow::BundleHeaderProto& header, const tensorflow::BundleEntryProto& entry) {
  return MakeTable(MakeBlock({{"", header.SerializeAsString()}, {"v", entry.SerializeAsString()}}), 0);
}

TEST(TensorBundleTest, EntriesThatDoNotFitTheFileAreErrorsWithTheName) {
  using Header = tensorflow::BundleHeaderProto;
  using Entry = tensorflow::BundleEntryProto;
  const struct {
    const char* message;
    void (*change)(Header&, Entry&);
  } kCases[] = {
      {"big-endian", [](Header& header, Entry&) { header.set_endianness(Header::BIG); }},
      {"reader of version 2", [](Header& header, Entry&) { header.mutable_version()->set_min_consumer(2); }},
      {"0 shards", [](Header& header, Entry&) { header.set_num_shards(0); }},
      {"shard 3", [](Header&, Entry& entry) { entry.set_shard_id(3); }},
      {"shard -1", [](Header&, Entry& entry) { entry.set_shard_id(-1); }},
      {"lie outside", [](Header&, Entry& entry) { entry.set_offset(9); }},
      {"lie outside", [](Header&, Entry& entry) { entry.set_offset(-1); }},
      {"lie outside", [](Header&, Entry& entry) { entry.set_size(int64_t{1} << 62); }},
      {"do not fit shape", [](Header&, Entry& entry) { entry.set_size(4); }},
      {"do not fit shape", [](Header&, Entry& entry) { entry.mutable_shape()->add_dim()->set_size(-1); }},
      {"shape is not known", [](Header&, Entry& entry) { entry.mutable_shape()->set_unknown_rank(true); }},
      {"checksum", [](Header&, Entry& entry) { entry.set_crc32c(1); }},
      {"element type 8", [](Header&, Entry& entry) { entry.set_dtype(tensorflow::DT_COMPLEX64); }},
      {"partitioned", [](Header&, Entry& entry) { entry.add_slices(); }},
      {"string tensor is damaged", [](Header&, Entry& entry) { entry.set_dtype(tensorflow::DT_STRING); }},
  };
  for (const auto& test : kCases) {
    const std::string data = "12345678";
    Header header;
    header.set_num_shards(1);
    Entry entry;
    entry.set_dtype(tensorflow::DT_FLOAT);
    entry.mutable_shape()->add_dim()->set_size(2);
    entry.set_size(8);
    entry.set_crc32c(MaskCrc(Crc32c(data)));
    ASSERT_TRUE(ReadTensorBundle(IndexOf(header, entry), MakeMemorySource(data).get()).ok());
    test.change(header, entry);
    const auto read = ReadTensorBundle(IndexOf(header, entry), MakeMemorySource(data).get());
    EXPECT_FALSE(read.ok()) << test.message;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(test.message));
  }
}

TEST(TensorBundleTest, MissingFilesAreNamed) {
  EXPECT_EQ(ReadTensorBundle(Prefix("nowhere")).status().code(), absl::StatusCode::kNotFound);
  IndexOfScalars("shardless", {{"a", {0.5F}}});
  ASSERT_EQ(std::remove(ShardPath(Prefix("shardless"), 0, 1).c_str()), 0);
  const auto read = ReadTensorBundle(Prefix("shardless"));
  EXPECT_EQ(read.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr("shardless.data-00000-of-00001"));
}

}  // namespace
}  // namespace tiqu::savedmodel
