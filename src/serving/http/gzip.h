// gzip of whole texts.
//
// Thread safety: free functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tiqu::serving {

// Nothing when the bytes are no gzip, are cut or damaged, or come to more than `most_bytes`.
std::optional<std::string> Gunzip(std::string_view bytes, size_t most_bytes);

// Quick rather than small.
std::string Gzip(std::string_view text);

// Whether the header Accept-Encoding takes gzip: "gzip", "br, gzip;q=0.5", "*", but not "gzip;q=0".
bool AcceptsGzip(std::string_view accept_encoding);

}  // namespace tiqu::serving
