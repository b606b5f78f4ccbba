#include "data/synth/questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/utf8.h"
#include "data/synth/people.h"
#include "data/synth/tables.h"

namespace tiqu::data::synth {
namespace {

struct Draft {
  std::string label;
  std::string question;
  std::vector<Mention> answers;
};

bool HasName(Family family) {
  return family == Family::kPerson || family == Family::kStaff || family == Family::kCompany;
}

std::vector<Mention> MentionsOf(const Scene& scene, int entity, std::string_view key) {
  std::vector<Mention> found;
  for (const Mention& mention : scene.mentions) {
    if (mention.entity == entity && mention.key == key) found.push_back(mention);
  }
  if (found.empty() && key == "出生地") return MentionsOf(scene, entity, "户籍地");
  return found;
}

std::vector<Mention> MentionsOfAll(const Scene& scene, std::string_view key) {
  std::vector<Mention> found;
  for (size_t i = 0; i < scene.entities.size(); ++i) {
    const std::vector<Mention> one = MentionsOf(scene, static_cast<int>(i), key);
    found.insert(found.end(), one.begin(), one.end());
  }
  std::sort(found.begin(), found.end(), [](const Mention& a, const Mention& b) { return a.begin < b.begin; });
  return found;
}

// "{}的户籍地" about 张三 -> 张三的户籍地; about nobody -> 户籍地.
std::string Fill(std::string_view wording, std::string_view subject) {
  const size_t place = wording.find("{}");
  if (place == std::string_view::npos) return std::string(wording);
  std::string_view rest = wording.substr(place + 2);
  if (subject.empty() && rest.starts_with("的")) rest.remove_prefix(std::string_view("的").size());
  return std::string(wording.substr(0, place)) + std::string(subject) + std::string(rest);
}

std::string Polished(Random& random, std::string question) {
  if (random.Chance(0.05)) question = "请问" + question;
  if (random.Chance(0.25)) question += random.Chance(0.8) ? "？" : "?";
  return question;
}

class Asker {
 public:
  Asker(Random& random, const Scene& scene) : random_(random), scene_(scene) {
    family_ = scene.entities.front().family;
    for (const Attribute& attribute : Attributes()) {
      const bool staff = family_ == Family::kStaff && attribute.family == Family::kPerson;
      if ((attribute.family == family_ || staff) && attribute.key != NameKey(family_)) keys_.push_back(attribute.key);
    }
  }

  Draft Next() {
    const uint32_t draw = random_.Below(100);
    if (!HasName(family_)) return draw < 82 ? PresentOfDocument() : AbsentOfAll();
    if (draw < 50) return PresentOfOne();
    if (draw < 62) return PresentOfAll();
    if (draw < 72) return AbsentOfOne();
    if (draw < 80) return OfAStranger();
    if (draw < 84) return AbsentOfAll();
    if (draw < 90) return Names();
    return draw < 95 ? Role() : Backwards();
  }

 private:
  int AnyEntity() { return static_cast<int>(random_.Below(static_cast<uint32_t>(scene_.entities.size()))); }
  const Entity& At(int index) const { return scene_.entities[static_cast<size_t>(index)]; }

  std::string Question(std::string_view key, std::string_view subject) {
    const Attribute& attribute = FindAttribute(key);
    if (subject.empty() && random_.Chance(0.25)) return std::string(PickFrom(random_, attribute.titles));
    return Fill(PickFrom(random_, attribute.questions), subject);
  }

  // Birthplaces are asked for more often than they are written: that is where the fallback is learnt.
  std::string_view PresentKey(const Entity& entity) {
    if (random_.Chance(0.15) && (entity.Find("出生地") != nullptr || entity.Find("户籍地") != nullptr)) return "出生地";
    if (entity.fields.empty()) return keys_[random_.Below(static_cast<uint32_t>(keys_.size()))];
    return random_.Pick(entity.fields).key;
  }

  std::string_view AbsentKey(const Entity* entity) {
    for (int tries = 0; tries < 20; ++tries) {
      const std::string_view key = random_.Pick(keys_);
      const bool absent = entity == nullptr ? MentionsOfAll(scene_, key).empty() : entity->Find(key) == nullptr;
      if (absent) return key;
    }
    return keys_.front();
  }

  Draft PresentOfOne() {
    const int index = AnyEntity();
    const std::string_view key = PresentKey(At(index));
    return {std::string(key), Question(key, At(index).name), MentionsOf(scene_, index, key)};
  }

  Draft PresentOfAll() {
    const std::string_view key = PresentKey(At(AnyEntity()));
    constexpr std::array<std::string_view, 5> kPronouns = {"他", "她", "此人", "该人", "当事人"};
    const bool one_person = scene_.entities.size() == 1 && family_ != Family::kCompany;
    const std::string_view subject = one_person && random_.Chance(0.2) ? kPronouns[random_.Below(5)] : "";
    return {std::string(key), Question(key, subject), MentionsOfAll(scene_, key)};
  }

  Draft PresentOfDocument() {
    const std::string_view key = random_.Pick(At(0).fields).key;
    return {std::string(key), Question(key, ""), MentionsOf(scene_, 0, key)};
  }

  Draft AbsentOfOne() {
    const int index = AnyEntity();
    const std::string_view key = AbsentKey(&At(index));
    return {std::string(key), Question(key, At(index).name), MentionsOf(scene_, index, key)};
  }

  Draft AbsentOfAll() {
    const std::string_view key = AbsentKey(nullptr);
    return {std::string(key), Question(key, ""), MentionsOfAll(scene_, key)};
  }

  Draft OfAStranger() {
    const Entity& known = At(AnyEntity());
    const std::string_view key = PresentKey(known);
    std::string name = family_ == Family::kCompany ? RandomCompany(random_).name
                       : random_.Chance(0.4)       ? SimilarName(random_, known.name)
                                                   : RandomPersonName(random_, random_.Chance(0.6));
    if (scene_.passage.find(name) != std::string::npos) return {};
    return {std::string(key), Question(key, name), {}};
  }

  Draft Names() {
    const std::string_view key = NameKey(family_);
    // Superiors are people, too: then the question would be about both.
    if (!MentionsOfAll(scene_, "直属上级").empty()) return {};
    return {std::string(key), Question(key, ""), MentionsOfAll(scene_, key)};
  }

  Draft Role() {
    if (family_ == Family::kCompany) return {};
    std::string role = At(AnyEntity()).role;
    if (role.empty() ? random_.Chance(0.4) : random_.Chance(0.15)) role = PickWord(random_, PersonRoles());
    if (role.empty()) return {};
    Draft draft{role, "", {}};
    constexpr std::array<std::string_view, 5> kForms = {"{}是谁", "{}", "{}的姓名", "{}有哪些人", "谁是{}"};
    draft.question = Fill(kForms[random_.Below(5)], role);
    for (size_t i = 0; i < scene_.entities.size(); ++i) {
      if (scene_.entities[i].role != role) continue;
      const auto names = MentionsOf(scene_, static_cast<int>(i), NameKey(family_));
      draft.answers.insert(draft.answers.end(), names.begin(), names.end());
    }
    // 被告 is part of 被告人: a passage with one is not asked for the other.
    const bool unclear = draft.answers.empty() && scene_.passage.find(role) != std::string::npos;
    return unclear ? Draft{} : draft;
  }

  Draft Backwards() {
    constexpr std::array<std::string_view, 6> kTelling = {"身份证号码",       "电话", "银行卡号",
                                                          "统一社会信用代码", "工号", "车牌号"};
    const int index = AnyEntity();
    const std::string_view key = kTelling[random_.Below(6)];
    const Field* field = At(index).Find(key);
    if (field == nullptr) return {};
    constexpr std::array<std::string_view, 3> kForms = {"谁的{}是{}", "{}为{}的是谁", "{}{}是谁的"};
    const std::string_view title = PickFrom(random_, FindAttribute(key).titles);
    std::string question(kForms[random_.Below(3)]);
    question.replace(question.find("{}"), 2, title);
    question.replace(question.find("{}"), 2, field->values.front());
    const std::string_view name_key = NameKey(family_);
    return {std::string(name_key), question, MentionsOf(scene_, index, name_key)};
  }

  Random& random_;
  const Scene& scene_;
  Family family_;
  std::vector<std::string_view> keys_;
};

}  // namespace

std::vector<Sample> AskQuestions(Random& random, const Scene& scene, int count, const std::string& id) {
  std::vector<Sample> samples;
  Asker asker(random, scene);
  std::set<std::string> asked;
  for (int tries = 0; tries < 4 * count && static_cast<int>(samples.size()) < count; ++tries) {
    Draft draft = asker.Next();
    if (draft.question.empty() || !asked.insert(draft.question).second) continue;
    Sample sample;
    sample.id = fmt::format("{}-{}", id, samples.size());
    sample.label = std::move(draft.label);
    sample.question = Polished(random, std::move(draft.question));
    sample.passage = scene.passage;
    for (const Mention& mention : draft.answers) {
      sample.answers.push_back(
          {std::string(Utf8Substring(scene.passage, mention.begin, mention.end)), mention.begin, mention.end});
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace tiqu::data::synth
