// Invented contracts, court papers, audit findings and payments, from templates with slots.
//
// Thread safety: free functions; a Random belongs to one thread.
#pragma once

#include <span>
#include <string_view>

#include "base/random.h"
#include "data/synth/scene.h"

namespace tiqu::data::synth {

// Segments end in '|'; one that begins with '?' is left out at times. "{key}" is the attribute's values joined by 、,
// "{key@1}" its second value alone; a slot may come several times.
struct DocumentTemplate {
  Family family;
  std::string_view text;
};

std::span<const DocumentTemplate> DocumentTemplates();

// REQUIRES: family is one of kContract, kCase, kAudit, kTransfer.
Scene WriteDocument(Random& random, Family family);

}  // namespace tiqu::data::synth
