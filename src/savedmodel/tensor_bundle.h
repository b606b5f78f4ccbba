// A tensor bundle: PREFIX.index and PREFIX.data-SSSSS-of-NNNNN, as TensorFlow keeps variables.
//
//   WriteTensorBundle("1/variables/variables", {{"a", {DataType::kFloat, {}, bytes}}});
//   ReadTensorBundle("1/variables/variables")     ->   {"a": 0.5}
//
// The reader takes bundles of any TensorFlow (several shards, Snappy blocks, string tensors) and trusts nothing in
// them. The writer's files are the bytes that TensorFlow itself writes. Format: docs/formats/tensor_bundle.md.
//
// Thread safety: free functions without state.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "savedmodel/bundle_source.h"
#include "tensor/tensor.h"

namespace tiqu::savedmodel {

// Every tensor by its key. Errors: NOT_FOUND (a file), DATA_LOSS (damaged), UNIMPLEMENTED (big-endian files,
// partitioned variables, element types that Tensor does not know). Messages name the file and, where there is one, the
// key.
absl::StatusOr<std::map<std::string, Tensor>> ReadTensorBundle(const std::string& prefix);

// The same from an index in memory and shards behind `source`.
absl::StatusOr<std::map<std::string, Tensor>> ReadTensorBundle(std::string_view index, BundleSource* source);

// A tensor to write. Strings have `strings`, all other types row-major little-endian `bytes`; neither is copied.
struct BundleTensor {
  DataType type = DataType::kInvalid;
  Shape shape;
  std::string_view bytes;
  const std::vector<std::string>* strings = nullptr;
};

// Writes one shard and the index. Files that exist are overwritten; the folder must exist.
// Errors: INVALID_ARGUMENT (bytes do not fit the shape, an empty key), RESOURCE_EXHAUSTED, PERMISSION_DENIED.
absl::Status WriteTensorBundle(const std::string& prefix, const std::map<std::string, BundleTensor>& tensors);

}  // namespace tiqu::savedmodel
