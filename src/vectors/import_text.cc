// file   = [ header ] { line }       header = count " " dim
// line   = word { " " value }        separators are spaces or tabs; the values are the last dim fields
#include <charconv>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/status.h"
#include "fmt/format.h"
#include "vectors/import_table.h"

namespace tiqu::vectors {
namespace {

constexpr size_t kMaxVectorLineBytes = size_t{1} << 20;

bool IsSeparator(char c) { return c == ' ' || c == '\t'; }

std::string_view TrimRight(std::string_view line) {
  while (!line.empty() && IsSeparator(line.back())) line.remove_suffix(1);
  return line;
}

// Takes the last field off `line`, and the separators before it. Empty when there is only one field left.
std::string_view TakeLastField(std::string_view* line) {
  const size_t space = line->find_last_of(" \t");
  if (space == std::string_view::npos) return {};
  const std::string_view field = line->substr(space + 1);
  *line = TrimRight(line->substr(0, space));
  return field;
}

int32_t CountFields(std::string_view line) {
  int32_t fields = 0;
  for (size_t i = 0; i < line.size(); ++i) fields += !IsSeparator(line[i]) && (i == 0 || IsSeparator(line[i - 1]));
  return fields;
}

template <typename T>
bool Parse(std::string_view field, T* value) {
  const char* end = field.data() + field.size();
  const auto parsed = std::from_chars(field.data(), end, *value);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

// "635974 300": two whole numbers and nothing else.
bool ParseHeader(std::string_view line, int64_t* count, int32_t* dim) {
  line = TrimRight(line);
  std::string_view rest = line;
  const std::string_view last = TakeLastField(&rest);
  return CountFields(line) == 2 && Parse(rest, count) && Parse(last, dim) && *count >= 0 && *dim > 0;
}

// Splits off the values, from the last to the first; "" or what is wrong.
std::string ParseValues(std::string_view* line, std::vector<float>* values) {
  for (size_t i = values->size(); i-- > 0;) {
    const std::string_view field = TakeLastField(line);
    if (field.empty()) return fmt::format("{} values, must be {}", values->size() - 1 - i, values->size());
    double value = 0;  // a float's parser refuses 1e-50, which is a zero as good as any
    if (!Parse(field, &value)) return fmt::format("\"{}\" is not a number", field.substr(0, 40));
    (*values)[i] = static_cast<float>(value);
  }
  return "";
}

}  // namespace

absl::Status ImportText(const std::string& path, const ImportOptions& options, ImportTable* table,
                        ImportReport* report) {
  TIQU_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path, kMaxVectorLineBytes));
  Progress progress("import", reader.bytes_total());
  std::vector<float> values;
  std::string line;
  while (!table->full()) {
    const absl::StatusOr<bool> more = reader.Next(&line);
    if (Interrupted()) return absl::CancelledError("interrupted");
    if (more.ok() && !*more) break;
    const std::string where = fmt::format("line {}", reader.line_number());
    int32_t dim = 0;
    if (more.ok() && reader.line_number() == 1 && ParseHeader(line, &report->announced, &dim)) {
      if (dim > kMaxDim)
        return absl::InvalidArgumentError(fmt::format("{}: dimension {} is above {}", path, dim, kMaxDim));
      table->set_dim(dim);
      continue;
    }
    ++report->read;
    if (!more.ok()) {
      table->Broken(where, std::string(more.status().message()));
      continue;
    }
    std::string_view rest = TrimRight(line);
    if (table->dim() == 0) {
      const int32_t fields = CountFields(rest);
      if (fields >= 2 && fields - 1 <= kMaxDim) table->set_dim(fields - 1);
    }
    values.resize(static_cast<size_t>(table->dim()));
    const std::string wrong = values.empty() ? "not a word and its values" : ParseValues(&rest, &values);
    if (wrong.empty()) {
      table->Add(rest, values, where);
    } else {
      table->Broken(where, wrong);
    }
    if (options.show_progress) progress.Update(reader.bytes_read());
  }
  if (options.show_progress) progress.Finish(fmt::format("{} lines", report->read));
  return absl::OkStatus();
}

}  // namespace tiqu::vectors
