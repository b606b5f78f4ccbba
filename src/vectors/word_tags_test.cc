#include "vectors/word_tags.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::vectors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 广西 [1 2] and 出生 [3 4].
WordVectors TwoVectors() {
  WordVectors vectors;
  vectors.words = text::Vocabulary::FromEntries({{"广西", 9}, {"出生", 5}});
  vectors.dim = 2;
  vectors.values = {0, 0, 0, 0, 1, 2, 3, 4};
  return vectors;
}

// 张三 is a person, 广西 and 张家口 are places, 张家口 a team too; 呼和浩特市 is long.
WordList SomeNames() {
  WordList list;
  list.words =
      text::Vocabulary::FromEntries({{"张三", 30}, {"广西", 8}, {"张家口", 7}, {"出生", 1}, {"呼和浩特市", 1}});
  list.tags = {{2, "nr"}, {3, "ns"}, {4, "ns"}, {4, "nt"}, {5, "v"}, {6, "ns"}};
  return list;
}

std::vector<float> RowOf(const WordVectors& vectors, const char* word) {
  const float* row = vectors.row(vectors.words.Find(word));
  return {row, row + vectors.dim};
}

TEST(AddTagColumnsTest, WordsHaveTheirTagsAndKeepTheirVectors) {
  TagOptions options;
  options.columns = {"nr", "ns+nt"};
  const Tagged tagged = AddTagColumns(TwoVectors(), SomeNames(), options).value();
  EXPECT_EQ(tagged.vectors.words.Encode(), "<pad>\t0\n<unk>\t0\n广西\t9\n出生\t5\n张三\t1\n张家口\t1\n");
  EXPECT_EQ(tagged.vectors.dim, 4);
  EXPECT_THAT(RowOf(tagged.vectors, "广西"), ElementsAre(1, 2, 0, 1));
  EXPECT_THAT(RowOf(tagged.vectors, "出生"), ElementsAre(3, 4, 0, 0));
  EXPECT_THAT(RowOf(tagged.vectors, "张三"), ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(RowOf(tagged.vectors, "张家口"), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(RowOf(tagged.vectors, "<unk>"), ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(tagged.added, 2);
  EXPECT_THAT(tagged.words, ElementsAre(1, 2));
}

TEST(AddTagColumnsTest, OnlyWordsOfTheNamedTagsAreAdded) {
  TagOptions options;
  options.columns = {"nr", "ns", "v"};
  options.new_words = {"ns"};
  options.max_word_chars = 5;
  const Tagged tagged = AddTagColumns(TwoVectors(), SomeNames(), options).value();
  EXPECT_EQ(tagged.vectors.words.Find("张三"), text::kUnknownId);
  EXPECT_THAT(RowOf(tagged.vectors, "呼和浩特市"), ElementsAre(0, 0, 0, 1, 0));
  EXPECT_THAT(RowOf(tagged.vectors, "出生"), ElementsAre(3, 4, 0, 0, 1));
  EXPECT_THAT(tagged.words, ElementsAre(0, 3, 1));
}

TEST(AddTagColumnsTest, WrongTagsAreNamed) {
  const auto error = [](const std::vector<std::string>& columns, const std::vector<std::string>& new_words) {
    TagOptions options;
    options.columns = columns;
    options.new_words = new_words;
    return std::string(AddTagColumns(TwoVectors(), SomeNames(), options).status().message());
  };
  EXPECT_EQ(error({}, {}), "no tags are named");
  EXPECT_EQ(error({"nr+"}, {}), "\"nr+\" has an empty tag");
  EXPECT_EQ(error({"nr", "ns+nr"}, {}), "tag \"nr\" is named twice");
  EXPECT_EQ(error({"nz"}, {}), "no word of the list has the tag \"nz\"");
  EXPECT_EQ(error({"nr"}, {"nz"}), "no word of the list has the tag \"nz\"");
  WordVectors wide = TwoVectors();
  wide.dim = kMaxDim;
  TagOptions options;
  options.columns = {"nr"};
  EXPECT_THAT(std::string(AddTagColumns(wide, SomeNames(), options).status().message()),
              HasSubstr("1 columns beside 8192 elements"));
  options.max_word_chars = 0;
  EXPECT_EQ(AddTagColumns(TwoVectors(), SomeNames(), options).status().message(),
            "max_word_chars is 0, must be 1 or more");
}

}  // namespace
}  // namespace tiqu::vectors
