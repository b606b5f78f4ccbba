// The tensor is part of the public interface; this folder holds what it does.
//
// Thread safety: see tiqu/tensor.h.
#pragma once

#include "tiqu/tensor.h"
