#include "engine/fused/register.h"

#include "engine/op_registry.h"

namespace tiqu::engine {

void RegisterFusedLayers(OpRegistry&) {}

}  // namespace tiqu::engine
