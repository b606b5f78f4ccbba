// Groups, datasets and how they hang together.
#include "keras/hdf5_parser.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"

namespace tiqu::keras {
namespace {

absl::Status DamagedGroup(const std::string& path) {
  return absl::DataLossError(fmt::format("HDF5: group {} is damaged or cut off", path.empty() ? "/" : path));
}

absl::Status DenseStorage(const std::string& path, std::string_view what) {
  return absl::UnimplementedError(
      fmt::format("HDF5: the {} of {} are in dense storage; write the file without libver='latest' and track_order",
                  what, path.empty() ? "/" : path));
}

const Hdf5Message* FindMessage(const std::vector<Hdf5Message>& messages, Hdf5MessageType type) {
  for (const Hdf5Message& message : messages) {
    if (message.Is(type)) return &message;
  }
  return nullptr;
}

}  // namespace

const Hdf5Object* Hdf5Object::Find(std::string_view path) const {
  const Hdf5Object* object = this;
  while (object != nullptr && !path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.empty()) continue;
    const auto found =
        std::lower_bound(object->children.begin(), object->children.end(), part,
                         [](const Hdf5Object& child, std::string_view name) { return child.name < name; });
    object = found != object->children.end() && found->name == part ? &*found : nullptr;
  }
  return object;
}

absl::StatusOr<Hdf5Object> ReadHdf5(std::string_view file) { return Hdf5Parser(file).ReadRoot(); }

bool Hdf5Parser::Defined(uint64_t address) const {
  const uint64_t undefined = address_width_ == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * address_width_)) - 1;
  return address != undefined;
}

Hdf5Cursor Hdf5Parser::At(uint64_t address) const {
  if (base_ > file_.size() || address >= file_.size() - base_) return Hdf5Cursor::Failed();
  return Hdf5Cursor(file_.substr(base_ + address));
}

absl::Status Hdf5Parser::Spend(uint64_t steps) {
  if (steps > budget_) return absl::DataLossError("HDF5: more parts than a file of weights has; is it damaged?");
  budget_ -= steps;
  return absl::OkStatus();
}

absl::StatusOr<Hdf5Object> Hdf5Parser::ReadRoot() {
  TIQU_ASSIGN_OR_RETURN(const uint64_t root, ReadSuperblock());
  return ReadObject(root, "", 0);
}

absl::StatusOr<Hdf5Object> Hdf5Parser::ReadObject(uint64_t address, const std::string& path, int depth) {
  TIQU_RETURN_IF_ERROR(Spend(32));
  if (depth > kDeepest) return absl::DataLossError(fmt::format("HDF5: {} lies deeper than {}", path, kDeepest));
  TIQU_ASSIGN_OR_RETURN(const std::vector<Hdf5Message> messages, ReadHeader(address));
  Hdf5Object object;
  for (const Hdf5Message& message : messages) {
    if (message.Is(Hdf5MessageType::kAttribute) && !message.shared) {
      if (absl::Status status = ReadAttribute(message.body, &object); !status.ok()) return Annotate(status, path);
    }
    if (message.Is(Hdf5MessageType::kAttributeInfo)) {
      Hdf5Cursor in(message.body);
      in.Skip(1);
      in.Skip((in.Number(1) & 1) != 0 ? 2 : 0);
      const uint64_t heap = Address(&in);
      if (in.ok() && Defined(heap)) return DenseStorage(path, "attributes");
    }
  }
  if (FindMessage(messages, Hdf5MessageType::kLayout) != nullptr) {
    absl::StatusOr<Hdf5Array> array = ReadArray(messages);
    if (!array.ok()) return Annotate(array.status(), path);
    object.array = *std::move(array);
    return object;
  }
  if (!open_.insert(address).second) {
    return absl::DataLossError(fmt::format("HDF5: group {} holds itself", path));
  }
  TIQU_RETURN_IF_ERROR(ReadLinks(messages, path, depth, &object));
  open_.erase(address);
  std::sort(object.children.begin(), object.children.end(),
            [](const Hdf5Object& a, const Hdf5Object& b) { return a.name < b.name; });
  return object;
}

absl::Status Hdf5Parser::ReadLinks(const std::vector<Hdf5Message>& messages, const std::string& path, int depth,
                                   Hdf5Object* object) {
  if (const Hdf5Message* table = FindMessage(messages, Hdf5MessageType::kSymbolTable)) {
    Hdf5Cursor in(table->body);
    const uint64_t tree = Address(&in);
    Hdf5Cursor heap = At(Address(&in));
    if (!in.ok() || heap.Bytes(4) != "HEAP") return DamagedGroup(path);
    heap.Skip(4);
    const uint64_t size = Length(&heap);
    heap.Skip(length_width_);  // free list
    const uint64_t segment = Address(&heap);
    Hdf5Cursor names = At(segment);
    const std::string_view bytes = names.Bytes(size);
    if (!heap.ok() || !names.ok()) return DamagedGroup(path);
    return ReadSymbolTree(tree, -1, bytes, path, depth, object);
  }
  for (const Hdf5Message& message : messages) {
    if (message.Is(Hdf5MessageType::kLink)) TIQU_RETURN_IF_ERROR(ReadLink(message.body, path, depth, object));
    if (message.Is(Hdf5MessageType::kLinkInfo)) {
      Hdf5Cursor in(message.body);
      in.Skip(1);
      in.Skip((in.Number(1) & 1) != 0 ? 8 : 0);
      const uint64_t heap = Address(&in);
      if (in.ok() && Defined(heap)) return DenseStorage(path, "entries");
    }
  }
  return absl::OkStatus();
}

absl::Status Hdf5Parser::ReadLink(std::string_view body, const std::string& path, int depth, Hdf5Object* object) {
  Hdf5Cursor in(body);
  const uint64_t version = in.Number(1);
  const uint64_t flags = in.Number(1);
  const uint64_t type = (flags & 8) != 0 ? in.Number(1) : 0;
  in.Skip((flags & 4) != 0 ? 8 : 0);   // creation order
  in.Skip((flags & 16) != 0 ? 1 : 0);  // character set
  const uint64_t size = in.Number(size_t{1} << (flags & 3));
  const std::string_view name = in.Bytes(size);
  if (!in.ok() || version != 1) return DamagedGroup(path);
  if (type != 0) return absl::OkStatus();
  const uint64_t address = Address(&in);
  if (!in.ok()) return DamagedGroup(path);
  return AddChild(name, address, path, depth, object);
}

// `level` is what the node must have, -1 when any will do (the top one).
absl::Status Hdf5Parser::ReadSymbolTree(uint64_t address, int level, std::string_view names, const std::string& path,
                                        int depth, Hdf5Object* object) {
  TIQU_RETURN_IF_ERROR(Spend(1));
  Hdf5Cursor in = At(address);
  const std::string_view signature = in.Bytes(4);
  const uint64_t type = in.Number(1);
  const int node_level = static_cast<int>(in.Number(1));
  const uint64_t entries = in.Number(2);
  in.Skip(2 * address_width_ + length_width_);  // the neighbours and the first key
  if (!in.ok() || signature != "TREE" || type != 0 || (level >= 0 && node_level != level)) return DamagedGroup(path);
  for (uint64_t i = 0; i < entries; ++i) {
    const uint64_t child = Address(&in);
    in.Skip(length_width_);
    if (!in.ok()) return DamagedGroup(path);
    TIQU_RETURN_IF_ERROR(node_level > 0 ? ReadSymbolTree(child, node_level - 1, names, path, depth, object)
                                        : ReadSymbols(child, names, path, depth, object));
  }
  return absl::OkStatus();
}

absl::Status Hdf5Parser::ReadSymbols(uint64_t address, std::string_view names, const std::string& path, int depth,
                                     Hdf5Object* object) {
  constexpr uint64_t kSymbolicLink = 2;
  Hdf5Cursor in = At(address);
  const std::string_view signature = in.Bytes(4);
  in.Skip(2);
  const uint64_t count = in.Number(2);
  if (!in.ok() || signature != "SNOD") return DamagedGroup(path);
  for (uint64_t i = 0; i < count; ++i) {
    TIQU_RETURN_IF_ERROR(Spend(1));
    const uint64_t name_at = Address(&in);
    const uint64_t header = Address(&in);
    const uint64_t cache = in.Number(4);
    in.Skip(4 + 16);
    if (!in.ok() || name_at >= names.size()) return DamagedGroup(path);
    std::string_view name = names.substr(name_at);
    name = name.substr(0, name.find('\0'));
    if (cache == kSymbolicLink) continue;
    TIQU_RETURN_IF_ERROR(AddChild(name, header, path, depth, object));
  }
  return absl::OkStatus();
}

absl::Status Hdf5Parser::AddChild(std::string_view name, uint64_t address, const std::string& path, int depth,
                                  Hdf5Object* object) {
  constexpr size_t kLongestName = 4096;
  if (name.empty() || name.size() > kLongestName) return DamagedGroup(path);
  TIQU_RETURN_IF_ERROR(Spend(name.size()));
  TIQU_ASSIGN_OR_RETURN(Hdf5Object child, ReadObject(address, fmt::format("{}/{}", path, name), depth + 1));
  child.name = name;
  object->children.push_back(std::move(child));
  return absl::OkStatus();
}

}  // namespace tiqu::keras
