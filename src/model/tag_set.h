// The tags of a tagger: what each column of its logits means, which may follow which, and how spans become tags and
// tags spans.
//
//   TagSet tags = TagSet::FromTypes({"LOC", "PER"}, TagScheme::kBioes);
//   tags.names();                                      // O B-LOC I-LOC E-LOC S-LOC B-PER I-PER E-PER S-PER
//   tags.Encode({{0, 2, 1}}, 4);                       // B-PER E-PER O O
//   tags.Decode(path);                                 // spans in order
//
// Two schemes: BIO (B-x I-x*), and BIOES (B-x I-x* E-x, or S-x alone). Which one it is, the names tell.
//
// Thread safety: immutable after construction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tiqu::model {

enum class TagScheme { kBio, kBioes };

struct TagSpan {
  int32_t begin = 0;  // characters, half open
  int32_t end = 0;
  int32_t type = 0;  // index in TagSet::types()

  bool operator==(const TagSpan&) const = default;
};

// Far below any score that is learnt, and harmless in sums of floats: what forbidden moves score.
inline constexpr float kForbiddenScore = -10000.0F;

class TagSet {
 public:
  // The types in the given order. REQUIRES: they are distinct, not empty, and not too many for kMostTags.
  static TagSet FromTypes(const std::vector<std::string>& types, TagScheme scheme);
  // Errors: INVALID_ARGUMENT naming the tag: names not as FromTypes makes them, too many of them.
  static absl::StatusOr<TagSet> Parse(const std::vector<std::string>& names);

  static constexpr int kMostTags = 1024;

  int size() const { return static_cast<int>(names_.size()); }
  TagScheme scheme() const { return scheme_; }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& types() const { return types_; }
  int FindType(const std::string& type) const;  // -1: none

  bool MayBegin(int tag) const;
  bool MayEnd(int tag) const;
  bool MayFollow(int from, int to) const;

  // [chars] tags. REQUIRES: spans in order, within, not overlapping.
  std::vector<uint16_t> Encode(const std::vector<TagSpan>& spans, size_t chars) const;
  // A legal sequence gives its spans; in any other a tag that continues nothing opens a span.
  std::vector<TagSpan> Decode(const std::vector<uint16_t>& tags) const;

 private:
  enum class Place { kOutside, kBegin, kInside, kEnd, kSingle };

  Place PlaceOf(int tag) const;
  int TypeOf(int tag) const { return (tag - 1) / per_type_; }  // REQUIRES: tag > 0
  bool IsOpen(int tag) const;                                  // a span goes on behind it
  bool Continues(int tag) const;                               // it goes on with a span

  TagScheme scheme_ = TagScheme::kBioes;
  int per_type_ = 4;
  std::vector<std::string> types_;
  std::vector<std::string> names_;
};

}  // namespace tiqu::model
