// Inputs of a node as a graph's file spells them: "node", "node:1", in functions "node:output:1", or "^node".
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>

namespace tiqu::engine {

// "^node": an input that is waited for and not read.
inline bool IsControlInput(std::string_view input) { return input.starts_with('^'); }

// The node of any of these.
inline std::string NodeOfInput(std::string_view input) {
  if (IsControlInput(input)) input.remove_prefix(1);
  return std::string(input.substr(0, input.find(':')));
}

}  // namespace tiqu::engine
