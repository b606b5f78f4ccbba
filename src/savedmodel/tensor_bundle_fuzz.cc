// Any bytes as a tensor bundle: an error or tensors, never a crash. The first byte says how the rest is taken, so that
// checksums do not hide what lies behind them: 0 an index as it is, 1 and 2 a block of entries (plain, Snappy), 3 the
// value of one entry; the whole input is also the shard.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "savedmodel/tensor_bundle.h"
#include "savedmodel/test_table.h"
#include "tensor_bundle.pb.h"

namespace {

std::string MakeIndex(uint8_t kind, std::string_view bytes) {
  switch (kind % 4) {
    case 1:
      return tiqu::savedmodel::MakeTable(std::string(bytes), 0);
    case 2:
      return tiqu::savedmodel::MakeTable(std::string(bytes), 1);
    case 3: {
      tensorflow::BundleHeaderProto header;
      header.set_num_shards(1);
      return tiqu::savedmodel::MakeTable(
          tiqu::savedmodel::MakeBlock({{"", header.SerializeAsString()}, {"v", std::string(bytes)}}), 0);
    }
    default:
      return std::string(bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto shard = tiqu::savedmodel::MakeMemorySource(bytes);
  static_cast<void>(tiqu::savedmodel::ReadTensorBundle(MakeIndex(data[0], bytes.substr(1)), shard.get()));
  return 0;
}
