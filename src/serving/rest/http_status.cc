#include "serving/rest/http_status.h"

#include "absl/strings/str_cat.h"
#include "serving/json/json_text.h"

namespace tiqu::serving {

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    default:
      return 500;
  }
}

HttpResponse JsonResponse(std::string body) { return {200, {{"Content-Type", "application/json"}}, std::move(body)}; }

HttpResponse ErrorResponse(int http_status, std::string_view message) {
  HttpResponse response = JsonResponse(ErrorBody(message));
  response.status = http_status;
  return response;
}

HttpResponse ErrorResponse(const absl::Status& status) {
  return ErrorResponse(HttpStatusOf(status.code()), {status.message().data(), status.message().size()});
}

HttpResponse HtmlResponse(int http_status, std::string_view reason, std::string_view heading) {
  std::string body = absl::StrCat("<HTML><HEAD>\n<TITLE>", http_status, " ", std::string(reason));
  absl::StrAppend(&body, "</TITLE>\n</HEAD><BODY>\n<H1>", std::string(heading), "</H1>\n</BODY></HTML>\n");
  return {http_status, {{"Content-Type", "text/html"}}, std::move(body)};
}

}  // namespace tiqu::serving
