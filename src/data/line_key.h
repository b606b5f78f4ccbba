// The keys of "question: ... passage: ... answer: ..." lines.
//
// Thread safety: free functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace tiqu::data {

enum class LineKey { kQuestion, kPassage, kAnswer };

// Keys in Latin letters, in Han characters, or either.
enum class KeyScript { kAny, kLatin, kHan };

struct KeyPlace {
  size_t begin = std::string_view::npos;  // of the key's first byte; npos: not there
  size_t end = 0;                         // behind the colon
};

// The first place where the key stands at the line's begin or after a blank, with a colon behind
// it. Keys: question | 问题 | 问, passage | 原文 | 段落 | 文本, answer | 答案 | 答; any letter case; ':' or '：'.
KeyPlace FindLineKey(std::string_view line, LineKey key, KeyScript script = KeyScript::kAny);

// Whether one of the first lines of `head` begins with the question's key.
bool HasLineKey(std::string_view head);

}  // namespace tiqu::data
