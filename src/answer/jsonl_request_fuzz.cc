// Any bytes as a line of `tiqu extract`: an error or a request, never a crash; what is written back is a line of JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "answer/jsonl_request.h"
#include "nlohmann/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tiqu::answer::LineRequest request;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const absl::Status status = tiqu::answer::ParseLine(line, &request);
  std::string output;
  if (status.ok()) {
    tiqu::Reply reply;
    reply.answers.push_back({request.passage, 0, 1, 0.5F});
    tiqu::answer::AppendResultLine(request, {request.questions.size(), reply}, &output);
  } else {
    tiqu::answer::AppendErrorLine(request.id, 1, std::string(status.message()), &output);
  }
  tiqu::answer::LineRequest text;
  if (tiqu::answer::ParseTextLine(line, &text).ok()) {
    std::string tagged;
    tiqu::answer::AppendEntityLine(text, {{text.passage, text.passage, 0, 1, 0.5F}}, &tagged);
    if (tagged.find('\n') != tagged.size() - 1 || !nlohmann::json::accept(tagged)) std::abort();
  }
  const bool one_line = output.find('\n') == output.size() - 1;
  if (!one_line || !nlohmann::json::accept(output)) std::abort();
  return 0;
}
