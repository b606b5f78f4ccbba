#include "vectors/word_vectors.h"

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>

#include "base/file.h"
#include "base/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::vectors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

WordVectors Sample() {
  WordVectors vectors;
  vectors.words = text::Vocabulary::FromEntries({{"出生", 9}, {"地", 12}});
  vectors.dim = 2;
  vectors.values = {0, 0, 0, 0, 1, -2, 0.5F, 65504};
  return vectors;
}

TEST(WordVectorsTest, BytesAreTheDocumentedOnes) {
  const std::string vocabulary = "<pad>\t0\n<unk>\t0\n出生\t9\n地\t12\n";
  std::string expected = "TIQUVEC\n";
  expected += std::string("\1\0\0\0\2\0\0\0\1\0\0\0\4\0\0\0", 16);
  expected += static_cast<char>(vocabulary.size()) + std::string(7, '\0') + vocabulary;
  expected += std::string("\x00\x3C\x00\xC0\x00\x38\xFF\x7B", 8);
  const std::string bytes = EncodeWordVectors(Sample());
  ASSERT_EQ(bytes.substr(0, bytes.size() - 8), expected);
  EXPECT_EQ(Fnv1a64("a"), 0xaf63dc4c8601ec8cULL);
  const uint64_t hash = Fnv1a64(expected);
  EXPECT_EQ(bytes.substr(bytes.size() - 8), std::string(reinterpret_cast<const char*>(&hash), 8));
}

TEST(WordVectorsTest, BothPrecisionsComeBack) {
  const std::string path = testing::TempDir() + "/tiqu_word_vectors_test.bin";
  for (const Element element : {Element::kFloat16, Element::kFloat32}) {
    ASSERT_TRUE(SaveWordVectors(Sample(), path, element).ok());
    const WordVectors loaded = LoadWordVectors(path).value();
    EXPECT_EQ(loaded.dim, 2);
    EXPECT_EQ(loaded.values, Sample().values);
    EXPECT_EQ(loaded.words.Encode(), Sample().words.Encode());
    EXPECT_EQ(loaded.row(loaded.words.Find("地"))[0], 0.5F);
  }
  std::filesystem::remove(path);
  EXPECT_EQ(LoadWordVectors(path).status().code(), absl::StatusCode::kNotFound);
}

TEST(WordVectorsTest, EveryTruncationAndEveryFlippedByteIsRefused) {
  const std::string bytes = EncodeWordVectors(Sample());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeWordVectors(bytes.substr(0, size)).ok()) << size;
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x11);
    EXPECT_FALSE(DecodeWordVectors(damaged).ok()) << i;
  }
  EXPECT_FALSE(DecodeWordVectors(bytes + "x").ok());
}

TEST(WordVectorsTest, ForeignFilesAreNamed) {
  const auto foreign = DecodeWordVectors("635974 300\n的 0.1");
  EXPECT_EQ(foreign.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(foreign.status().message()), HasSubstr("tiqu vectors import"));
}

TEST(WordVectorsTest, ValuesMustBeFinite) {
  WordVectors vectors = Sample();
  vectors.values[5] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(std::string(DecodeWordVectors(EncodeWordVectors(vectors)).status().message()), HasSubstr("finite"));
}

TEST(WordVectorsTest, ValuesThatDoNotFitAreNotSaved) {
  WordVectors vectors = Sample();
  vectors.values[5] = 1e6F;
  const std::string path = testing::TempDir() + "/tiqu_word_vectors_large.bin";
  EXPECT_EQ(SaveWordVectors(vectors, path).message(), path + ": the value 1000000 does not fit into float16");
  EXPECT_FALSE(FileExists(path));
  EXPECT_TRUE(SaveWordVectors(vectors, path, Element::kFloat32).ok());
  std::filesystem::remove(path);
  vectors.values[5] = std::nanf("");
  EXPECT_FALSE(SaveWordVectors(vectors, path, Element::kFloat32).ok());
}

TEST(WordVectorsTest, MostFrequentWordsAreKeptInTheirOrder) {
  WordVectors vectors = Sample();
  vectors.words = text::Vocabulary::FromEntries({{"a", 5}, {"b", 9}, {"c", 5}});
  vectors.values = {0, 0, 0, 0, 1, 1, 2, 2, 3, 3};
  const WordVectors two = KeepMostFrequent(vectors, 2);
  EXPECT_EQ(two.words.Encode(), "<pad>\t0\n<unk>\t0\na\t5\nb\t9\n");
  EXPECT_THAT(two.values, ElementsAre(0, 0, 0, 0, 1, 1, 2, 2));
  EXPECT_EQ(KeepMostFrequent(vectors, 100).values, vectors.values);
  EXPECT_EQ(KeepMostFrequent(vectors, 0).words.size(), 2);
}

}  // namespace
}  // namespace tiqu::vectors
