#include "vectors/word_vectors.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "base/file.h"
#include "base/hash.h"
#include "base/short_floats.h"
#include "base/status.h"
#include "fmt/format.h"

namespace tiqu::vectors {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little endian");

constexpr std::string_view kMagic = "TIQUVEC\n";
constexpr uint32_t kVersion = 1;
constexpr float kMaxHalf = 65504;
constexpr size_t kHeaderBytes = 8 + 4 * sizeof(uint32_t) + sizeof(uint64_t);

template <typename T>
void AppendRaw(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename T>
T TakeRaw(std::string_view* bytes) {
  T value;
  std::memcpy(&value, bytes->data(), sizeof value);
  bytes->remove_prefix(sizeof value);
  return value;
}

size_t BytesOf(Element element) { return element == Element::kFloat16 ? 2 : 4; }

struct Header {
  uint32_t dim;
  Element element;
  uint32_t words;
  uint64_t vocabulary_bytes;
};

// `bytes` starts behind the magic; on return at the vocabulary.
absl::StatusOr<Header> DecodeHeader(std::string_view* bytes) {
  const auto version = TakeRaw<uint32_t>(bytes);
  if (version != kVersion) {
    return absl::InvalidArgumentError(
        fmt::format("word vectors of format version {}, this program reads {}", version, kVersion));
  }
  Header header;
  header.dim = TakeRaw<uint32_t>(bytes);
  header.element = static_cast<Element>(TakeRaw<uint32_t>(bytes));
  header.words = TakeRaw<uint32_t>(bytes);
  header.vocabulary_bytes = TakeRaw<uint64_t>(bytes);
  if (header.dim == 0 || header.dim > uint32_t{kMaxDim}) {
    return absl::DataLossError(fmt::format("word vectors: dimension {}, must be 1 to {}", header.dim, kMaxDim));
  }
  if (header.element != Element::kFloat32 && header.element != Element::kFloat16) {
    return absl::DataLossError(
        fmt::format("word vectors: element kind {} is not known", static_cast<uint32_t>(header.element)));
  }
  // Three bytes a line at the least; the check of the sizes below then cannot overflow.
  if (header.words < 2 || header.vocabulary_bytes > bytes->size() || header.words > header.vocabulary_bytes) {
    return absl::DataLossError("word vectors: the file is cut short");
  }
  return header;
}

}  // namespace

WordVectors KeepMostFrequent(const WordVectors& vectors, int32_t count) {
  std::vector<int32_t> ids(static_cast<size_t>(vectors.words.size() - 2));
  std::iota(ids.begin(), ids.end(), 2);
  const auto kept = std::min(ids.size(), static_cast<size_t>(count));
  std::stable_sort(ids.begin(), ids.end(),
                   [&](int32_t a, int32_t b) { return vectors.words.entry(a).count > vectors.words.entry(b).count; });
  ids.resize(kept);
  std::sort(ids.begin(), ids.end());
  WordVectors result;
  result.dim = vectors.dim;
  result.values.assign(2 * static_cast<size_t>(vectors.dim), 0.0F);
  std::vector<text::Vocabulary::Entry> entries;
  for (const int32_t id : ids) {
    entries.push_back(vectors.words.entry(id));
    result.values.insert(result.values.end(), vectors.row(id), vectors.row(id) + vectors.dim);
  }
  result.words = text::Vocabulary::FromEntries(entries);
  return result;
}

std::string EncodeWordVectors(const WordVectors& vectors, Element element) {
  const std::string vocabulary = vectors.words.Encode();
  const size_t values = static_cast<size_t>(vectors.words.size() - 2) * static_cast<size_t>(vectors.dim);
  std::string out;
  out.reserve(kHeaderBytes + vocabulary.size() + values * BytesOf(element) + sizeof(uint64_t));
  out += kMagic;
  AppendRaw(kVersion, &out);
  AppendRaw(static_cast<uint32_t>(vectors.dim), &out);
  AppendRaw(static_cast<uint32_t>(element), &out);
  AppendRaw(static_cast<uint32_t>(vectors.words.size()), &out);
  AppendRaw(static_cast<uint64_t>(vocabulary.size()), &out);
  out += vocabulary;
  const float* first = vectors.row(2);
  if (element == Element::kFloat32) {
    out.append(reinterpret_cast<const char*>(first), values * sizeof(float));
  } else {
    for (size_t i = 0; i < values; ++i) AppendRaw(ToHalf(first[i]), &out);
  }
  AppendRaw(Fnv1a64(out), &out);
  return out;
}

absl::StatusOr<WordVectors> DecodeWordVectors(std::string_view bytes) {
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    return absl::InvalidArgumentError(
        "not a file of word vectors of Tiqu (word2vec files are turned into one by `tiqu vectors import`)");
  }
  if (bytes.size() < kHeaderBytes + sizeof(uint64_t)) return absl::DataLossError("word vectors: the file is cut short");
  std::string_view hash_bytes = bytes.substr(bytes.size() - sizeof(uint64_t));
  const std::string_view hashed = bytes.substr(0, bytes.size() - sizeof(uint64_t));
  std::string_view rest = hashed.substr(kMagic.size());
  TIQU_ASSIGN_OR_RETURN(const Header header, DecodeHeader(&rest));
  const size_t values = static_cast<size_t>(header.words - 2) * header.dim;
  if (rest.size() - header.vocabulary_bytes != values * BytesOf(header.element)) {
    return absl::DataLossError("word vectors: the file is cut short or has something behind its end");
  }
  if (TakeRaw<uint64_t>(&hash_bytes) != Fnv1a64(hashed)) {
    return absl::DataLossError("word vectors: the checksum is wrong, the file is damaged");
  }
  WordVectors vectors;
  TIQU_ASSIGN_OR_RETURN(vectors.words, text::Vocabulary::Decode(rest.substr(0, header.vocabulary_bytes)));
  rest.remove_prefix(header.vocabulary_bytes);
  if (vectors.words.size() != static_cast<int32_t>(header.words)) {
    return absl::DataLossError(
        fmt::format("word vectors: {} words are announced and {} are there", header.words, vectors.words.size()));
  }
  vectors.dim = static_cast<int32_t>(header.dim);
  vectors.values.assign(2 * size_t{header.dim} + values, 0.0F);
  float* first = vectors.values.data() + 2 * size_t{header.dim};
  for (size_t i = 0; i < values; ++i) {
    first[i] = header.element == Element::kFloat32 ? TakeRaw<float>(&rest) : FromHalf(TakeRaw<uint16_t>(&rest));
    if (!std::isfinite(first[i])) return absl::DataLossError("word vectors: a value is not a finite number");
  }
  return vectors;
}

absl::Status SaveWordVectors(const WordVectors& vectors, const std::string& path, Element element) {
  const float limit = element == Element::kFloat16 ? kMaxHalf : std::numeric_limits<float>::max();
  for (const float value : vectors.values) {
    if (std::abs(value) <= limit) continue;  // false for a NaN
    return absl::InvalidArgumentError(fmt::format("{}: the value {} does not fit into {}", path, value,
                                                  element == Element::kFloat16 ? "float16" : "float32"));
  }
  return WriteFileAtomically(path, EncodeWordVectors(vectors, element));
}

absl::StatusOr<WordVectors> LoadWordVectors(const std::string& path) {
  TIQU_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  absl::StatusOr<WordVectors> vectors = DecodeWordVectors(bytes);
  if (!vectors.ok()) return Annotate(vectors.status(), path);
  return vectors;
}

}  // namespace tiqu::vectors
