// The head of an answer as it goes out, but for its length and whether the connection stays.
//
// Thread safety: a free function.
#pragma once

#include <boost/beast/http/message.hpp>

#include "serving/rest/http_message.h"

namespace tiqu::serving {

// `version`: that of the request, as Beast counts it: 10 or 11.
boost::beast::http::response_header<> ResponseHeader(const HttpResponse& response, unsigned version);

}  // namespace tiqu::serving
