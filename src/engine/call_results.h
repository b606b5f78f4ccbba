// What calls of functions return, for those that read it once the calls are gone (inline_functions.h).
//
//   CallResults results;
//   results.Add("call", {"call/body/node:0"});
//   TIQU_RETURN_IF_ERROR(results.PassThrough(&node));   // its input "call:0" is now "call/body/node:0"
//
// Thread safety: for one thread.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace tensorflow {
class NodeDef;
}  // namespace tensorflow

namespace tiqu::engine {

class CallResults {
 public:
  // `tensors`: what the call with this name returns, in order.
  void Add(const std::string& call, std::vector<std::string> tensors) { tensors_.emplace(call, std::move(tensors)); }

  // Inputs that are a call's results become the tensors that the call's body makes. Errors: INVALID_ARGUMENT (a result
  // that the call does not have, calls that return each other's results).
  absl::Status PassThrough(tensorflow::NodeDef* node);

 private:
  absl::Status Follow(std::string* input);

  std::unordered_map<std::string, std::vector<std::string>> tensors_;
};

}  // namespace tiqu::engine
