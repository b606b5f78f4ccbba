#include "checkpoint/hdf5_file.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "checkpoint/hdf5_handle.h"
#include "fmt/format.h"

namespace tiqu::checkpoint {
namespace {

static_assert(std::is_same_v<hid_t, int64_t>);

// The file grows in steps of this size while it is made.
constexpr size_t kGrowth = size_t{1} << 20;

void SilenceHdf5() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

absl::Status WriteError(const std::string& path) {
  return absl::ResourceExhaustedError(fmt::format("HDF5 cannot store {}", path));
}

// Makes the groups on the way to a dataset.
hid_t LinkProperties() {
  const hid_t properties = H5Pcreate(H5P_LINK_CREATE);
  if (properties >= 0) H5Pset_create_intermediate_group(properties, 1);
  return properties;
}

absl::Status WriteDataset(hid_t file, const std::string& path, hid_t disk_type, hid_t memory_type,
                          std::span<const hsize_t> shape, const void* data) {
  const SpaceHandle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
  const PropertyHandle links(LinkProperties());
  const PropertyHandle creation(H5Pcreate(H5P_DATASET_CREATE));
  if (!space.ok() || !links.ok() || !creation.ok()) return WriteError(path);
  H5Pset_obj_track_times(creation.get(), false);  // the same content gives the same bytes
  const DatasetHandle dataset(
      H5Dcreate2(file, path.c_str(), disk_type, space.get(), links.get(), creation.get(), H5P_DEFAULT));
  if (!dataset.ok()) return WriteError(path);
  if (data != nullptr && H5Dwrite(dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) {
    return WriteError(path);
  }
  return absl::OkStatus();
}

// Opens a dataset of `type_class` with elements of `element_bytes` and gives its shape. Its data must really be in the
// file, so that a few bytes cannot ask for a lot of memory.
absl::Status CheckDataset(const DatasetHandle& dataset, const std::string& path, H5T_class_t type_class,
                          size_t element_bytes, std::vector<int64_t>* shape) {
  const TypeHandle type(H5Dget_type(dataset.get()));
  const SpaceHandle space(H5Dget_space(dataset.get()));
  if (!type.ok() || !space.ok()) return absl::DataLossError(fmt::format("{} cannot be read", path));
  if (H5Tget_class(type.get()) != type_class || H5Tget_size(type.get()) != element_bytes) {
    return absl::InvalidArgumentError(
        fmt::format("{} is not of {}", path, type_class == H5T_FLOAT ? "float32" : "uint8"));
  }
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 0 || rank > H5S_MAX_RANK) return absl::DataLossError(fmt::format("{} has no shape", path));
  std::vector<hsize_t> sizes(static_cast<size_t>(rank));
  if (H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr) < 0) {
    return absl::DataLossError(fmt::format("{} has no shape", path));
  }
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  const hsize_t stored = H5Dget_storage_size(dataset.get());
  if (count < 0 || stored / element_bytes != static_cast<hsize_t>(count)) {
    return absl::DataLossError(fmt::format("{} has {} elements, but {} bytes are stored", path, count, stored));
  }
  shape->assign(sizes.begin(), sizes.end());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Hdf5File> Hdf5File::Create(size_t user_block_bytes) {
  SilenceHdf5();
  const PropertyHandle access(H5Pcreate(H5P_FILE_ACCESS));
  const PropertyHandle creation(H5Pcreate(H5P_FILE_CREATE));
  // The core driver without a backing store: the file lives in memory, its name is never used.
  if (!access.ok() || !creation.ok() || H5Pset_fapl_core(access.get(), kGrowth, /*backing_store=*/0) < 0 ||
      H5Pset_userblock(creation.get(), user_block_bytes) < 0) {
    return absl::InternalError("HDF5 cannot be set up");
  }
  const hid_t file = H5Fcreate("checkpoint", H5F_ACC_TRUNC, creation.get(), access.get());
  if (file < 0) return absl::InternalError("HDF5 cannot make a file in memory");
  return Hdf5File(file);
}

absl::StatusOr<Hdf5File> Hdf5File::Open(std::string_view image) {
  SilenceHdf5();
  const PropertyHandle access(H5Pcreate(H5P_FILE_ACCESS));
  // HDF5 takes the image as void* but copies it.
  if (!access.ok() || H5Pset_fapl_core(access.get(), kGrowth, /*backing_store=*/0) < 0 ||
      H5Pset_file_image(access.get(), const_cast<char*>(image.data()), image.size()) < 0) {
    return absl::InternalError("HDF5 cannot be set up");
  }
  const hid_t file = H5Fopen("checkpoint", H5F_ACC_RDONLY, access.get());
  if (file < 0) return absl::DataLossError("not an HDF5 file, or a damaged one");
  return Hdf5File(file);
}

Hdf5File::Hdf5File(Hdf5File&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

Hdf5File& Hdf5File::operator=(Hdf5File&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

Hdf5File::~Hdf5File() {
  if (file_ >= 0) H5Fclose(file_);
}

absl::Status Hdf5File::MakeGroup(const std::string& path) {
  const PropertyHandle links(LinkProperties());
  if (!links.ok()) return WriteError(path);
  const GroupHandle group(H5Gcreate2(file_, path.c_str(), links.get(), H5P_DEFAULT, H5P_DEFAULT));
  return group.ok() ? absl::OkStatus() : WriteError(path);
}

absl::Status Hdf5File::WriteFloats(const std::string& path, std::span<const int64_t> shape,
                                   std::span<const float> values) {
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  return WriteDataset(file_, path, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, sizes, values.data());
}

absl::Status Hdf5File::WriteBytes(const std::string& path, std::string_view bytes) {
  const hsize_t size = bytes.size();
  return WriteDataset(file_, path, H5T_STD_U8LE, H5T_NATIVE_UINT8, {&size, 1}, bytes.empty() ? nullptr : bytes.data());
}

absl::Status Hdf5File::WriteStrings(const std::string& object, const std::string& attribute,
                                    const std::vector<std::string>& values) {
  size_t width = 1;
  for (const std::string& value : values) width = std::max(width, value.size());
  std::string padded;
  for (const std::string& value : values) padded += value + std::string(width - value.size(), '\0');
  const hsize_t count = values.size();

  const TypeHandle type(H5Tcopy(H5T_C_S1));
  const SpaceHandle space(H5Screate_simple(1, &count, nullptr));
  const ObjectHandle owner(H5Oopen(file_, object.c_str(), H5P_DEFAULT));
  if (!type.ok() || !space.ok() || !owner.ok() || H5Tset_size(type.get(), width) < 0 ||
      H5Tset_strpad(type.get(), H5T_STR_NULLPAD) < 0) {
    return WriteError(object + "@" + attribute);
  }
  const AttributeHandle handle(
      H5Acreate2(owner.get(), attribute.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
  if (!handle.ok() || H5Awrite(handle.get(), type.get(), padded.data()) < 0) {
    return WriteError(object + "@" + attribute);
  }
  return absl::OkStatus();
}

bool Hdf5File::Exists(const std::string& path) const {
  // H5Lexists wants every group on the way to exist.
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (H5Lexists(file_, path.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return H5Lexists(file_, path.c_str(), H5P_DEFAULT) > 0;
}

absl::StatusOr<model::WeightTensor> Hdf5File::ReadFloats(const std::string& path) const {
  if (!Exists(path)) return absl::InvalidArgumentError(fmt::format("{} is missing", path));
  const DatasetHandle dataset(H5Dopen2(file_, path.c_str(), H5P_DEFAULT));
  if (!dataset.ok()) return absl::InvalidArgumentError(fmt::format("{} is not a dataset", path));
  model::WeightTensor weight;
  absl::Status status = CheckDataset(dataset, path, H5T_FLOAT, sizeof(float), &weight.shape);
  if (!status.ok()) return status;
  size_t count = 1;
  for (const int64_t size : weight.shape) count *= static_cast<size_t>(size);
  weight.values.resize(count);
  if (H5Dread(dataset.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, weight.values.data()) < 0) {
    return absl::DataLossError(fmt::format("{} cannot be read", path));
  }
  return weight;
}

absl::StatusOr<std::string> Hdf5File::ReadBytes(const std::string& path) const {
  if (!Exists(path)) return absl::InvalidArgumentError(fmt::format("{} is missing", path));
  const DatasetHandle dataset(H5Dopen2(file_, path.c_str(), H5P_DEFAULT));
  if (!dataset.ok()) return absl::InvalidArgumentError(fmt::format("{} is not a dataset", path));
  std::vector<int64_t> shape;
  absl::Status status = CheckDataset(dataset, path, H5T_INTEGER, 1, &shape);
  if (!status.ok()) return status;
  if (shape.size() != 1) return absl::InvalidArgumentError(fmt::format("{} is not a list of bytes", path));
  std::string bytes(static_cast<size_t>(shape[0]), '\0');
  if (!bytes.empty() && H5Dread(dataset.get(), H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0) {
    return absl::DataLossError(fmt::format("{} cannot be read", path));
  }
  return bytes;
}

absl::StatusOr<std::vector<std::string>> Hdf5File::ReadStrings(const std::string& object,
                                                               const std::string& attribute) const {
  const std::string name = fmt::format("attribute {} of {}", attribute, object);
  const ObjectHandle owner(H5Oopen(file_, object.c_str(), H5P_DEFAULT));
  if (!owner.ok()) return absl::InvalidArgumentError(fmt::format("{} is missing", object));
  const AttributeHandle handle(H5Aopen(owner.get(), attribute.c_str(), H5P_DEFAULT));
  if (!handle.ok()) return absl::InvalidArgumentError(fmt::format("{} is missing", name));
  const TypeHandle type(H5Aget_type(handle.get()));
  const SpaceHandle space(H5Aget_space(handle.get()));
  if (!type.ok() || !space.ok() || H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) != 0) {
    return absl::InvalidArgumentError(fmt::format("{} is not a list of fixed-length strings", name));
  }
  const size_t width = H5Tget_size(type.get());
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  constexpr size_t kLargest = 1 << 20;  // HDF5 keeps attributes under 64 KiB
  if (count < 0 || width == 0 || static_cast<size_t>(count) > kLargest / width) {
    return absl::DataLossError(fmt::format("{} cannot be read", name));
  }
  std::string padded(static_cast<size_t>(count) * width, '\0');
  if (H5Aread(handle.get(), type.get(), padded.data()) < 0) {
    return absl::DataLossError(fmt::format("{} cannot be read", name));
  }
  std::vector<std::string> values;
  for (size_t i = 0; i < padded.size(); i += width) {
    std::string value = padded.substr(i, width);
    value.resize(std::min(value.find('\0'), width));
    values.push_back(std::move(value));
  }
  return values;
}

absl::StatusOr<std::vector<std::string>> Hdf5File::List(const std::string& group) const {
  if (!Exists(group)) return absl::InvalidArgumentError(fmt::format("{} is missing", group));
  const GroupHandle handle(H5Gopen2(file_, group.c_str(), H5P_DEFAULT));
  if (!handle.ok()) return absl::InvalidArgumentError(fmt::format("{} is not a group", group));
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  if (H5Literate(handle.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names) < 0) {
    return absl::DataLossError(fmt::format("{} cannot be read", group));
  }
  return names;
}

absl::StatusOr<std::string> Hdf5File::TakeImage() && {
  if (H5Fflush(file_, H5F_SCOPE_LOCAL) < 0) return absl::InternalError("HDF5 cannot finish the file");
  const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
  if (size <= 0) return absl::InternalError("HDF5 cannot tell the size of the file");
  std::string image(static_cast<size_t>(size), '\0');
  if (H5Fget_file_image(file_, image.data(), image.size()) != size) {
    return absl::InternalError("HDF5 cannot give the bytes of the file");
  }
  H5Fclose(std::exchange(file_, -1));
  return image;
}

}  // namespace tiqu::checkpoint
