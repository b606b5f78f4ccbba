// The inside of ReadHdf5: one file, its addresses and the steps that it may still cost.
//
// Thread safety: none; made for one call.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "keras/hdf5_cursor.h"
#include "keras/hdf5_tree.h"

namespace tiqu::keras {

enum class Hdf5MessageType : uint16_t {
  kDataspace = 1,
  kLinkInfo = 2,
  kDatatype = 3,
  kLink = 6,
  kExternalFiles = 7,
  kLayout = 8,
  kAttribute = 12,
  kContinuation = 16,
  kSymbolTable = 17,
  kAttributeInfo = 21,
};

// A part of an object's header.
struct Hdf5Message {
  uint16_t type = 0;
  bool shared = false;  // the body only says where the content is
  std::string_view body;

  bool Is(Hdf5MessageType wanted) const { return type == static_cast<uint16_t>(wanted); }
};

struct Hdf5Type {
  enum class Class { kNumber, kFixedText, kVariableText, kOther };
  Class kind = Class::kOther;
  NumberKind number = NumberKind::kOther;
  bool big_endian = false;
  bool space_padded = false;
  uint64_t size = 0;  // bytes of an element
};

class Hdf5Parser {
 public:
  explicit Hdf5Parser(std::string_view file) : file_(file) {}

  absl::StatusOr<Hdf5Object> ReadRoot();

 private:
  static constexpr int kDeepest = 32;

  // hdf5_parser.cc
  absl::StatusOr<Hdf5Object> ReadObject(uint64_t address, const std::string& path, int depth);
  absl::Status ReadLinks(const std::vector<Hdf5Message>& messages, const std::string& path, int depth,
                         Hdf5Object* object);
  absl::Status ReadLink(std::string_view body, const std::string& path, int depth, Hdf5Object* object);
  absl::Status ReadSymbolTree(uint64_t address, int level, std::string_view names, const std::string& path, int depth,
                              Hdf5Object* object);
  absl::Status ReadSymbols(uint64_t address, std::string_view names, const std::string& path, int depth,
                           Hdf5Object* object);
  absl::Status AddChild(std::string_view name, uint64_t address, const std::string& path, int depth,
                        Hdf5Object* object);

  // hdf5_header.cc
  absl::StatusOr<uint64_t> ReadSuperblock();  // the address of the root group
  absl::StatusOr<std::vector<Hdf5Message>> ReadHeader(uint64_t address);
  absl::Status ReadMessages(std::string_view block, int version, bool with_order, std::vector<Hdf5Message>* messages);
  absl::Status ReadContinuations(int version, bool with_order, std::vector<Hdf5Message>* messages);

  // hdf5_values.cc
  absl::StatusOr<Hdf5Array> ReadArray(const std::vector<Hdf5Message>& messages);
  absl::Status ReadLayout(std::string_view body, uint64_t bytes, Hdf5Array* array);
  absl::Status ReadAttribute(std::string_view body, Hdf5Object* object);
  absl::StatusOr<std::vector<std::string>> ReadTexts(const Hdf5Type& type, uint64_t count, std::string_view data);
  absl::StatusOr<std::string_view> ReadHeapObject(uint64_t address, uint64_t index);

  // The bytes from an address of the file on; a failed cursor when it lies outside.
  Hdf5Cursor At(uint64_t address) const;
  bool Defined(uint64_t address) const;
  uint64_t Address(Hdf5Cursor* in) const { return in->Number(address_width_); }
  uint64_t Length(Hdf5Cursor* in) const { return in->Number(length_width_); }
  // Every part that is read costs; a damaged file may lead in circles, or to the same part over and over.
  absl::Status Spend(uint64_t steps);

  std::string_view file_;
  uint64_t base_ = 0;
  size_t address_width_ = 8;
  size_t length_width_ = 8;
  uint64_t budget_ = 4'000'000;
  std::set<uint64_t> open_;  // the groups that are being read, outer to inner
};

// Errors: DATA_LOSS.
absl::StatusOr<Hdf5Type> ReadHdf5Type(std::string_view body);
absl::StatusOr<std::vector<int64_t>> ReadHdf5Shape(std::string_view body, size_t length_width);

}  // namespace tiqu::keras
