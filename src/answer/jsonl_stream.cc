#include "answer/jsonl_stream.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "answer/jsonl_request.h"
#include "answer/ordered_pipeline.h"
#include "base/interrupt.h"
#include "fmt/format.h"

namespace tiqu::answer {
namespace {

// A chunk is what one worker takes at once: enough lines to fill batches, few enough to keep memory small.
constexpr size_t kChunkLines = 64;
constexpr size_t kChunkBytes = size_t{1} << 16;

struct Line {
  int64_t number = 0;
  std::string text;
  absl::Status status;  // of reading it
};

struct ChunkResult {
  std::string lines;
  StreamCounts counts;
};

void Add(const StreamCounts& counts, StreamCounts* total) {
  total->lines += counts.lines;
  total->bad_lines += counts.bad_lines;
  total->questions += counts.questions;
  total->answers += counts.answers;
  total->passage_bytes += counts.passage_bytes;
}

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

// Takes lines until the chunk is full, the input ends, or the next line would have to be waited for: a program that
// sends one line and waits for its answer gets it. False: the input has ended. Errors: the input cannot be read.
absl::StatusOr<bool> ReadChunk(LineReader* in, std::vector<Line>* chunk) {
  size_t bytes = 0;
  while (chunk->size() < kChunkLines && bytes < kChunkBytes && (chunk->empty() || in->LineReady())) {
    Line line;
    const int64_t before = in->line_number();
    const absl::StatusOr<bool> more = in->Next(&line.text);
    if (more.ok() && !*more) return false;
    if (!more.ok() && in->line_number() == before) return more.status();  // not an error of one line
    line.number = in->line_number();
    line.status = more.status();
    if (line.status.ok() && IsBlank(line.text)) continue;
    bytes += line.text.size();
    chunk->push_back(std::move(line));
  }
  return true;
}

// The lines of a chunk as requests; `parsed[i].status` says why line i is not among them.
struct ParsedLine {
  LineRequest request;
  absl::Status status;
  size_t index = 0;  // among the requests
};

using ParseFunction = absl::Status (*)(std::string_view line, LineRequest* request);

absl::Status ParseOrRunOut(ParseFunction parse, const std::string& text, LineRequest* request) {
  try {
    return parse(text, request);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(fmt::format("there is no memory for a line of {} bytes", text.size()));
  }
}

// `run`: a result for each request, in order. `append`: a good result as a line, counted.
template <typename Run, typename Append>
ChunkResult WorkOnChunk(const std::vector<Line>& chunk, ParseFunction parse, const Run& run, const Append& append) {
  std::vector<ParsedLine> parsed(chunk.size());
  std::vector<const LineRequest*> requests;
  for (size_t i = 0; i < chunk.size(); ++i) {
    ParsedLine& line = parsed[i];
    line.status = chunk[i].status.ok() ? ParseOrRunOut(parse, chunk[i].text, &line.request) : chunk[i].status;
    if (!line.status.ok()) continue;
    line.index = requests.size();
    requests.push_back(&line.request);
  }
  const auto results = run(requests);
  ChunkResult output;
  for (size_t i = 0; i < chunk.size(); ++i) {
    const ParsedLine& line = parsed[i];
    const absl::Status& status = line.status.ok() ? results[line.index].status() : line.status;
    ++output.counts.lines;
    if (!status.ok()) {
      ++output.counts.bad_lines;
      const std::string message(status.message());
      AppendErrorLine(line.request.id, chunk[i].number, message, &output.lines);
      continue;
    }
    output.counts.passage_bytes += static_cast<int64_t>(line.request.passage.size());
    append(line.request, *results[line.index], &output);
  }
  return output;
}

ChunkResult ReadChunkOf(const Reader& reader, const decode::AnswerRules& rules, const std::vector<Line>& chunk) {
  const auto run = [&](const std::vector<const LineRequest*>& lines) {
    std::vector<Request> requests;
    for (const LineRequest* line : lines) {
      requests.push_back({line->passage, {line->questions.begin(), line->questions.end()}});
    }
    return reader.ReadAll(requests, rules);
  };
  return WorkOnChunk(chunk, ParseLine, run,
                     [](const LineRequest& request, const std::vector<Reply>& replies, ChunkResult* output) {
                       AppendResultLine(request, replies, &output->lines);
                       output->counts.questions += static_cast<int64_t>(request.questions.size());
                       for (const Reply& reply : replies) {
                         output->counts.answers += static_cast<int64_t>(reply.answers.size());
                       }
                     });
}

ChunkResult TagChunkOf(const Tagger& tagger, float threshold, const std::vector<Line>& chunk) {
  const auto run = [&](const std::vector<const LineRequest*>& lines) {
    std::vector<std::string_view> texts;
    for (const LineRequest* line : lines) texts.emplace_back(line->passage);
    return tagger.TagAll(texts, threshold);
  };
  return WorkOnChunk(chunk, ParseTextLine, run,
                     [](const LineRequest& request, const std::vector<Entity>& entities, ChunkResult* output) {
                       AppendEntityLine(request, entities, &output->lines);
                       output->counts.answers += static_cast<int64_t>(entities.size());
                     });
}

using ChunkWork = std::function<ChunkResult(std::vector<Line> chunk)>;

absl::StatusOr<StreamCounts> StreamChunks(const ChunkWork& work, LineReader* in, const LineSink& out,
                                          const StreamOptions& options) {
  std::mutex mutex;
  StreamCounts total;
  const auto consume = [&](ChunkResult result) {
    if (Interrupted()) return absl::CancelledError("interrupted");
    if (absl::Status status = out(result.lines); !status.ok()) return status;
    const std::lock_guard<std::mutex> lock(mutex);
    Add(result.counts, &total);
    return absl::OkStatus();
  };
  const auto report = [&] {
    if (!options.progress) return;
    StreamCounts snapshot;
    {
      const std::lock_guard<std::mutex> lock(mutex);
      snapshot = total;
    }
    options.progress(snapshot, in->bytes_read());
  };

  OrderedPipeline<std::vector<Line>, ChunkResult> pipeline(WorkerCount(options.workers), work, consume);
  // A failure of the output must be told even when no more input comes.
  in->WhileWaiting([&pipeline] { return pipeline.status(); });
  absl::Status read_status;
  for (bool more = true; more && !Interrupted();) {
    std::vector<Line> chunk;
    const absl::StatusOr<bool> read = ReadChunk(in, &chunk);
    more = read.ok() && *read;
    read_status = read.status();
    if (!chunk.empty() && !pipeline.Push(std::move(chunk))) break;
    report();
  }
  in->WhileWaiting(nullptr);
  absl::Status status = pipeline.Finish();
  if (status.ok()) status = Interrupted() ? absl::CancelledError("interrupted") : read_status;
  if (!status.ok()) return status;
  report();
  return total;
}

}  // namespace

int WorkerCount(int workers) {
  if (workers > 0) return workers;
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

absl::StatusOr<StreamCounts> StreamJsonl(const Reader& reader, LineReader* in, const LineSink& out,
                                         const StreamOptions& options) {
  return StreamChunks([&](const std::vector<Line>& chunk) { return ReadChunkOf(reader, options.rules, chunk); }, in,
                      out, options);
}

absl::StatusOr<StreamCounts> StreamJsonl(const Tagger& tagger, LineReader* in, const LineSink& out,
                                         const StreamOptions& options) {
  return StreamChunks([&](const std::vector<Line>& chunk) { return TagChunkOf(tagger, options.threshold, chunk); }, in,
                      out, options);
}

}  // namespace tiqu::answer
