#include "train/report.h"

#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "train/error_examples.h"
#include "train/svg_chart.h"

namespace tiqu::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Every tag closed in order, every < and & part of a tag or an entity. Returns what is wrong, or "".
std::string FindXmlFault(const std::string& html) {
  std::vector<std::string> open;
  for (size_t i = html.find('>') + 1; i < html.size(); ++i) {  // after <!DOCTYPE>
    if (html[i] == '&') {
      const size_t end = html.find(';', i);
      if (end == std::string::npos || end - i > 6) return "bare & at " + html.substr(i, 20);
    }
    if (html[i] != '<') continue;
    const size_t end = html.find('>', i);
    if (end == std::string::npos) return "no end of tag " + html.substr(i, 20);
    const std::string tag = html.substr(i + 1, end - i - 1);
    const std::string name = tag.substr(tag[0] == '/' ? 1 : 0, tag.find_first_of(" /", 1) - (tag[0] == '/' ? 1 : 0));
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) return "unexpected </" + tag;
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
    i = end;
  }
  return open.empty() ? "" : "not closed: " + open.back();
}

TEST(SvgChartTest, TicksAreRoundNumbers) {
  EXPECT_THAT(RoundTicks(0, 10, 5), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(RoundTicks(-1, 1, 4), ElementsAre(-1, -0.5, 0, 0.5, 1));
  EXPECT_THAT(RoundTicks(3, 3, 4), ElementsAre());
  EXPECT_THAT(RoundTicks(0, std::nan(""), 4), ElementsAre());
  for (const double scale : {1e-9, 3.7e-4, 1.0, 42.0, 1e12}) {
    const std::vector<double> ticks = RoundTicks(0, scale, 5);
    EXPECT_GE(ticks.size(), 3U) << scale;
    EXPECT_LE(ticks.size(), 8U) << scale;
    EXPECT_LE(ticks.back(), scale * 1.001);
  }
}

TEST(SvgChartTest, ThinningAveragesRuns) {
  EXPECT_THAT(ThinPoints({{0, 1}, {1, 3}, {2, 5}, {3, 7}, {4, 9}}, 3),
              ElementsAre(std::pair(0.5, 2.0), std::pair(2.5, 6.0), std::pair(4.0, 9.0)));
  EXPECT_EQ(ThinPoints({{0, 1}, {1, 3}}, 2).size(), 2U);
}

TEST(SvgChartTest, DrawsWhatIsFinite) {
  const double nan = std::nan("");
  const double inf = std::numeric_limits<double>::infinity();
  const std::string svg = RenderChart({"a <b>", "step", {{"x&y", "red", {{0, 1}, {1, nan}, {2, inf}, {3, 2}}}}});
  EXPECT_EQ(FindXmlFault("<!>" + svg), "");
  EXPECT_THAT(svg, HasSubstr("a &lt;b&gt;"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
  EXPECT_THAT(RenderChart({"empty", "step", {{"", "red", {}}}}), HasSubstr("no figures yet"));
  EXPECT_EQ(FindXmlFault("<!>" + RenderChart({"one", "step", {{"", "red", {{5, 0}}}}})), "");
}

TEST(SvgChartTest, EscapesMarkupAndControlCharacters) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\">'&'</a>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(EscapeHtml("深圳\n"), "深圳\n");
  EXPECT_EQ(EscapeHtml(std::string("\x01\0", 2)), "\xef\xbf\xbd\xef\xbf\xbd");
}

data::Sample MakeSample(const std::string& passage, std::vector<data::AnswerSpan> answers) {
  data::Sample sample;
  sample.id = "7";
  sample.label = "<地点>";
  sample.question = "在哪里?";
  sample.passage = passage;
  sample.answers = std::move(answers);
  return sample;
}

TEST(ErrorExamplesTest, MarksGoldPredictedAndBoth) {
  const data::Sample sample = MakeSample("张三<住>北京和深圳", {{"北京", 5, 7}, {"深圳", 8, 10}});
  const eval::Prediction prediction = {{{"张三", 0, 2, 0.6F}, {"北京", 5, 7, 0.9F}}, 0.1F};
  EXPECT_EQ(HighlightPassage(sample, prediction, 40),
            "<mark class=\"wrong\">张三</mark>&lt;住&gt;<mark class=\"right\">北京</mark>和"
            "<mark class=\"gold\">深圳</mark>");
}

TEST(ErrorExamplesTest, LeavesOutWhatIsFar) {
  const data::Sample sample = MakeSample("零一二三四五六七八九", {{"五", 5, 6}});
  EXPECT_EQ(HighlightPassage(sample, {}, 1), "<i>…</i>四<mark class=\"gold\">五</mark>六<i>…</i>");
  EXPECT_EQ(HighlightPassage(MakeSample("零一二三四五六七八九", {}), {}, 2), "零一二三<i>…</i>");
  EXPECT_EQ(HighlightPassage(MakeSample("一二一", {{"一"}}), {}, 9),
            "<mark class=\"gold\">一</mark>二<mark class=\"gold\">一</mark>");
  // Two spans side by side stay two; offsets past the end are cut.
  EXPECT_EQ(HighlightPassage(MakeSample("一二", {{"一", 0, 1}, {"二", 1, 9}}), {}, 9),
            "<mark class=\"gold\">一</mark><mark class=\"gold\">二</mark>");
}

TEST(ErrorExamplesTest, TheSurestMistakesComeFirst) {
  const std::vector<data::Sample> samples = {MakeSample("一二三", {{"一", 0, 1}}), MakeSample("一二三", {{"一", 0, 1}}),
                                             MakeSample("一二三", {}), MakeSample("一二三", {{"一", 0, 1}}),
                                             MakeSample("一二三", {})};
  const std::vector<eval::Prediction> predictions = {
      {{{"一", 0, 1, 0.9F}}, 0.1F},   // right
      {{}, 0.7F},                     // missed
      {{{"二", 1, 2, 0.95F}}, 0.0F},  // invented
      {{{"三", 2, 3, 0.5F}}, 0.2F},   // another one
      {{}, 1.0F},                     // right
  };
  const std::vector<ErrorExample> errors = WorstErrors(samples, predictions, 10);
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0].sample, 2U);
  EXPECT_EQ(errors[1].sample, 1U);
  EXPECT_EQ(errors[2].sample, 3U);
  EXPECT_EQ(WorstErrors(samples, predictions, 1).size(), 1U);
}

TEST(ReportTest, IsOneWellFormedPageThatLoadsNothing) {
  const std::vector<data::Sample> samples = {MakeSample("住<script>北京", {{"北京", 9, 11}}), MakeSample("无", {})};
  const std::vector<eval::Prediction> predictions = {{{{"住", 0, 1, 0.8F}}, 0.1F}, {{}, 0.9F}};
  const eval::Evaluation evaluation = eval::Evaluate(samples, predictions);
  const ReportedValidation validation = {evaluation, samples, predictions};
  ReportInput input;
  input.title = "out/<x>";
  input.facts = {{"steps", "40"}};
  input.metrics = {{{"kind", "train"}, {"step", 20}, {"loss", 3.5}, {"learning_rate", 1e-3}},
                   {{"kind", "train"}, {"step", 40}, {"loss", nullptr}},
                   {{"kind", "valid"}, {"step", 40}, {"f1", 0.5}, {"precision", 0.4}, {"recall", 0.6}}};
  input.config = {{"run", {{"output_dir", "\xff</pre>"}}}};
  input.validation = &validation;
  const std::string page = RenderReport(input);
  EXPECT_EQ(FindXmlFault(page), "");
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, Not(HasSubstr("href=")));
  EXPECT_THAT(page, HasSubstr("<mark class=\"gold\">北京</mark>"));
  EXPECT_THAT(page, HasSubstr("<mark class=\"wrong\">住</mark>"));
  EXPECT_THAT(page, HasSubstr("&lt;地点&gt;"));
  EXPECT_THAT(page, HasSubstr("learning rate"));
}

TEST(ReportTest, WithoutValidationAndFiguresItIsStillAPage) {
  const std::string page = RenderReport({"t", {}, {}, nlohmann::json::object(), nullptr});
  EXPECT_EQ(FindXmlFault(page), "");
  EXPECT_THAT(page, HasSubstr("no figures yet"));
}

}  // namespace
}  // namespace tiqu::train
