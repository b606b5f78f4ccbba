// An HDF5 identifier that closes itself.
//
// Thread safety: none.
#pragma once

#include <hdf5.h>

namespace tiqu::checkpoint {

template <herr_t (*Close)(hid_t)>
class Hdf5Handle {
 public:
  explicit Hdf5Handle(hid_t id) : id_(id) {}
  ~Hdf5Handle() {
    if (id_ >= 0) Close(id_);
  }
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;

  bool ok() const { return id_ >= 0; }
  hid_t get() const { return id_; }

 private:
  hid_t id_;
};

using PropertyHandle = Hdf5Handle<H5Pclose>;
using SpaceHandle = Hdf5Handle<H5Sclose>;
using TypeHandle = Hdf5Handle<H5Tclose>;
using DatasetHandle = Hdf5Handle<H5Dclose>;
using AttributeHandle = Hdf5Handle<H5Aclose>;
using GroupHandle = Hdf5Handle<H5Gclose>;
using ObjectHandle = Hdf5Handle<H5Oclose>;

}  // namespace tiqu::checkpoint
