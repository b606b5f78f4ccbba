#include "model/tag_set.h"

#include <algorithm>
#include <string_view>

#include "fmt/format.h"

namespace tiqu::model {
namespace {

constexpr std::string_view kBioPlaces = "BI";
constexpr std::string_view kBioesPlaces = "BIES";

std::string_view PlacesOf(TagScheme scheme) { return scheme == TagScheme::kBio ? kBioPlaces : kBioesPlaces; }

}  // namespace

TagSet TagSet::FromTypes(const std::vector<std::string>& types, TagScheme scheme) {
  TagSet set;
  set.scheme_ = scheme;
  set.types_ = types;
  set.names_ = {"O"};
  const std::string_view places = PlacesOf(scheme);
  set.per_type_ = static_cast<int>(places.size());
  for (const std::string& type : types) {
    for (const char place : places) set.names_.push_back(fmt::format("{}-{}", place, type));
  }
  return set;
}

absl::StatusOr<TagSet> TagSet::Parse(const std::vector<std::string>& names) {
  if (names.size() < 3 || names.size() > static_cast<size_t>(kMostTags)) {
    return absl::InvalidArgumentError(fmt::format("spec.tags has {} tags, limits 3 to {}", names.size(), kMostTags));
  }
  const TagScheme scheme = names.size() > 3 && names[3].starts_with("E-") ? TagScheme::kBioes : TagScheme::kBio;
  std::vector<std::string> types;
  for (size_t i = 1; i < names.size(); i += PlacesOf(scheme).size()) {
    if (!names[i].starts_with("B-") || names[i].size() < 3) {
      return absl::InvalidArgumentError(
          fmt::format("spec.tags[{}] is \"{}\", expected \"B-\" and a type", i, names[i]));
    }
    types.push_back(names[i].substr(2));
    if (std::find(types.begin(), types.end() - 1, types.back()) != types.end() - 1) {
      return absl::InvalidArgumentError(fmt::format("spec.tags has the type \"{}\" twice", types.back()));
    }
  }
  TagSet set = FromTypes(types, scheme);
  for (size_t i = 0; i < std::max(names.size(), set.names_.size()); ++i) {
    if (i < names.size() && i < set.names_.size() && names[i] == set.names_[i]) continue;
    return absl::InvalidArgumentError(fmt::format(
        "spec.tags[{}] is {}, expected {}", i, i < names.size() ? fmt::format("\"{}\"", names[i]) : "missing",
        i < set.names_.size() ? fmt::format("\"{}\"", set.names_[i]) : "the end"));
  }
  return set;
}

int TagSet::FindType(const std::string& type) const {
  const auto found = std::find(types_.begin(), types_.end(), type);
  return found == types_.end() ? -1 : static_cast<int>(found - types_.begin());
}

TagSet::Place TagSet::PlaceOf(int tag) const {
  if (tag == 0) return Place::kOutside;
  switch ((tag - 1) % per_type_) {
    case 0:
      return Place::kBegin;
    case 1:
      return Place::kInside;
    case 2:
      return Place::kEnd;
    default:
      return Place::kSingle;
  }
}

bool TagSet::IsOpen(int tag) const {
  const Place place = PlaceOf(tag);
  return scheme_ == TagScheme::kBioes && (place == Place::kBegin || place == Place::kInside);
}

bool TagSet::Continues(int tag) const {
  const Place place = PlaceOf(tag);
  return place == Place::kInside || place == Place::kEnd;
}

bool TagSet::MayBegin(int tag) const { return !Continues(tag); }

bool TagSet::MayEnd(int tag) const { return !IsOpen(tag); }

bool TagSet::MayFollow(int from, int to) const {
  if (!Continues(to)) return !IsOpen(from);
  if (from == 0 || TypeOf(from) != TypeOf(to)) return false;
  return scheme_ == TagScheme::kBio || IsOpen(from);
}

std::vector<uint16_t> TagSet::Encode(const std::vector<TagSpan>& spans, size_t chars) const {
  std::vector<uint16_t> tags(chars, 0);
  for (const TagSpan& span : spans) {
    const int first = 1 + span.type * per_type_;
    for (int32_t t = span.begin; t < span.end; ++t) {
      tags[static_cast<size_t>(t)] = static_cast<uint16_t>(t == span.begin ? first : first + 1);
    }
    if (scheme_ == TagScheme::kBio) continue;
    tags[static_cast<size_t>(span.end) - 1] = static_cast<uint16_t>(span.end - span.begin == 1 ? first + 3 : first + 2);
  }
  return tags;
}

std::vector<TagSpan> TagSet::Decode(const std::vector<uint16_t>& tags) const {
  std::vector<TagSpan> spans;
  bool open = false;  // the last span may go on
  for (size_t t = 0; t < tags.size(); ++t) {
    const int tag = tags[t];
    const auto at = static_cast<int32_t>(t);
    if (tag == 0) {
      open = false;
      continue;
    }
    if (open && Continues(tag) && spans.back().type == TypeOf(tag)) {
      ++spans.back().end;
    } else {
      spans.push_back({at, at + 1, TypeOf(tag)});
    }
    open = scheme_ == TagScheme::kBio || IsOpen(tag);
  }
  return spans;
}

}  // namespace tiqu::model
