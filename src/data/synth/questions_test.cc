#include "data/synth/questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/synth/documents.h"
#include "data/synth/layouts.h"

namespace tiqu::data::synth {
namespace {

Entity MakePerson(const std::string& name, std::vector<Field> fields) {
  Entity person;
  person.name = name;
  person.fields = std::move(fields);
  return person;
}

std::vector<std::string> Texts(const Sample& sample) {
  std::vector<std::string> texts;
  for (const AnswerSpan& answer : sample.answers) texts.push_back(answer.text);
  return texts;
}

TEST(QuestionsTest, BirthplaceFallsBackToTheHouseholdUnlessItIsWritten) {
  int fallbacks = 0;
  int explicits = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const bool written = seed % 2 == 0;
    std::vector<Field> fields = {{"户籍地", {"河北省邯郸市"}}};
    if (written) fields.push_back({"出生地", {"山西省太原市"}});
    const Scene scene = WriteRecords(random, Layout::kCommaList, {MakePerson("王石", fields)});
    for (const Sample& sample : AskQuestions(random, scene, 5, "t")) {
      if (sample.label != "出生地" || sample.answers.empty()) continue;
      EXPECT_THAT(Texts(sample), testing::ElementsAre(written ? "山西省太原市" : "河北省邯郸市")) << sample.question;
      ++(written ? explicits : fallbacks);
    }
  }
  EXPECT_GT(fallbacks, 50);
  EXPECT_GT(explicits, 50);
}

TEST(QuestionsTest, WithoutASubjectEverybodyIsMeant) {
  int seen = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const Scene scene = WriteRecords(random, Layout::kTable,
                                     {MakePerson("王石", {{"电话", {"13800000001"}}}),
                                      MakePerson("李河", {{"电话", {"13800000002"}}}), MakePerson("赵山", {})});
    for (const Sample& sample : AskQuestions(random, scene, 6, "t")) {
      const bool about_one = sample.question.find("王石") != std::string::npos ||
                             sample.question.find("李河") != std::string::npos ||
                             sample.question.find("赵山") != std::string::npos;
      if (sample.label == "电话" && sample.question.find("王石") != std::string::npos) {
        EXPECT_THAT(Texts(sample), testing::ElementsAre("13800000001"));
      }
      if (sample.label == "电话" && sample.question.find("赵山") != std::string::npos) {
        EXPECT_TRUE(sample.answers.empty());
      }
      if (sample.label == "电话" && !about_one && sample.answers.size() == 2) ++seen;
    }
  }
  EXPECT_GT(seen, 20);
}

// Every layout says every value where it says it does.
TEST(LayoutsTest, MentionsHoldTheirValues) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    for (const Layout layout : {Layout::kCommaList, Layout::kSentences, Layout::kForm, Layout::kTable}) {
      Random random(seed);
      const Scene scene =
          WriteRecords(random, layout,
                       {MakePerson("王石", {{"电话", {"1", "2"}}, {"出生日期", {"某日"}}, {"出生地", {"某地"}}}),
                        MakePerson("李河", {{"电话", {"3"}}})});
      for (const char* value : {"1", "2", "3", "某日", "某地", "王石", "李河"}) {
        EXPECT_NE(scene.passage.find(value), std::string::npos) << scene.passage;
      }
      EXPECT_GE(scene.mentions.size(), 7U) << scene.passage;
    }
  }
}

TEST(DocumentsTest, EverySlotIsAnAttributeOfItsFamily) {
  for (const DocumentTemplate& document : DocumentTemplates()) {
    EXPECT_EQ(document.text.back(), '|');
    for (size_t open = document.text.find('{'); open != std::string_view::npos;
         open = document.text.find('{', open + 1)) {
      std::string_view slot = document.text.substr(open + 1, document.text.find('}', open) - open - 1);
      slot = slot.substr(0, slot.find('@'));
      EXPECT_EQ(FindAttribute(slot).key, slot);
      EXPECT_EQ(FindAttribute(slot).family, document.family) << slot;
    }
  }
}

TEST(AttributesTest, WordingsHaveAtMostOneSlot) {
  for (const Attribute& attribute : Attributes()) {
    EXPECT_FALSE(attribute.titles.empty());
    for (const std::string_view clause : attribute.clauses) {
      EXPECT_NE(clause.find("{}"), std::string_view::npos) << clause;
      EXPECT_EQ(clause.find("{}"), clause.rfind("{}"));
    }
    for (const std::string_view question : attribute.questions) {
      EXPECT_EQ(question.find("{}"), question.rfind("{}"));
    }
  }
}

}  // namespace
}  // namespace tiqu::data::synth
