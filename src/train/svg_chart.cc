#include "train/svg_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fmt/format.h"

namespace tiqu::train {
namespace {

using Points = std::vector<std::pair<double, double>>;

constexpr double kWidth = 640;
constexpr double kHeight = 240;
constexpr double kLeft = 56;
constexpr double kRight = 12;
constexpr double kTop = 28;
constexpr double kBottom = 36;
constexpr size_t kMostPoints = 500;

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void Add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  // A range without width has no scale.
  void Widen() {
    if (high > low) return;
    const double margin = low == 0 ? 1 : std::abs(low) * 0.1;
    low -= margin;
    high += margin;
  }
  double Share(double value) const { return (value - low) / (high - low); }
};

struct Frame {
  Range x;
  Range y;

  double X(double value) const { return kLeft + x.Share(value) * (kWidth - kLeft - kRight); }
  double Y(double value) const { return kHeight - kBottom - y.Share(value) * (kHeight - kTop - kBottom); }
};

Points FinitePoints(const Points& points) {
  Points finite;
  std::copy_if(points.begin(), points.end(), std::back_inserter(finite),
               [](const auto& point) { return std::isfinite(point.first) && std::isfinite(point.second); });
  return ThinPoints(finite, kMostPoints);
}

std::string Text(double x, double y, const char* anchor, std::string_view words) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x, y, anchor, EscapeHtml(words));
}

std::string Axes(const Frame& frame, const std::string& x_label) {
  std::string out;
  for (const double tick : RoundTicks(frame.y.low, frame.y.high, 5)) {
    const double y = frame.Y(tick);
    out += fmt::format("<line class=\"grid\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>", kLeft, y,
                       kWidth - kRight, y);
    out += Text(kLeft - 6, y + 4, "end", fmt::format("{:g}", tick));
  }
  for (const double tick : RoundTicks(frame.x.low, frame.x.high, 6)) {
    out += Text(frame.X(tick), kHeight - kBottom + 16, "middle", fmt::format("{:g}", tick));
  }
  return out + Text((kLeft + kWidth - kRight) / 2, kHeight - 4, "middle", x_label);
}

std::string Line(const Frame& frame, const std::string& color, const Points& points) {
  std::string path;
  for (const auto& [x, y] : points) {
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : " L", frame.X(x), frame.Y(y));
  }
  std::string out = fmt::format("<path class=\"line\" d=\"{}\" stroke=\"{}\"/>", path, EscapeHtml(color));
  if (points.size() > 40) return out;
  for (const auto& [x, y] : points) {
    out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" fill=\"{}\"><title>{:g}: {:g}</title></circle>",
                       frame.X(x), frame.Y(y), EscapeHtml(color), x, y);
  }
  return out;
}

// The chart's title, then the name of each line in its colour.
std::string Legend(const Chart& chart) {
  std::string out = fmt::format("<text x=\"{:.1f}\" y=\"16\" class=\"name\">{}", kLeft, EscapeHtml(chart.title));
  for (const ChartSeries& series : chart.series) {
    if (series.name.empty()) continue;
    out +=
        fmt::format("<tspan dx=\"14\" style=\"fill:{}\">{}</tspan>", EscapeHtml(series.color), EscapeHtml(series.name));
  }
  return out + "</text>";
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        const bool control = (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
        if (control) {
          out += "\xef\xbf\xbd";
        } else {
          out += c;
        }
      }
    }
  }
  return out;
}

std::vector<double> RoundTicks(double low, double high, int wanted) {
  if (!(high > low) || !std::isfinite(high - low)) return {};
  const double rough = (high - low) / std::max(wanted, 1);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * 0.999) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  const double slack = step * 1e-6;
  for (double k = std::ceil((low - slack) / step); k * step <= high + slack; ++k)
    ticks.push_back(k == 0 ? 0 : k * step);
  return ticks;
}

Points ThinPoints(const Points& points, size_t limit) {
  if (points.size() <= limit || limit == 0) return points;
  const size_t run = (points.size() + limit - 1) / limit;
  Points thin;
  for (size_t first = 0; first < points.size(); first += run) {
    const size_t last = std::min(points.size(), first + run);
    double x = 0;
    double y = 0;
    for (size_t i = first; i < last; ++i) {
      x += points[i].first;
      y += points[i].second;
    }
    thin.emplace_back(x / static_cast<double>(last - first), y / static_cast<double>(last - first));
  }
  return thin;
}

std::string RenderChart(const Chart& chart) {
  Frame frame;
  std::vector<Points> lines;
  for (const ChartSeries& series : chart.series) {
    lines.push_back(FinitePoints(series.points));
    for (const auto& [x, y] : lines.back()) {
      frame.x.Add(x);
      frame.y.Add(y);
    }
  }
  std::string out =
      fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\">", kWidth, kHeight);
  out += fmt::format("<title>{}</title>", EscapeHtml(chart.title));
  if (!std::isfinite(frame.x.low)) {
    return out + Legend(chart) + Text(kWidth / 2, kHeight / 2, "middle", "no figures yet") + "</svg>";
  }
  frame.x.Widen();
  frame.y.Widen();
  out += Axes(frame, chart.x_label);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].empty()) out += Line(frame, chart.series[i].color, lines[i]);
  }
  return out + Legend(chart) + "</svg>";
}

}  // namespace tiqu::train
