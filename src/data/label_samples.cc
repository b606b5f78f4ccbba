#include "data/label_samples.h"

#include <fmt/format.h>

namespace tiqu::data {

const std::vector<RawAnswer>* LabelledSpans::Find(const std::string& label) const {
  const auto found = spans_.find(label);
  return found == spans_.end() ? nullptr : &found->second;
}

namespace {

void AddEntitySample(const LabelledSpans& spans, const std::string& id, SampleCollector* out) {
  RawSample sample{.id = id};
  for (const auto& [label, answers] : spans.all()) {
    if (label.empty() && !answers.empty()) return out->AddDropped("a span without a label", sample);
    for (RawAnswer answer : answers) {
      answer.label = label;
      sample.answers.push_back(std::move(answer));
    }
  }
  out->Add(std::move(sample));
}

}  // namespace

void AddLabelSamples(const LabelledSpans& spans, const std::string& id, SampleCollector* out) {
  const ReadOptions& options = out->options();
  if (options.as_entities) return AddEntitySample(spans, id, out);
  for (const auto& [label, answers] : spans.all()) {
    if (options.labels.Find(label) == nullptr) out->Note(fmt::format("label {} is not in the label map", label), "");
  }
  for (const LabelQuestions& questions : options.labels.labels()) {
    const std::vector<RawAnswer>* answers = spans.Find(questions.label);
    int number = 0;
    for (std::string& wording : ChooseWordings(questions, options.wordings, options.seed, id)) {
      RawSample sample{
          .id = fmt::format("{}#{}", id, questions.label), .label = questions.label, .question = std::move(wording)};
      if (++number > 1) sample.id += fmt::format("#{}", number);
      if (answers != nullptr) sample.answers = *answers;
      out->Add(std::move(sample));
    }
  }
}

}  // namespace tiqu::data
