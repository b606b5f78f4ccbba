// The few HDF5 calls that a checkpoint needs, on a file that lives in memory, with statuses for errors.
//
//   TIQU_ASSIGN_OR_RETURN(Hdf5File file, Hdf5File::Create(/*user_block_bytes=*/512));
//   TIQU_RETURN_IF_ERROR(file.WriteFloats("/encode_0/encode_0/bias:0", {256}, values));
//   TIQU_ASSIGN_OR_RETURN(std::string bytes, std::move(file).TakeImage());
//
// Groups on the way to a dataset are made as needed. HDF5's own printing of errors is switched off.
//
// Thread safety: none, and HDF5 itself has one state for the process: callers hold one lock around all of it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/weight_map.h"

namespace tiqu::checkpoint {

class Hdf5File {
 public:
  static absl::StatusOr<Hdf5File> Create(size_t user_block_bytes);
  // `image` is copied. Errors: DATA_LOSS.
  static absl::StatusOr<Hdf5File> Open(std::string_view image);
  Hdf5File(Hdf5File&& other) noexcept;
  Hdf5File& operator=(Hdf5File&& other) noexcept;
  ~Hdf5File();

  absl::Status MakeGroup(const std::string& path);
  absl::Status WriteFloats(const std::string& path, std::span<const int64_t> shape, std::span<const float> values);
  absl::Status WriteBytes(const std::string& path, std::string_view bytes);
  // A one-dimensional attribute of fixed-length strings padded with zeros, as numpy and Keras write them.
  absl::Status WriteStrings(const std::string& object, const std::string& attribute,
                            const std::vector<std::string>& values);

  bool Exists(const std::string& path) const;
  // Errors: INVALID_ARGUMENT (not there, another type; names the path), DATA_LOSS (cannot be read).
  absl::StatusOr<model::WeightTensor> ReadFloats(const std::string& path) const;
  absl::StatusOr<std::string> ReadBytes(const std::string& path) const;
  absl::StatusOr<std::vector<std::string>> ReadStrings(const std::string& object, const std::string& attribute) const;
  // Names of what a group holds, sorted.
  absl::StatusOr<std::vector<std::string>> List(const std::string& group) const;

  // All that follows the user block (HDF5 leaves it out of its image); closes the file.
  absl::StatusOr<std::string> TakeImage() &&;

 private:
  explicit Hdf5File(int64_t file) : file_(file) {}

  int64_t file_ = -1;  // an hid_t
};

}  // namespace tiqu::checkpoint
