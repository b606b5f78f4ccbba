#include "engine/ops/index_error.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace tiqu::engine {
namespace {

// "[1,4]", and nothing for a scalar.
std::string Position(const Shape& shape, int64_t flat) {
  std::string text;
  for (size_t i = shape.size(); i > 0; --i) {
    text = absl::StrCat(flat % shape[i - 1], text.empty() ? "" : ",", text);
    flat /= shape[i - 1];
  }
  return text.empty() ? text : absl::StrCat("[", text, "]");
}

template <typename Index>
absl::Status Check(const Tensor& indices, int64_t limit) {
  const Index* begin = indices.data<Index>();
  const Index* end = begin + indices.size();
  const Index* bad = std::find_if(begin, end, [limit](Index value) { return value < 0 || value >= limit; });
  if (bad == end) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("indices", Position(indices.shape(), bad - begin), " = ", *bad, " is not in [0, ", limit, ")"));
}

}  // namespace

absl::Status CheckIndices(const Tensor& indices, int64_t limit) {
  return indices.type() == DataType::kInt64 ? Check<int64_t>(indices, limit) : Check<int32_t>(indices, limit);
}

}  // namespace tiqu::engine
