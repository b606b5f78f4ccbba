// Line charts as inline SVG, for pages that load nothing from elsewhere.
//
//   RenderChart({"loss", "step", {{"a sample", "#4c78a8", {{20, 31.2}, {40, 12.5}}}}})   ->   "<svg ...>...</svg>"
//
// What comes out is well-formed XML. Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tiqu::train {

struct ChartSeries {
  std::string name;
  std::string color;                              // CSS
  std::vector<std::pair<double, double>> points;  // x rising; points that are not finite are left out
};

struct Chart {
  std::string title;
  std::string x_label;
  std::vector<ChartSeries> series;
};

std::string RenderChart(const Chart& chart);

// Round numbers (1, 2 or 5 times a power of ten apart) inside [low, high], about `wanted` of them.
std::vector<double> RoundTicks(double low, double high, int wanted);

// At most `limit` points: the means of runs of equal length.
std::vector<std::pair<double, double>> ThinPoints(const std::vector<std::pair<double, double>>& points, size_t limit);

// & < > " ' as entities, control characters (which no page may hold) as U+FFFD. Bytes above 127 stay as they are.
std::string EscapeHtml(std::string_view text);

}  // namespace tiqu::train
