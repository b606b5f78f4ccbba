#include "base/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "fmt/format.h"

namespace tiqu {
namespace {

constexpr double kTerminalSeconds = 0.2;
constexpr double kPlainSeconds = 10;
constexpr int kBarWidth = 24;

size_t TerminalColumns() {
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// What fits into `columns`: whole characters, those from Hangul jamo on taken as two columns wide.
std::string FitColumns(const std::string& line, size_t columns) {
  size_t used = 0;
  for (size_t i = 0; i < line.size();) {
    const auto lead = static_cast<unsigned char>(line[i]);
    used += lead < 0xE1 ? 1 : 2;
    if (used > columns) return line.substr(0, i);
    i += lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }
  return line;
}

double Seconds(std::chrono::steady_clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

std::string FormatDuration(double seconds) {
  const auto whole = static_cast<int64_t>(std::max(seconds, 0.0) + 0.5);
  if (whole >= 3600) return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

std::string FormatProgress(const ProgressState& state) {
  std::string line = state.title;
  if (state.total > 0) {
    const double part = std::clamp(static_cast<double>(state.done) / static_cast<double>(state.total), 0.0, 1.0);
    if (state.bar) {
      const auto full = static_cast<size_t>(part * kBarWidth);
      line += fmt::format(" [{}{}]", std::string(full, '='), std::string(kBarWidth - full, ' '));
    }
    line += fmt::format(" {:3.0f}% {}/{} {}", part * 100, state.done, state.total, FormatDuration(state.seconds));
    if (part > 0 && part < 1) line += fmt::format(" left {}", FormatDuration(state.seconds * (1 - part) / part));
  } else {
    line += fmt::format(" {} {}", state.done, FormatDuration(state.seconds));
  }
  if (!state.note.empty()) line += "  " + state.note;
  return line;
}

Progress::Progress(std::string title, int64_t total)
    : title_(std::move(title)),
      total_(total),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      last_draw_(start_) {}

Progress::~Progress() {
  // A work that broke off: leave the line as it stands, so that the error message starts on one of its own.
  if (!finished_ && terminal_ && last_draw_ != start_) std::fputc('\n', stderr);
}

void Progress::Update(int64_t done, const std::string& note) {
  done_ = done;
  const Clock::time_point now = Clock::now();
  if (Seconds(now - last_draw_) < (terminal_ ? kTerminalSeconds : kPlainSeconds)) return;
  last_draw_ = now;
  Draw(note, /*last=*/false);
}

void Progress::Finish(const std::string& note) {
  if (finished_) return;
  finished_ = true;
  Draw(note, /*last=*/true);
}

void Progress::Draw(const std::string& note, bool last) {
  const double seconds = Seconds(Clock::now() - start_);
  std::string line = FormatProgress({title_, done_, total_, seconds, note, terminal_});
  if (terminal_) {
    line = "\r\x1b[K" + FitColumns(line, TerminalColumns() - 1) + (last ? "\n" : "");
  } else {
    line += '\n';
  }
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

}  // namespace tiqu
