#include "data/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/status.h"
#include "data/document_format.h"
#include "data/line_format.h"

namespace tiqu::data {
namespace {

constexpr size_t kHeadBytes = size_t{1} << 16;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::unique_ptr<LineFormat> MakeLineFormat(Format format) {
  switch (format) {
    case Format::kJsonl:
      return MakeJsonlFormat();
    case Format::kLines:
      return MakeLinesFormat();
    case Format::kSpans:
      return MakeSpansFormat();
    case Format::kWebqa:
      return MakeWebqaFormat();
    case Format::kDuie:
      return MakeDuieFormat();
    case Format::kColumns:
      return MakeColumnsFormat();
    default:
      return nullptr;
  }
}

bool NeedsLabels(Format format) {
  return format == Format::kSpans || format == Format::kLabelStudio || format == Format::kDuie ||
         format == Format::kColumns;
}

absl::Status CheckLabels(const std::string& name, const ReadOptions& options) {
  if (options.as_entities) {
    if (NeedsLabels(options.format) && options.format != Format::kDuie) return absl::OkStatus();
    return absl::InvalidArgumentError(
        fmt::format("{}: format {} has no entities; span, bio and labelstudio have", name, FormatName(options.format)));
  }
  if (!NeedsLabels(options.format) || !options.labels.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format(
      "{}: format {} needs a file that maps its labels to questions (--labels)", name, FormatName(options.format)));
}

std::string_view WithoutMark(std::string_view bytes) {
  if (bytes.substr(0, kByteOrderMark.size()) == kByteOrderMark) bytes.remove_prefix(kByteOrderMark.size());
  return bytes;
}

absl::Status ReadDocument(std::string_view bytes, Format format, SampleCollector* out) {
  if (format == Format::kSquad) {
    ReadSquadDocument(WithoutMark(bytes), out);
  } else {
    ReadLabelStudioDocument(WithoutMark(bytes), out);
  }
  return out->status();
}

absl::Status ReadLines(const std::string& path, LineFormat* format, SampleCollector* out) {
  TIQU_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path));
  std::string line;
  while (out->status().ok()) {
    const absl::StatusOr<bool> more = reader.Next(&line);
    if (!more.ok()) {
      // A line that is too long is that line's fault; anything else (a disk error) ends the reading.
      if (!absl::IsResourceExhausted(more.status()) && !absl::IsInvalidArgument(more.status())) return more.status();
      out->AddBadRecord(std::to_string(reader.line_number()), "line not read", std::string(more.status().message()));
      continue;
    }
    if (!*more) break;
    format->Line(line, reader.line_number(), out);
    if (Interrupted()) return absl::CancelledError(fmt::format("{}: interrupted", path));
  }
  if (out->status().ok()) format->End(out);
  return out->status();
}

absl::StatusOr<std::string> ReadHead(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::InvalidArgumentError(fmt::format("{}: is a folder, not a file", path));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(fmt::format("{}: cannot be opened", path));
  std::string head(kHeadBytes, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<size_t>(file.gcount()));
  return head;
}

absl::StatusOr<Format> ResolveFormat(const std::string& path, Format format) {
  if (format != Format::kAuto) return format;
  // What can be read only once would lose its beginning to the look at it.
  if (!CanBeReadAgain(path)) {
    const std::string name = path == "-" ? "standard input" : path;
    return absl::InvalidArgumentError(fmt::format("{} can be read only once: give its format (--format)", name));
  }
  TIQU_ASSIGN_OR_RETURN(const std::string head, ReadHead(path));
  absl::StatusOr<Format> detected = DetectFormat(head);
  if (!detected.ok()) return Annotate(detected.status(), path);
  return detected;
}

}  // namespace

bool CanBeReadAgain(const std::string& path) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  const bool stream = type == std::filesystem::file_type::fifo || type == std::filesystem::file_type::character ||
                      type == std::filesystem::file_type::socket;
  return path != "-" && !stream;
}

absl::Status ReadSamples(const std::string& path, const ReadOptions& options, const SampleSink& sink, Report* report) {
  ReadOptions resolved = options;
  TIQU_ASSIGN_OR_RETURN(resolved.format, ResolveFormat(path, options.format));
  TIQU_RETURN_IF_ERROR(CheckLabels(path, resolved));
  SampleCollector out(std::filesystem::path(path).filename().string(), resolved, sink, report);
  if (const auto lines = MakeLineFormat(resolved.format)) return ReadLines(path, lines.get(), &out);
  if (path == "-") {
    return absl::InvalidArgumentError(
        fmt::format("standard input: format {} is read from files only", FormatName(resolved.format)));
  }
  TIQU_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  return ReadDocument(bytes, resolved.format, &out);
}

absl::StatusOr<std::vector<Sample>> ReadAllSamples(const std::string& path, const ReadOptions& options,
                                                   Report* report) {
  std::vector<Sample> samples;
  const auto keep = [&](Sample sample) {
    samples.push_back(std::move(sample));
    return absl::OkStatus();
  };
  TIQU_RETURN_IF_ERROR(ReadSamples(path, options, keep, report));
  return samples;
}

absl::Status ReadSamplesFromBytes(std::string_view bytes, const std::string& name, const ReadOptions& options,
                                  const SampleSink& sink, Report* report) {
  ReadOptions resolved = options;
  if (options.format == Format::kAuto) {
    TIQU_ASSIGN_OR_RETURN(resolved.format, DetectFormat(bytes.substr(0, kHeadBytes)));
  }
  TIQU_RETURN_IF_ERROR(CheckLabels(name, resolved));
  SampleCollector out(name, resolved, sink, report);
  const auto lines = MakeLineFormat(resolved.format);
  if (lines == nullptr) return ReadDocument(bytes, resolved.format, &out);
  bytes = WithoutMark(bytes);
  for (int64_t number = 1; !bytes.empty() && out.status().ok(); ++number) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = bytes.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines->Line(line, number, &out);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  if (out.status().ok()) lines->End(&out);
  return out.status();
}

}  // namespace tiqu::data
