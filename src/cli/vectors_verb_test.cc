#include <string>

#include "base/file.h"
#include "cli/exit_code.h"
#include "cli/verb_test_util.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "vectors/word_vectors.h"

namespace tiqu::cli {
namespace {

using testing::HasSubstr;

class VectorsVerbTest : public VerbTest {
 protected:
  VectorsVerbTest() : VerbTest("vectors", AddVectorsVerb) {}
};

TEST_F(VectorsVerbTest, ImportWritesAFileThatLoads) {
  ASSERT_TRUE(WriteFileAtomically(Path("in.txt"), "3 2\n的 1 2\n了 3 4\n是 5 6\n").ok());
  const VerbResult result = Run("import " + Path("in.txt") + " " + Path("out.bin") + " --max-words 2");
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.exit_code, kExitDone);
  EXPECT_THAT(output_, HasSubstr("text word2vec file: 2 read, 0 merged, 0 too long, 0 broken"));
  EXPECT_THAT(output_, HasSubstr("out.bin: 2 words, dimension 2"));
  EXPECT_EQ(vectors::LoadWordVectors(Path("out.bin"))->words.size(), 4);
}

TEST_F(VectorsVerbTest, ImportThatLeavesLinesOutSaysSo) {
  ASSERT_TRUE(WriteFileAtomically(Path("in.txt"), "的 1 2\n了 3\n").ok());
  EXPECT_EQ(Run("import " + Path("in.txt") + " " + Path("out.bin")).exit_code, kExitSomeBad);
  EXPECT_TRUE(FileExists(Path("out.bin")));
}

TEST_F(VectorsVerbTest, TrainTakesTheLastFileAsTheResult) {
  std::string corpus;
  for (int i = 0; i < 200; ++i) corpus += "出生地是广西\n";
  ASSERT_TRUE(WriteFileAtomically(Path("a.txt"), corpus).ok());
  ASSERT_TRUE(WriteFileAtomically(Path("words.txt"), "出生 5\n广西 5\n").ok());
  const VerbResult result = Run("train " + Path("a.txt") + " " + Path("a.txt") + " " + Path("out.bin") + " --words " +
                                Path("words.txt") + " --dim 4 --epochs 1");
  ASSERT_TRUE(result.status.ok()) << result.status;
  const auto loaded = vectors::LoadWordVectors(Path("out.bin"));
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->dim, 4);
  EXPECT_EQ(loaded->words.entry(loaded->words.Find("广西")).count, 400);
}

TEST_F(VectorsVerbTest, TagAddsColumnsAndWords) {
  ASSERT_TRUE(WriteFileAtomically(Path("in.txt"), "2 2\n的 1 2\n广西 3 4\n").ok());
  ASSERT_TRUE(WriteFileAtomically(Path("names.txt"), "广西 5 ns\n张三 3 nr\n李四 3 nr\n坏 x\n").ok());
  ASSERT_TRUE(Run("import " + Path("in.txt") + " " + Path("words.bin")).status.ok());
  const std::string command = "tag " + Path("words.bin") + " " + Path("names.txt") + " " + Path("out.bin") + " --tags ";
  const VerbResult result = Run(command + "nr ns");
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.exit_code, kExitSomeBad);  // the line that is no word
  EXPECT_THAT(output_, HasSubstr("nr: 2 words\nns: 1 words\nwords added: 2; word list: 3 words, 1 lines left out\n"));
  EXPECT_EQ(vectors::LoadWordVectors(Path("out.bin"))->dim, 4);
  EXPECT_THAT(std::string(Run(command + "nz").status.message()), HasSubstr("has the tag \"nz\""));
}

TEST_F(VectorsVerbTest, ErrorsComeBackAndNothingIsWritten) {
  EXPECT_EQ(Run("import " + Path("absent") + " " + Path("out.bin")).status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Run("import a " + Path("absent/out.bin")).status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Run("import a " + folder_).status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Run("train " + Path("out.bin")).status.code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(WriteFileAtomically(Path("a.txt"), "出生\n").ok());
  EXPECT_THAT(std::string(Run("train " + Path("a.txt") + " " + Path("out.bin") + " --dim 0").status.message()),
              HasSubstr("dim is 0"));
  EXPECT_FALSE(FileExists(Path("out.bin")));
}

}  // namespace
}  // namespace tiqu::cli
