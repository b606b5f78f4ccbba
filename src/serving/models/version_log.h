// Log lines of what becomes of versions.
//
// Thread safety: a free function.
#pragma once

#include "serving/models/model_versions.h"

namespace tiqu::serving {

void LogVersionEvent(const VersionEvent& event);

}  // namespace tiqu::serving
