// DuIE's triples: {"text", "spo_list": [{"subject", "predicate", "object": {"@value": text, ...}}, ...]}
//
// The objects of one subject and one mapped predicate are the answers of one question; "{}" in the wording is the
// subject. Offsets are not given. Predicates that the map does not have are noted, and make no sample.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "data/json_field.h"
#include "data/json_line_format.h"

namespace tiqu::data {
namespace {

using Triples = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;  // (predicate, subject)

std::string ObjectText(const JsonObject& triple) {
  if (auto text = JsonText(triple, "object")) return *text;
  JsonObject object;
  if (triple.at_key("object").get(object) != simdjson::SUCCESS) return "";
  return JsonText(object, "@value").value_or("");
}

std::string WithSubject(const std::string& wording, const std::string& subject) {
  const size_t place = wording.find("{}");
  if (place == std::string::npos) return subject + wording;
  return wording.substr(0, place) + subject + wording.substr(place + 2);
}

class DuieFormat : public JsonLineFormat {
  void Record(const JsonObject& record, const std::string& where, SampleCollector* out) override {
    const auto text = JsonText(record, "text");
    const auto list = JsonList(record, "spo_list");
    if (!text || !list) {
      out->AddBadRecord(where, "no text \"text\" or no list \"spo_list\"");
      return;
    }
    Triples triples;
    if (!Group(*list, &triples)) {
      out->AddBadRecord(where, "a triple lacks subject, predicate or object");
      return;
    }
    if (!out->SetPassage(*text, where)) return;
    for (const auto& [key, objects] : triples) AddTriple(key.first, key.second, objects, where, out);
  }

  static bool Group(const JsonArray& list, Triples* triples) {
    for (const JsonElement element : list) {
      JsonObject triple;
      if (element.get(triple) != simdjson::SUCCESS) return false;
      const auto subject = JsonText(triple, "subject");
      const auto predicate = JsonText(triple, "predicate");
      std::string object = ObjectText(triple);
      if (!subject || !predicate || subject->empty() || object.empty()) return false;
      (*triples)[{*predicate, *subject}].push_back(std::move(object));
    }
    return true;
  }

  static void AddTriple(const std::string& predicate, const std::string& subject,
                        const std::vector<std::string>& objects, const std::string& where, SampleCollector* out) {
    const LabelQuestions* questions = out->options().labels.Find(predicate);
    if (questions == nullptr) {
      out->Note(fmt::format("predicate {} is not in the label map", predicate), "");
      return;
    }
    const std::string id = fmt::format("{}#{}#{}", where, predicate, subject);
    int count = 0;
    for (const std::string& wording : ChooseWordings(*questions, out->options().wordings, out->options().seed, id)) {
      RawSample sample{.id = id, .label = predicate, .question = WithSubject(wording, subject)};
      if (++count > 1) sample.id += fmt::format("#{}", count);
      for (const std::string& object : objects) sample.answers.push_back({.text = object});
      out->Add(std::move(sample));
    }
  }
};

}  // namespace

std::unique_ptr<LineFormat> MakeDuieFormat() { return std::make_unique<DuieFormat>(); }

}  // namespace tiqu::data
