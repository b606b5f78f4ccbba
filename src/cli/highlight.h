// Answers shown to people: the passage with its answers in colour, or plain lines.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "answer/tagger.h"
#include "tiqu/extractor.h"

namespace tiqu::cli {

// For a terminal. Of a long passage only what stands around the answers is shown, "…" for the rest.
//   ...户籍地:[广西...513号],身份证...
//   广西...513号  [30, 57)  0.98
std::string ShowInColour(const Reply& reply, std::string_view passage);

// For anything else: a line an answer, "no answer" when there is none.
//   广西...513号<TAB>30<TAB>57<TAB>0.98
std::string ShowPlainly(const Reply& reply);

// A line an entity, "no entity" when there is none.
//   PER<TAB>张三<TAB>0<TAB>2<TAB>0.98
std::string ShowEntities(const std::vector<answer::Entity>& entities);

}  // namespace tiqu::cli
