// The user block before the HDF5 part: 512 bytes of text that say what follows and prove it whole.
//
//   tiqu checkpoint 1\n
//   bytes 1234567\n               of the HDF5 part
//   fnv1a64 00c0ffee00c0ffee\n    of the HDF5 part (Fowler, Noll, Vo: h = (h ^ byte) * 0x100000001b3)
//   \0 ...                        zeros up to byte 512
//
// HDF5 looks for its superblock at 0, 512, 1024 ..., so every HDF5 reader skips the block by itself.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace tiqu::checkpoint {

inline constexpr size_t kSealBytes = 512;  // fixed: stands in files

// The block for an HDF5 part that was made with a user block of kSealBytes.
std::string MakeSeal(std::string_view image);

// Errors: DATA_LOSS (not HDF5 at all, truncated, changed), INVALID_ARGUMENT (HDF5 of somebody else, a later format).
absl::Status CheckSeal(std::string_view file);

}  // namespace tiqu::checkpoint
