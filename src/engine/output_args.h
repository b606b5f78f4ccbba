// Where a named output of an operation stands among all its outputs: bodies of functions say "node:indices:0" where
// graphs say "node:1".
//
// Thread safety: an OutputArgs is immutable once made.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "saved_model.pb.h"

namespace tiqu::engine {

// How many tensors an argument stands for: 1, or what the node's attribute says. Errors: INVALID_ARGUMENT (an attribute
// that is not there, or a negative or too large number).
absl::StatusOr<int64_t> ArgSize(const tensorflow::OpDef::ArgDef& arg,
                                const google::protobuf::Map<std::string, tensorflow::AttrValue>& attributes);

class OutputArgs {
 public:
  // What the engine knows by itself, and the operations that the meta graph describes (stripped_op_list), which must
  // outlive this.
  explicit OutputArgs(const tensorflow::OpList& described);

  // The port of element `index` of the output named `output`. An operation that nobody described has one output
  // argument. Errors: INVALID_ARGUMENT naming the output.
  absl::StatusOr<int64_t> PortOf(const tensorflow::NodeDef& node, const std::string& output, int64_t index) const;

  // The same for an operation with these output arguments, as a function is.
  static absl::StatusOr<int64_t> PortAmong(const google::protobuf::RepeatedPtrField<tensorflow::OpDef::ArgDef>& args,
                                           const tensorflow::NodeDef& node, const std::string& output, int64_t index);

 private:
  std::map<std::string, const tensorflow::OpDef*> described_;
  std::map<std::string, tensorflow::OpDef> known_;
};

}  // namespace tiqu::engine
