// The C interface's tensor handle.
#pragma once

#include "tiqu/tensor.h"

struct tiqu_tensor {
  tiqu::Tensor tensor;
};
