#include "data/synth/layouts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "data/synth/tables.h"

namespace tiqu::data::synth {
namespace {

using W = std::string_view;

// The same attribute is mostly written alike throughout one passage.
class Wording {
 public:
  explicit Wording(Random& random) : random_(random) {}

  W Clause(W key) { return Choose(&clauses_, key, FindAttribute(key).clauses); }
  W Title(W key) { return Choose(&titles_, key, FindAttribute(key).titles); }

 private:
  W Choose(std::map<W, W>* chosen, W key, std::span<const W> values) {
    const auto found = chosen->find(key);
    if (found != chosen->end() && random_.Chance(0.85)) return found->second;
    return (*chosen)[key] = PickFrom(random_, values);
  }

  Random& random_;
  std::map<W, W> clauses_;
  std::map<W, W> titles_;
};

struct Style {
  W separator = "，";
  W record_end = "。";
  bool half_width = false;
};

Style RandomStyle(Random& random) {
  constexpr std::array<W, 8> kSeparators = {"，", "，", "，", "，", "；", "、", " ", "，"};
  constexpr std::array<W, 5> kEnds = {"。", "。", "\n", "；", ""};
  Style style;
  style.separator = kSeparators[random.Below(8)];
  style.record_end = kEnds[random.Below(5)];
  style.half_width = random.Chance(0.45);
  return style;
}

// Sex, birth and people first, as papers do; the rest in any order.
void OrderFields(Random& random, std::vector<Field>* fields) {
  random.Shuffle(fields);
  if (random.Chance(0.35)) return;
  const auto rank = [](const Field& field) {
    constexpr std::array<W, 4> kFirst = {"曾用名", "性别", "出生日期", "民族"};
    const auto found = std::find(kFirst.begin(), kFirst.end(), field.key);
    return static_cast<int>(found - kFirst.begin());
  };
  std::stable_sort(fields->begin(), fields->end(), [&](const Field& a, const Field& b) { return rank(a) < rank(b); });
}

void Opening(Random& random, SceneWriter* out) {
  if (!random.Chance(0.25)) return;
  const W opening = PickFrom(random, Openings());
  out->Literal(opening);
  if (!opening.ends_with("，")) out->Literal(random.Chance(0.7) ? "\n" : " ");
}

void Closing(Random& random, SceneWriter* out) {
  for (int i = random.Chance(0.3) ? random.Between(1, 3) : 0; i > 0; --i) out->Literal(PickFrom(random, Fillers()));
}

void Head(Random& random, int index, const Entity& entity, Wording* wording, SceneWriter* out) {
  if (!entity.role.empty()) {
    out->Literal(entity.role);
    if (random.Chance(0.4)) out->Literal("：");
    out->Name(index, entity);
    return;
  }
  const std::string_view key = NameKey(entity.family);
  const W clause = wording->Clause(key);
  const W shown = random.Chance(0.75) ? W("{}") : clause;
  out->Clause(shown, index, {key, {entity.name}});
}

// "1989年11月19日出生于广西..." when place follows date.
bool BirthTogether(Random& random, const Entity& entity, size_t at, int index, SceneWriter* out) {
  if (at + 1 >= entity.fields.size() || entity.fields[at].key != "出生日期" || entity.fields[at + 1].key != "出生地") {
    return false;
  }
  if (!random.Chance(0.6)) return false;
  out->Values(index, entity.fields[at]);
  out->Literal(random.Chance(0.5) ? "出生于" : "生于");
  out->Values(index, entity.fields[at + 1]);
  return true;
}

void CommaRecord(Random& random, const Style& style, int index, const Entity& entity, Wording* wording,
                 SceneWriter* out) {
  Head(random, index, entity, wording, out);
  for (size_t i = 0; i < entity.fields.size(); ++i) {
    out->Literal(style.separator);
    if (BirthTogether(random, entity, i, index, out)) {
      ++i;
    } else {
      out->Clause(wording->Clause(entity.fields[i].key), index, entity.fields[i]);
    }
  }
}

void CommaLists(Random& random, const Style& style, const std::vector<Entity>& entities, SceneWriter* out) {
  Wording wording(random);
  const bool numbered = entities.size() > 1 && random.Chance(0.3);
  for (size_t i = 0; i < entities.size(); ++i) {
    if (numbered) out->Literal(fmt::format("{}{}", i + 1, random.Chance(0.5) ? "、" : "."));
    CommaRecord(random, style, static_cast<int>(i), entities[i], &wording, out);
    const bool last = i + 1 == entities.size();
    out->Literal(!last && style.record_end.empty() ? W("\n") : style.record_end);
    if (last && style.record_end != "。" && style.record_end != "\n" && random.Chance(0.2)) {
      out->Literal("\n");
      out->Literal(PickFrom(random, Fillers()));
    }
  }
}

void SentenceOf(Random& random, int index, const Entity& entity, const Field& field, Wording* wording,
                SceneWriter* out) {
  const W title = wording->Title(field.key);
  const bool pronoun = entity.family != Family::kCompany && random.Chance(0.25);
  if (pronoun) {
    out->Literal("其");
  } else {
    out->Name(index, entity);
    if (random.Chance(0.7)) out->Literal("的");
  }
  out->Literal(title);
  constexpr std::array<W, 5> kVerbs = {"为", "是", "：", "为", "系"};
  out->Literal(kVerbs[random.Below(5)]);
  out->Values(index, field);
}

void Sentences(Random& random, const std::vector<Entity>& entities, SceneWriter* out) {
  Wording wording(random);
  for (size_t i = 0; i < entities.size(); ++i) {
    const Entity& entity = entities[i];
    const int index = static_cast<int>(i);
    const size_t listed = std::min<size_t>(entity.fields.size(), random.Below(4));
    Entity head = entity;
    head.fields.resize(listed);
    CommaRecord(random, Style{}, index, head, &wording, out);
    for (size_t f = listed; f < entity.fields.size(); ++f) {
      out->Literal(f == listed || random.Chance(0.5) ? "。" : "，");
      SentenceOf(random, index, entity, entity.fields[f], &wording, out);
    }
    out->Literal("。");
    if (random.Chance(0.15)) out->Literal(PickFrom(random, Fillers()));
  }
}

void Forms(Random& random, const std::vector<Entity>& entities, SceneWriter* out) {
  constexpr std::array<W, 4> kColons = {"：", "：", "： ", " "};
  constexpr std::array<W, 5> kBreaks = {"\n", "\n", "；", "  ", "\n\n"};
  const W colon = kColons[random.Below(4)];
  const W line_break = kBreaks[random.Below(5)];
  Wording wording(random);
  for (size_t i = 0; i < entities.size(); ++i) {
    const Entity& entity = entities[i];
    if (i > 0) out->Literal(random.Chance(0.5) ? "\n\n" : "\n");
    const W name_key = NameKey(entity.family);
    out->Literal(entity.role.empty() ? wording.Title(name_key) : W(entity.role));
    out->Literal(colon);
    out->Name(static_cast<int>(i), entity);
    for (const Field& field : entity.fields) {
      out->Literal(line_break);
      out->Literal(wording.Title(field.key));
      out->Literal(colon);
      out->Values(static_cast<int>(i), field);
    }
  }
}

void Table(Random& random, const std::vector<Entity>& entities, SceneWriter* out) {
  constexpr std::array<W, 4> kColumns = {"|", " | ", "\t", "｜"};
  constexpr std::array<W, 4> kMissing = {"", "-", "无", "/"};
  const W column = kColumns[random.Below(4)];
  const W missing = kMissing[random.Below(4)];
  std::vector<W> keys;  // of every entity, in the order of first appearance
  for (const Entity& entity : entities) {
    for (const Field& field : entity.fields) {
      if (std::find(keys.begin(), keys.end(), field.key) == keys.end()) keys.push_back(field.key);
    }
  }
  Wording wording(random);
  out->Literal(wording.Title(NameKey(entities.front().family)));
  for (const W key : keys) {
    out->Literal(column);
    out->Literal(wording.Title(key));
  }
  for (size_t i = 0; i < entities.size(); ++i) {
    out->Literal("\n");
    out->Name(static_cast<int>(i), entities[i]);
    for (const W key : keys) {
      out->Literal(column);
      const Field* field = entities[i].Find(key);
      if (field == nullptr) {
        out->Literal(missing);
      } else {
        out->Values(static_cast<int>(i), *field);
      }
    }
  }
}

}  // namespace

Layout RandomLayout(Random& random, size_t entities) {
  const uint32_t draw = random.Below(10);
  if (draw < 5) return Layout::kCommaList;
  if (draw < 7) return Layout::kSentences;
  if (draw < 8 && entities > 1) return Layout::kTable;
  return draw < 9 ? Layout::kForm : Layout::kTable;
}

Scene WriteRecords(Random& random, Layout layout, std::vector<Entity> entities) {
  const Style style = RandomStyle(random);
  SceneWriter out(style.half_width);
  for (Entity& entity : entities) {
    if (layout == Layout::kTable) entity.role.clear();
    OrderFields(random, &entity.fields);
  }
  Opening(random, &out);
  switch (layout) {
    case Layout::kCommaList:
      CommaLists(random, style, entities, &out);
      break;
    case Layout::kSentences:
      Sentences(random, entities, &out);
      break;
    case Layout::kForm:
      Forms(random, entities, &out);
      break;
    case Layout::kTable:
      Table(random, entities, &out);
      break;
  }
  const bool ended = layout == Layout::kSentences || (layout == Layout::kCommaList && style.record_end == "。");
  if (ended) Closing(random, &out);
  return std::move(out).Finish(std::move(entities));
}

}  // namespace tiqu::data::synth
