// What an HDF5 file holds, read without the HDF5 library, which may crash on a damaged file. For files of others, which
// no checksum protects; Tiqu's own checkpoints are src/checkpoint's.
//
//   TIQU_ASSIGN_OR_RETURN(const Hdf5Object root, ReadHdf5(bytes));
//   const Hdf5Object* kernel = root.Find("model_weights/pa/pa/tags/kernel");
//   if (kernel != nullptr && kernel->array) TIQU_ASSIGN_OR_RETURN(std::vector<float> values, ToFloats(*kernel->array));
//
// Read is what h5py writes unless it is told otherwise, of any age: groups as symbol tables or as links in the header,
// data in one piece. What is left out is an error that names it: groups and attributes in "dense" storage, data in
// chunks. Links by name and to other files are left out.
//
// Thread safety: values and free functions. Datasets point into the bytes that they were read from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tiqu::keras {

enum class NumberKind { kFloat16, kBfloat16, kFloat32, kFloat64, kOther };

struct Hdf5Array {
  std::vector<int64_t> shape;
  NumberKind kind = NumberKind::kOther;
  bool big_endian = false;
  std::string_view data;  // row-major; empty for kOther
  std::string problem;    // why the data cannot be read, such as "is stored in chunks"; empty when it can
};

struct Hdf5Object {
  std::string name;                                            // the last part of its path
  std::map<std::string, std::vector<std::string>> attributes;  // those that are not text have no values
  std::vector<Hdf5Object> children;                            // of a group, by name
  std::optional<Hdf5Array> array;                              // of a dataset

  // By "a/b/c", or null.
  const Hdf5Object* Find(std::string_view path) const;
};

// True for a file that begins like HDF5: at once, or after a user block, which `file_start` need not hold whole.
bool LooksLikeHdf5(std::string_view file_start);

// The root group. Errors: DATA_LOSS (not HDF5, truncated or damaged), UNIMPLEMENTED (a way of storing that is left out;
// names the object).
absl::StatusOr<Hdf5Object> ReadHdf5(std::string_view file);

// The values as float32. Errors: INVALID_ARGUMENT (not floating point, or array.problem).
absl::StatusOr<std::vector<float>> ToFloats(const Hdf5Array& array);

}  // namespace tiqu::keras
