#include "keras/hdf5_tree.h"

#include <cmath>
#include <cstdlib>

#include "base/file.h"
#include "base/random.h"
#include "checkpoint/hdf5_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::keras {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What libhdf5 writes: two groups, a dataset, lists of names.
std::string SmallFile() {
  auto file = checkpoint::Hdf5File::Create(/*user_block_bytes=*/0).value();
  const std::vector<int64_t> shape = {2, 3};
  EXPECT_TRUE(file.WriteFloats("/layer/inner/kernel:0", shape, std::vector<float>{1, 2, 3, 4, 5, -6}).ok());
  EXPECT_TRUE(file.WriteBytes("/bytes", "abc").ok());
  EXPECT_TRUE(file.WriteStrings("/", "layer_names", {"layer", "a longer name"}).ok());
  return std::move(file).TakeImage().value();
}

TEST(Hdf5TreeTest, ReadsWhatTheLibraryWrote) {
  const std::string bytes = SmallFile();
  const auto root = ReadHdf5(bytes);
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_THAT(root->attributes.at("layer_names"), ElementsAre("layer", "a longer name"));
  const Hdf5Object* kernel = root->Find("layer/inner/kernel:0");
  ASSERT_NE(kernel, nullptr);
  EXPECT_EQ(kernel->name, "kernel:0");
  EXPECT_THAT(kernel->array->shape, ElementsAre(2, 3));
  EXPECT_THAT(ToFloats(*kernel->array).value(), ElementsAre(1, 2, 3, 4, 5, -6));
  EXPECT_EQ(root->Find("layer/none"), nullptr);
  EXPECT_EQ(root->Find("layer/inner/kernel:0/deeper"), nullptr);
  EXPECT_EQ(root->Find("/layer//inner"), root->Find("layer/inner"));
}

TEST(Hdf5TreeTest, NumbersThatAreNoFloatsSayWhenTheyAreRead) {
  const std::string bytes = SmallFile();
  const auto root = ReadHdf5(bytes);
  const Hdf5Object* object = root->Find("bytes");
  ASSERT_NE(object, nullptr);
  EXPECT_THAT(object->array->shape, ElementsAre(3));
  EXPECT_THAT(std::string(ToFloats(*object->array).status().message()), HasSubstr("not of floating-point"));
}

// More entries than one node of the tree holds.
TEST(Hdf5TreeTest, FindsEveryEntryOfALargeGroup) {
  auto file = checkpoint::Hdf5File::Create(0).value();
  for (int i = 0; i < 1000; ++i) {
    const std::vector<float> value = {static_cast<float>(i)};
    ASSERT_TRUE(file.WriteFloats("/group/entry" + std::to_string(i), std::vector<int64_t>{1}, value).ok());
  }
  const std::string bytes = std::move(file).TakeImage().value();
  const auto root = ReadHdf5(bytes);
  ASSERT_TRUE(root.ok()) << root.status();
  ASSERT_EQ(root->Find("group")->children.size(), 1000U);
  for (int i = 0; i < 1000; ++i) {
    const Hdf5Object* entry = root->Find("group/entry" + std::to_string(i));
    ASSERT_NE(entry, nullptr) << i;
    EXPECT_THAT(ToFloats(*entry->array).value(), ElementsAre(static_cast<float>(i)));
  }
}

TEST(Hdf5TreeTest, ReadsBehindAUserBlock) {
  auto file = checkpoint::Hdf5File::Create(512).value();
  ASSERT_TRUE(file.WriteFloats("/x", std::vector<int64_t>{2}, std::vector<float>{7, 8}).ok());
  const std::string bytes = std::string(512, 'u') + std::move(file).TakeImage().value();
  EXPECT_TRUE(LooksLikeHdf5(bytes));
  const auto root = ReadHdf5(bytes);
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_THAT(ToFloats(*root->Find("x")->array).value(), ElementsAre(7, 8));
}

TEST(Hdf5TreeTest, OtherFilesAreNotHdf5) {
  EXPECT_FALSE(LooksLikeHdf5("{\"question\": \"\"}"));
  EXPECT_FALSE(LooksLikeHdf5(""));
  EXPECT_TRUE(LooksLikeHdf5(SmallFile().substr(0, 8)));
  EXPECT_EQ(ReadHdf5("no HDF5").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReadHdf5("").status().code(), absl::StatusCode::kDataLoss);
}

TEST(Hdf5TreeTest, EveryTruncationIsDataLoss) {
  const std::string whole = SmallFile();
  for (size_t size = 0; size < whole.size(); size += 7) {
    EXPECT_EQ(ReadHdf5(std::string_view(whole).substr(0, size)).status().code(), absl::StatusCode::kDataLoss) << size;
  }
}

// Reads that leave the file, and circles, show under the sanitizers and as a test that does not end.
TEST(Hdf5TreeTest, DamagedBytesNeverCrash) {
  const std::string whole = SmallFile();
  Random random(5);
  for (int round = 0; round < 5000; ++round) {
    std::string damaged = whole;
    for (int i = 0; i < 1 + round % 4; ++i) {
      const auto at = static_cast<size_t>(random.Uniform() * static_cast<double>(damaged.size()));
      damaged[at] = static_cast<char>(random.Chance(0.5) ? 255U : random.Below(256));
    }
    const auto root = ReadHdf5(damaged);
    if (!root.ok()) continue;
    const Hdf5Object* kernel = root->Find("layer/inner/kernel:0");
    if (kernel != nullptr && kernel->array) static_cast<void>(ToFloats(*kernel->array));
  }
}

Hdf5Array ArrayOf(NumberKind kind, bool big_endian, std::string_view bytes) {
  Hdf5Array array;
  array.kind = kind;
  array.big_endian = big_endian;
  array.data = bytes;
  return array;
}

TEST(Hdf5TreeTest, EveryFloatFormatBecomesFloat32) {
  using std::string_view;
  // 1, -2, the smallest subnormal, the largest.
  const string_view half("\x00\x3c\x00\xc0\x01\x00\xff\x7b", 8);
  EXPECT_THAT(ToFloats(ArrayOf(NumberKind::kFloat16, false, half)).value(),
              ElementsAre(1.0F, -2.0F, std::ldexp(1.0F, -24), 65504.0F));
  EXPECT_THAT(ToFloats(ArrayOf(NumberKind::kFloat16, true, string_view("\x3c\x00\xc0\x00", 4))).value(),
              ElementsAre(1.0F, -2.0F));
  EXPECT_THAT(ToFloats(ArrayOf(NumberKind::kBfloat16, false, string_view("\x80\x3f\x00\xc0", 4))).value(),
              ElementsAre(1.0F, -2.0F));
  EXPECT_THAT(ToFloats(ArrayOf(NumberKind::kFloat32, true, string_view("\x3f\x80\x00\x00", 4))).value(),
              ElementsAre(1.0F));
  EXPECT_THAT(ToFloats(ArrayOf(NumberKind::kFloat64, true, string_view("\xbf\xf8\x00\x00\x00\x00\x00\x00", 8))).value(),
              ElementsAre(-1.5F));
  // 1e300 is beyond float32; so is the half that stands for infinity, and one that is not a number.
  const string_view large("\x9c\x75\x00\x88\x3c\xe4\x37\x7e", 8);
  EXPECT_THAT(ToFloats(ArrayOf(NumberKind::kFloat64, false, large)).value(), ElementsAre(INFINITY));
  EXPECT_THAT(ToFloats(ArrayOf(NumberKind::kFloat16, false, string_view("\x00\xfc", 2))).value(),
              ElementsAre(-INFINITY));
  EXPECT_TRUE(std::isnan(ToFloats(ArrayOf(NumberKind::kFloat16, false, string_view("\x01\x7c", 2))).value()[0]));
}

TEST(Hdf5TreeTest, ReadsWhatH5pyWrites) {
  const char* python = std::getenv("TIQU_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "TIQU_PYTHON names no Python with h5py";
  const std::string path = testing::TempDir() + "/h5py_writes.h5";
  for (const char* version : {"earliest", "latest"}) {
    const std::string command =
        std::string(python) + " " + TIQU_SOURCE_DIR + "/src/keras/write_with_h5py.py " + path + " " + version;
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    const std::string bytes = ReadFile(path).value();
    const auto root = ReadHdf5(bytes);
    ASSERT_TRUE(root.ok()) << version << root.status();
    EXPECT_THAT(root->attributes.at("text"), ElementsAre("一个 text"));
    EXPECT_THAT(root->attributes.at("texts"), ElementsAre("a", "", "ccc"));
    EXPECT_THAT(root->attributes.at("fixed"), ElementsAre("one", "three"));
    EXPECT_THAT(root->attributes.at("number"), ElementsAre());
    for (const char* name : {"f2", "f4", "f8", "big_f2", "big_f4", "big_f8", "deep/er/f4"}) {
      // Nine links are too many for the header of a group of the latest kind: there they have a group of their own.
      const bool apart = std::string_view(version) == "latest" && std::string_view(name).find('/') == std::string::npos;
      const Hdf5Object* object = root->Find((apart ? "numbers/" : "") + std::string(name));
      ASSERT_NE(object, nullptr) << version << name;
      EXPECT_THAT(ToFloats(*object->array).value(), ElementsAre(0.5F, -1, 2, 1024)) << version << name;
    }
    EXPECT_THAT(ToFloats(*root->Find("scalar")->array).value(), ElementsAre(3));
    EXPECT_THAT(ToFloats(*root->Find("empty")->array).value(), ElementsAre());
    EXPECT_THAT(std::string(ToFloats(*root->Find("chunked")->array).status().message()), HasSubstr("chunks"));
    EXPECT_EQ(root->Find("soft"), nullptr);
  }
}

}  // namespace
}  // namespace tiqu::keras
