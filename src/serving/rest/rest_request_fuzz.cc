// Any bytes as the target of a request and as the body of an extract request: never a crash; the patterns of the paths
// agree with each other.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "serving/http/gzip.h"
#include "serving/rest/bearer_token.h"
#include "serving/rest/extract_request.h"
#include "serving/rest/request_path.h"

namespace {

void Check(bool right) {
  if (!right) std::abort();
}

void MatchTarget(std::string_view text) {
  const std::string_view target = tiqu::serving::WithoutAuthority(text);
  const auto post = tiqu::serving::MatchPost(target);
  const auto get = tiqu::serving::MatchGet(target);
  Check(!post || (tiqu::serving::IsRestPath(target) && !post->model.empty() && !post->verb.empty()));
  Check(!post || !get);  // a verb is no part of what GET asks for
  Check(tiqu::serving::PathOnly(target).size() <= target.size());
}

void ReadBody(std::string_view text) {
  const auto body = tiqu::serving::JsonDocument::Parse(text);
  if (!body.ok()) return;
  const tiqu::serving::ExtractLimits limits = {100, 20, 10, 10};
  for (const auto form : {tiqu::serving::ExtractForm::kQuestions, tiqu::serving::ExtractForm::kText}) {
    const auto request = tiqu::serving::ReadExtractRequest(*body, form, limits);
    if (!request.ok()) continue;
    for (const auto& document : request->documents) {
      Check(document.questions.empty() == (form == tiqu::serving::ExtractForm::kText));
      static_cast<void>(tiqu::serving::CheckTexts(document, limits));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  MatchTarget(text);
  ReadBody(text);
  tiqu::serving::AcceptsGzip(text);
  tiqu::serving::HasBearerToken(text, "token");
  constexpr size_t kMost = 100000;
  const auto unpacked = tiqu::serving::Gunzip(text, kMost);
  Check(!unpacked || unpacked->size() <= kMost);
  return 0;
}
