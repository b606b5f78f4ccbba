#include "text/segmenter.h"

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/utf8.h"
#include "gtest/gtest.h"

namespace tiqu::text {
namespace {

// The words with " " between them.
std::string Cut(const Segmenter& segmenter, std::string_view utf8) {
  const std::u32string chars = DecodeUtf8(utf8).value();
  std::string out;
  int32_t covered = 0;
  for (const Word& word : segmenter.Segment(chars)) {
    EXPECT_EQ(word.begin, covered);
    covered = word.end;
    if (word.begin > 0) out += ' ';
    out += EncodeUtf8(chars.substr(static_cast<size_t>(word.begin), static_cast<size_t>(word.end - word.begin)));
  }
  EXPECT_EQ(covered, static_cast<int32_t>(chars.size()));
  return out;
}

Vocabulary SampleWords() {
  return Vocabulary::FromEntries(
      {{"户籍", 100}, {"地", 2000},    {"广西", 300},    {"壮族", 200}, {"自治区", 400}, {"广西壮族自治区", 150},
       {"出生", 900}, {"出生地", 800}, {"生地", 50},     {"年", 3000},  {"研究", 500},   {"研究生", 300},
       {"生命", 500}, {"起源", 200},   {"的", 9000},     {"ok", 10},    {"卡拉ok", 10},  {"19", 10},
       {"银行", 500}, {"中国", 900},   {"中国银行", 300}});
}

TEST(SegmenterTest, TakesTheMostProbableCut) {
  const Segmenter segmenter(SampleWords());
  EXPECT_EQ(Cut(segmenter, "户籍地广西壮族自治区"), "户籍 地 广西壮族自治区");
  EXPECT_EQ(Cut(segmenter, "研究生命的起源"), "研究 生命 的 起源");
  EXPECT_EQ(Cut(segmenter, "研究生的出生地"), "研究生 的 出生地");
  EXPECT_EQ(Cut(segmenter, ""), "");
  EXPECT_EQ(Cut(segmenter, "罗"), "罗");
}

TEST(SegmenterTest, WordsHaveTheirIdsAndUnknownCharactersTheUnknownId) {
  const Vocabulary words = SampleWords();
  const std::vector<Word> cut = Segmenter(words).Segment(U"敏出生😀");
  ASSERT_EQ(cut.size(), 3u);
  EXPECT_EQ(cut[0].id, kUnknownId);
  EXPECT_EQ(cut[1].id, words.Find("出生"));
  EXPECT_EQ(cut[2].id, kUnknownId);
}

TEST(SegmenterTest, RunsOfLettersAndDigitsAreWholeWordsOrSingleCharacters) {
  const Segmenter segmenter(SampleWords());
  EXPECT_EQ(Cut(segmenter, "1989年"), "1 9 8 9 年");
  EXPECT_EQ(Cut(segmenter, "19年"), "19 年");
  EXPECT_EQ(Cut(segmenter, "ok的book卡拉ok卡拉oks"), "ok 的 b o o k 卡拉ok 卡 拉 o k s");
  EXPECT_EQ(Cut(segmenter, "a19ok"), "a 19 ok");
}

TEST(SegmenterTest, UserWordsWin) {
  const Segmenter segmenter(SampleWords(), {"罗显敏", "究生命"});
  EXPECT_EQ(Cut(segmenter, "罗显敏的出生地"), "罗显敏 的 出生地");
  EXPECT_EQ(Cut(segmenter, "研究生命的起源"), "研 究生命 的 起源");
  EXPECT_EQ(segmenter.Segment(U"罗显敏")[0].id, kUnknownId);
}

TEST(SegmenterTest, LongerWordsAroundAUserWordStayWhole) {
  const Segmenter segmenter(SampleWords(), {"银行", "生地", "壮族"});
  EXPECT_EQ(Cut(segmenter, "中国银行的出生地"), "中国银行 的 出生地");
  EXPECT_EQ(Cut(segmenter, "广西壮族自治区广西壮族"), "广西壮族自治区 广西 壮族");
}

TEST(SegmenterTest, BadListsAreBorne) {
  std::vector<Vocabulary::Entry> entries = {{"\xFF", 5}, {"地", 0}, {"出生", -3}};
  entries.push_back({EncodeUtf8(std::u32string(100000, U'啊')), 7});
  const Segmenter segmenter(Vocabulary::FromEntries(entries), {"", "\xC0", "户籍"});
  EXPECT_EQ(Cut(segmenter, "户籍地出生啊啊"), "户籍 地 出生 啊 啊");
  EXPECT_EQ(Cut(Segmenter(Vocabulary()), "户籍"), "户 籍");
}

// The best total score by trying every cut.
double BestScore(const std::map<std::u32string, double>& scores, double unknown, std::u32string_view rest) {
  if (rest.empty()) return 0;
  double best = -std::numeric_limits<double>::infinity();
  for (size_t length = 1; length <= rest.size(); ++length) {
    const auto it = scores.find(std::u32string(rest.substr(0, length)));
    if (it == scores.end() && length > 1) continue;
    const double score = it == scores.end() ? unknown : it->second;
    best = std::max(best, score + BestScore(scores, unknown, rest.substr(length)));
  }
  return best;
}

TEST(SegmenterPropertyTest, NoOtherCutIsMoreProbable) {
  constexpr char32_t kChars[] = U"甲乙丙丁";
  Random random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<Vocabulary::Entry> entries;
    for (int i = 0; i < 12; ++i) {
      std::u32string word;
      for (int k = random.Between(1, 4); k > 0; --k) word.push_back(kChars[random.Below(3)]);
      entries.push_back({EncodeUtf8(word), random.Between(1, 1000)});
    }
    const Vocabulary vocabulary = Vocabulary::FromEntries(entries);
    double total = 0;
    for (int32_t id = 2; id < vocabulary.size(); ++id) total += static_cast<double>(vocabulary.entry(id).count);
    std::map<std::u32string, double> scores;
    for (int32_t id = 2; id < vocabulary.size(); ++id) {
      const auto count = static_cast<double>(vocabulary.entry(id).count);
      scores[DecodeUtf8(vocabulary.entry(id).text).value()] = std::log(count / total);
    }
    std::u32string text;
    for (int k = random.Between(1, 10); k > 0; --k) text.push_back(kChars[random.Below(4)]);
    double score = 0;
    for (const Word& word : Segmenter(vocabulary).Segment(text)) {
      const std::u32string piece =
          text.substr(static_cast<size_t>(word.begin), static_cast<size_t>(word.end - word.begin));
      const auto it = scores.find(piece);
      ASSERT_TRUE(it != scores.end() || piece.size() == 1);
      score += it == scores.end() ? -std::log(total) : it->second;
      ASSERT_EQ(word.id, it == scores.end() ? kUnknownId : vocabulary.Find(EncodeUtf8(piece)));
    }
    ASSERT_NEAR(score, BestScore(scores, -std::log(total), text), 1e-4);
  }
}

}  // namespace
}  // namespace tiqu::text
