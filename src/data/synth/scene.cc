#include "data/synth/scene.h"

#include <array>
#include <utility>

#include "base/utf8.h"

namespace tiqu::data::synth {
namespace {

struct Fold {
  std::string_view wide;
  std::string_view half;
};

constexpr std::array<Fold, 6> kFolds = {{{"，", ","}, {"：", ":"}, {"；", ";"}, {"（", "("}, {"）", ")"}, {"？", "?"}}};

std::string HalfWidth(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t taken = 0;
    for (const Fold& fold : kFolds) {
      if (text.substr(i, fold.wide.size()) != fold.wide) continue;
      out += fold.half;
      taken = fold.wide.size();
    }
    if (taken == 0) out += text[i];
    i += taken == 0 ? 1 : taken;
  }
  return out;
}

}  // namespace

const Field* Entity::Find(std::string_view key) const {
  for (const Field& field : fields) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

std::string_view NameKey(Family family) { return family == Family::kCompany ? "公司名称" : "姓名"; }

void SceneWriter::Append(std::string_view text) {
  text_ += text;
  chars_ += static_cast<int32_t>(CountCodePoints(text));
}

void SceneWriter::Literal(std::string_view text) {
  if (half_width_) {
    Append(HalfWidth(text));
  } else {
    Append(text);
  }
}

void SceneWriter::Value(int entity, std::string_view key, std::string_view value) {
  const int32_t begin = chars_;
  Append(value);
  mentions_.push_back({entity, key, begin, chars_});
}

void SceneWriter::Values(int entity, const Field& field) {
  for (size_t i = 0; i < field.values.size(); ++i) {
    if (i > 0) Literal("、");
    Value(entity, field.key, field.values[i]);
  }
}

void SceneWriter::Clause(std::string_view clause, int entity, const Field& field) {
  const size_t place = clause.find("{}");
  Literal(clause.substr(0, place));
  if (place == std::string_view::npos) return;
  Values(entity, field);
  Literal(clause.substr(place + 2));
}

void SceneWriter::Name(int entity, const Entity& who) { Value(entity, NameKey(who.family), who.name); }

Scene SceneWriter::Finish(std::vector<Entity> entities) && {
  Scene scene;
  scene.passage = std::move(text_);
  scene.entities = std::move(entities);
  scene.mentions = std::move(mentions_);
  return scene;
}

}  // namespace tiqu::data::synth
