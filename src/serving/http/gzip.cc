#include "serving/http/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tiqu::serving {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, gzip's header and check sum
constexpr size_t kStep = size_t{64} << 10;

Bytef* Bytes(const char* text) { return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text)); }

// One member of the file; false when it is not whole or too long.
bool InflateMember(z_stream* stream, size_t most_bytes, std::string* out) {
  int state = Z_OK;
  while (state == Z_OK) {
    const size_t before = out->size();
    const size_t room = std::min(std::max(kStep, before), most_bytes + 1 - before);
    if (room == 0) return false;
    out->resize(before + room);
    stream->next_out = Bytes(out->data() + before);
    stream->avail_out = static_cast<uInt>(std::min<size_t>(room, std::numeric_limits<uInt>::max()));
    const uInt offered = stream->avail_out;
    state = inflate(stream, Z_NO_FLUSH);
    out->resize(before + (offered - stream->avail_out));
  }
  return state == Z_STREAM_END && out->size() <= most_bytes;
}

}  // namespace

std::optional<std::string> Gunzip(std::string_view bytes, size_t most_bytes) {
  if (bytes.size() > std::numeric_limits<uInt>::max()) return std::nullopt;
  z_stream stream = {};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) return std::nullopt;
  stream.next_in = Bytes(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  bool whole = InflateMember(&stream, most_bytes, &out);
  // A file may have several members; their texts follow each other.
  while (whole && stream.avail_in > 0)
    whole = inflateReset(&stream) == Z_OK && InflateMember(&stream, most_bytes, &out);
  inflateEnd(&stream);
  if (!whole) return std::nullopt;
  return out;
}

std::string Gzip(std::string_view text) {
  z_stream stream = {};
  constexpr int kMemory = 8;
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = Bytes(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = Bytes(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  for (const absl::string_view entry :
       absl::StrSplit(absl::string_view(accept_encoding.data(), accept_encoding.size()), ',')) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(entry, absl::MaxSplits(';', 1));
    const absl::string_view name = absl::StripAsciiWhitespace(parts.first);
    if (!absl::EqualsIgnoreCase(name, "gzip") && name != "*") continue;
    // q=0, q=0.0 and q=0.000 refuse it.
    absl::string_view quality = absl::StripAsciiWhitespace(parts.second);
    if (!absl::ConsumePrefix(&quality, "q=") && !absl::ConsumePrefix(&quality, "Q=")) return true;
    return quality.find_first_not_of("0.") != quality.npos;
  }
  return false;
}

}  // namespace tiqu::serving
