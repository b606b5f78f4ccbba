// A secret that clients show.
//
// Thread safety: free functions.
#pragma once

#include <string_view>

namespace tiqu::serving {

// Whether the header Authorization is "Bearer TOKEN". Takes as long for a token that is nearly right as for any other.
bool HasBearerToken(std::string_view authorization, std::string_view token);

}  // namespace tiqu::serving
