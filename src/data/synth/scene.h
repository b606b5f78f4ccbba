// One invented passage with the places of all that it says.
//
// Thread safety: none; values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/synth/attribute.h"

namespace tiqu::data::synth {

struct Field {
  std::string_view key;             // of the attribute table
  std::vector<std::string> values;  // at least one
};

// A person, a company, or a document (which has no name).
struct Entity {
  Family family = Family::kPerson;
  std::string name;
  std::string role;  // "被告人", put before the name; may be empty
  std::vector<Field> fields;

  const Field* Find(std::string_view key) const;  // nullptr: it has none
};

// passage[begin, end) is the value of entities[entity]'s attribute `key` (its name: 姓名 or 公司名称).
struct Mention {
  int entity = 0;
  std::string_view key;
  int32_t begin = 0;  // code points, half open
  int32_t end = 0;
};

struct Scene {
  std::string passage;
  std::vector<Entity> entities;
  std::vector<Mention> mentions;  // in passage order, not overlapping
};

// The attribute that a name counts as.
std::string_view NameKey(Family family);

// Writes a passage and keeps the places of values. Half width turns the punctuation of literals (not of values) into
// ASCII, as people type it.
class SceneWriter {
 public:
  explicit SceneWriter(bool half_width) : half_width_(half_width) {}

  void Literal(std::string_view text);
  void Value(int entity, std::string_view key, std::string_view value);
  void Values(int entity, const Field& field);  // joined by 、
  // A clause with one "{}".
  void Clause(std::string_view clause, int entity, const Field& field);
  void Name(int entity, const Entity& who);

  bool empty() const { return chars_ == 0; }
  Scene Finish(std::vector<Entity> entities) &&;

 private:
  void Append(std::string_view text);

  bool half_width_;
  std::string text_;
  int32_t chars_ = 0;
  std::vector<Mention> mentions_;
};

}  // namespace tiqu::data::synth
