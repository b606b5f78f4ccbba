#include "answer/answer_mapper.h"

#include <algorithm>

#include "answer/byte_cursor.h"

namespace tiqu::answer {
Reply MapToSource(const decode::DecodedAnswers& decoded, const text::NormalizedText& text, std::string_view passage) {
  Reply reply;
  reply.no_answer = decoded.no_answer;
  ByteCursor cursor(passage);
  for (const decode::ScoredSpan& span : decoded.spans) {
    auto begin = static_cast<size_t>(span.begin);
    auto end = static_cast<size_t>(span.end);
    // The normaliser turns every kind of white space into this one.
    while (begin < end && text.chars[begin] == U' ') ++begin;
    while (begin < end && text.chars[end - 1] == U' ') --end;
    if (begin == end) continue;
    Answer answer;
    answer.begin = text.begin[begin];
    answer.end = text.end[end - 1];
    answer.score = std::min(span.score, 1.0F);
    if (!reply.answers.empty() && answer.begin < reply.answers.back().end) continue;
    const size_t first_byte = cursor.ByteOf(answer.begin);
    answer.text = passage.substr(first_byte, cursor.ByteOf(answer.end) - first_byte);
    reply.answers.push_back(std::move(answer));
  }
  return reply;
}

}  // namespace tiqu::answer
