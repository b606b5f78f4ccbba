#include "engine/call_results.h"

#include <cstddef>
#include <unordered_set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/node_input.h"
#include "graph.pb.h"

namespace tiqu::engine {

absl::Status CallResults::PassThrough(tensorflow::NodeDef* node) {
  for (std::string& input : *node->mutable_input()) {
    if (!IsControlInput(input) && tensors_.contains(NodeOfInput(input))) TIQU_RETURN_IF_ERROR(Follow(&input));
  }
  return absl::OkStatus();
}

// From call to call to the node that makes it. What was walked through is shortened, so that a long chain is walked
// once.
absl::Status CallResults::Follow(std::string* input) {
  std::vector<std::string*> walked = {input};
  std::unordered_set<std::string*> seen;
  while (true) {
    const std::string& at = *walked.back();
    const auto call = tensors_.find(NodeOfInput(at));
    if (call == tensors_.end()) break;
    size_t port = 0;
    const size_t colon = at.rfind(':');
    const bool sound = colon == std::string::npos || absl::SimpleAtoi(at.substr(colon + 1), &port);
    if (!sound || port >= call->second.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", at, "' is none of the ", call->second.size(), " results of call '", call->first, "'"));
    }
    std::string* next = &call->second[port];
    if (!seen.insert(next).second) {
      return absl::InvalidArgumentError(absl::StrCat("the graph has a cycle through call '", call->first, "'"));
    }
    walked.push_back(next);
  }
  const std::string end = *walked.back();
  for (std::string* place : walked) *place = end;
  return absl::OkStatus();
}

}  // namespace tiqu::engine
