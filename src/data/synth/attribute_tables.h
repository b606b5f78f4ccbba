// The parts of the attribute table.
//
// Thread safety: constants.
#pragma once

#include <span>

#include "data/synth/attribute.h"

namespace tiqu::data::synth {

std::span<const Attribute> PeopleAttributes();
std::span<const Attribute> BusinessAttributes();

}  // namespace tiqu::data::synth
