// Errors as HTTP knows them.
//
// Thread safety: free functions.
#pragma once

#include "absl/status/status.h"
#include "serving/rest/http_message.h"

namespace tiqu::serving {

// INVALID_ARGUMENT 400, NOT_FOUND 404, RESOURCE_EXHAUSTED 429, ...: TensorFlow Serving's table.
int HttpStatusOf(absl::StatusCode code);

HttpResponse JsonResponse(std::string body);
// {"error": MESSAGE}
HttpResponse ErrorResponse(int http_status, std::string_view message);
HttpResponse ErrorResponse(const absl::Status& status);
// As libevent answers what the REST interface never sees: "404 Not Found".
HttpResponse HtmlResponse(int http_status, std::string_view reason, std::string_view heading);

}  // namespace tiqu::serving
