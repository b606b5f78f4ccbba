// What a record says of somebody or something, how texts write it, and how people ask for it.
//
// Thread safety: constants.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace tiqu::data::synth {

enum class Family { kPerson, kStaff, kCompany, kContract, kCase, kAudit, kTransfer };

struct Attribute {
  std::string_view key;                   // its name here, and the sample's label
  Family family;                          // which entities can have it
  std::vector<std::string_view> titles;   // as a key: in forms and tables
  std::vector<std::string_view> clauses;  // in running text; "{}" is the value
  // "{}" is the subject. Without the subject ("{}的" dropped) the question asks for all of them.
  std::vector<std::string_view> questions;
};

std::span<const Attribute> Attributes();
const Attribute& FindAttribute(std::string_view key);  // REQUIRES: the key is in the table

}  // namespace tiqu::data::synth
