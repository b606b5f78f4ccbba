#include "vectors/import.h"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::vectors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

absl::StatusOr<Imported> Import(const std::string& bytes, const ImportOptions& options = {}) {
  const std::string path = testing::TempDir() + "/tiqu_import_test_" + std::to_string(getpid());
  EXPECT_TRUE(WriteFileAtomically(path, bytes).ok());
  auto imported = ImportWord2Vec(path, options);
  std::filesystem::remove(path);
  return imported;
}

std::vector<float> Row(const Imported& imported, const std::string& word) {
  const int32_t id = imported.vectors.words.Find(word);
  if (id <= text::kUnknownId) return {};
  const float* row = imported.vectors.row(id);
  return std::vector<float>(row, row + imported.vectors.dim);
}

std::string BinaryRecord(const std::string& word, const std::vector<float>& values) {
  return word + " " + std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

TEST(ImportTest, TextWithAHeaderAsBaiduBaikeVectorsCome) {
  const Imported imported = Import("3 2\n， 0.25 -1 \n的 1e-3 2 \n出生 .5 0\n").value();
  EXPECT_FALSE(imported.report.binary);
  EXPECT_EQ(imported.report.announced, 3);
  EXPECT_EQ(imported.report.read, 3);
  EXPECT_EQ(imported.report.broken, 0);
  EXPECT_FALSE(imported.report.cut_short);
  EXPECT_EQ(imported.vectors.dim, 2);
  EXPECT_THAT(Row(imported, ","), ElementsAre(0.25F, -1.0F));  // the normaliser's comma
  EXPECT_THAT(Row(imported, "的"), ElementsAre(0.001F, 2.0F));
  EXPECT_THAT(Row(imported, "出生"), ElementsAre(0.5F, 0.0F));
  EXPECT_THAT(std::vector<float>(imported.vectors.row(0), imported.vectors.row(2)), ElementsAre(0, 0, 0, 0));
}

TEST(ImportTest, TextWithoutAHeader) {
  const Imported imported = Import("的 1 2 3\n了\t4\t5\t6\r\n").value();
  EXPECT_EQ(imported.report.announced, -1);
  EXPECT_EQ(imported.vectors.dim, 3);
  EXPECT_THAT(Row(imported, "了"), ElementsAre(4, 5, 6));
}

TEST(ImportTest, BinaryWithAndWithoutLineEnds) {
  for (const char* end : {"", "\n"}) {
    std::string bytes = "2 3\n";
    bytes += BinaryRecord("出生", {1, 2, 0.1F}) + end;
    bytes += BinaryRecord("地", {-4, 0, 0.3F}) + end;
    const Imported imported = Import(bytes).value();
    EXPECT_TRUE(imported.report.binary);
    EXPECT_EQ(imported.report.read, 2);
    EXPECT_FALSE(imported.report.cut_short);
    EXPECT_THAT(Row(imported, "地"), ElementsAre(-4.0F, 0.0F, 0.3F));
  }
}

TEST(ImportTest, CountsFollowTheRank) {
  const Imported imported = Import("的 1\n了 2\n是 3\n").value();
  EXPECT_EQ(imported.vectors.words.Encode(), "<pad>\t0\n<unk>\t0\n的\t270270270\n了\t212765957\n是\t175438596\n");
}

TEST(ImportTest, WordsThatNormaliseToTheSameAreMergedByCount) {
  const Imported imported = Import("台湾 1 0\n臺灣 0 1\nＡ 1 1\na 3 3\n").value();
  EXPECT_EQ(imported.report.merged, 2);
  EXPECT_EQ(imported.vectors.words.size(), 4);
  const double share = 270270270.0 / (270270270.0 + 212765957.0);
  EXPECT_THAT(Row(imported, "台湾"), ElementsAre(testing::FloatNear(static_cast<float>(share), 1e-5F),
                                                 testing::FloatNear(static_cast<float>(1 - share), 1e-5F)));
  EXPECT_EQ(imported.vectors.words.entry(2).count, 270270270 + 212765957);
  ImportOptions keep;
  keep.normalizer.to_simplified = false;
  EXPECT_EQ(Import("台湾 1 0\n臺灣 0 1\n", keep)->report.merged, 0);
}

TEST(ImportTest, BrokenLinesAreReportedAndLeftOut) {
  const Imported imported =
      Import("9 2\n好 1 2\n坏 1\n\n坏 1 x\n坏 nan 1\n\xFF 1 2\na b 1 2\n坏 1e99 1\n一 1e-99 1\n").value();
  EXPECT_EQ(imported.vectors.words.size(), 4);
  EXPECT_EQ(imported.report.broken, 7);
  EXPECT_THAT(imported.report.messages,
              ElementsAre("line 3: 1 values, must be 2", "line 4: 0 values, must be 2", "line 5: \"x\" is not a number",
                          "line 6: a value is not a finite number", "line 7: byte 0 (0xff) is not UTF-8",
                          "line 8: the word has white space in it", "line 9: a value is not a finite number"));
  EXPECT_THAT(Row(imported, "一"), ElementsAre(0, 1));
}

TEST(ImportTest, MaxWordsEndsReadingAndLongEntriesAreLeftOut) {
  ImportOptions options;
  options.max_words = 2;
  options.max_word_chars = 3;
  const Imported imported = Import("太长的词 1\n甲 2\n乙 3\n丙 4\n", options).value();
  EXPECT_EQ(imported.report.too_long, 1);
  EXPECT_EQ(imported.report.read, 3);
  EXPECT_THAT(Row(imported, "乙"), ElementsAre(3));
  EXPECT_THAT(Row(imported, "丙"), ElementsAre());
}

TEST(ImportTest, FilesThatEndEarlyAreReported) {
  EXPECT_TRUE(Import("5 1\n甲 2\n")->report.cut_short);
  std::string bytes = "3 4\n" + BinaryRecord("甲", {1, 2, 3, 0.1F}) + BinaryRecord("乙", {1, 2, 3, 0.1F});
  bytes.resize(bytes.size() - 3);
  const Imported imported = Import(bytes).value();
  EXPECT_TRUE(imported.report.cut_short);
  EXPECT_EQ(imported.report.read, 1);
}

TEST(ImportTest, FilesOfOtherKindsAreRefused) {
  const struct {
    std::string bytes;
    const char* message;
  } cases[] = {
      {"", "it is empty"},
      {"一段文字\n又一段\n", "not a word and its values"},
      {"3 2\n", "it is empty"},
      {std::string(1000, '\1'), "must start with"},
      {"0 0\n" + std::string(1000, '\1'), "dimension 1 to"},
      {"2 999999\n" + std::string(1000, '\1'), "dimension 1 to"},
      {"2 99999\n甲 1\n", "dimension 99999 is above"},
      {"2 3\n" + std::string(5000, '\2'), "longer than 1000 bytes"},
  };
  for (const auto& [bytes, message] : cases) {
    const auto imported = Import(bytes);
    EXPECT_EQ(imported.status().code(), absl::StatusCode::kInvalidArgument) << message;
    EXPECT_THAT(std::string(imported.status().message()), HasSubstr(message));
  }
  EXPECT_EQ(ImportWord2Vec("/no/such/file").status().code(), absl::StatusCode::kNotFound);
  ImportOptions none;
  none.max_words = 0;
  EXPECT_EQ(Import("甲 1\n", none).status().message(), "max_words is 0, must be at least 1");
}

TEST(ImportTest, SpecialNamesAreNoWords) {
  const Imported imported = Import("<unk> 1\n甲 2\n<pad> 3\n乙 4\n").value();
  EXPECT_EQ(imported.vectors.words.size(), 4);
  EXPECT_THAT(Row(imported, "甲"), ElementsAre(2));
  EXPECT_THAT(Row(imported, "乙"), ElementsAre(4));
}

}  // namespace
}  // namespace tiqu::vectors
