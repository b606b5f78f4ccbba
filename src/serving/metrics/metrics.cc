#include "serving/metrics/metrics.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <mutex>
#include <shared_mutex>
#include <tuple>
#include <unordered_map>

#include "absl/strings/str_cat.h"

namespace tiqu::serving {
namespace {

// A name from a request, such as that of a model that does not exist, may become a label: what a stranger sends must
// not fill the memory.
constexpr size_t kMostSeries = 5000;
constexpr char kDropped[] = ":tiqu:serving:metrics_dropped";

std::string MetricName(const std::string& name) {
  std::string out;
  if (!name.empty() && name[0] >= '0' && name[0] <= '9') out = "_";
  for (const char c : name) out.push_back(std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ? c : ':');
  return out;
}

std::string LabelName(const std::string& name) {
  std::string out;
  if (!name.empty() && name[0] >= '0' && name[0] <= '9') out = "_";
  for (const char c : name) out.push_back(std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_');
  return out;
}

// model_name="m",status="OK"
std::string LabelText(const MetricLabels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out.push_back(',');
    absl::StrAppend(&out, LabelName(name), "=\"");
    for (const char c : value) {
      if (c == '\\' || c == '"') out.push_back('\\');
      if (c == '\n') {
        out.append("\\n");
      } else {
        out.push_back(c);
      }
    }
    out.push_back('"');
  }
  return out;
}

// Whole numbers without a point, others with as many digits as give them back.
std::string NumberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  if (value == std::floor(value) && std::abs(value) < 1e15) return absl::StrCat(static_cast<int64_t>(value));
  char text[40];
  return {text, std::to_chars(text, text + sizeof(text), value).ptr};
}

// Six digits, as the dashboards know the bounds.
std::string BoundText(double value) {
  char text[40];
  std::snprintf(text, sizeof(text), "%g", value);
  return text;
}

void AddTo(std::atomic<double>* sum, double value) {
  double before = sum->load(std::memory_order_relaxed);
  while (!sum->compare_exchange_weak(before, before + value, std::memory_order_relaxed)) {
  }
}

}  // namespace

// One line of a metric, or the lines of one histogram.
struct Metrics::Family {
  enum class Kind { kCounter, kGauge, kHistogram };

  std::string name;
  std::string labels;  // as text
  Kind kind = Kind::kCounter;
  std::atomic<int64_t> count{0};  // of a counter
  std::atomic<double> value{0};   // of a gauge; the sum of a histogram
  std::vector<double> bounds;
  std::unique_ptr<std::atomic<int64_t>[]> buckets;  // one more than bounds

  void MakeBuckets(const HistogramBuckets& form) {
    double bound = form.scale;
    for (int i = 0; i < form.count; ++i, bound *= form.growth) bounds.push_back(bound);
    buckets = std::make_unique<std::atomic<int64_t>[]>(bounds.size() + 1);
  }

  void AppendText(std::string* out) const;
};

struct Metrics::State {
  using Key = std::string;  // name and labels

  mutable std::shared_mutex mutex;
  std::unordered_map<Key, std::shared_ptr<Family>> series;

  static Key KeyOf(const std::string& name, const MetricLabels& labels) {
    Key key = name;
    for (const auto& [label, value] : labels) {
      key.push_back('\0');
      key += label;
      key.push_back('\0');
      key += value;
    }
    return key;
  }

  std::shared_ptr<Family> Find(const Key& key) const {
    const std::shared_lock lock(mutex);
    const auto found = series.find(key);
    return found == series.end() ? nullptr : found->second;
  }

  // Null when there are too many already.
  std::shared_ptr<Family> FindOrMake(Family::Kind kind, const std::string& name, const MetricLabels& labels,
                                     const HistogramBuckets& form) {
    Key key = KeyOf(name, labels);
    if (std::shared_ptr<Family> found = Find(key)) return found;
    auto made = std::make_shared<Family>();
    made->name = MetricName(name);
    made->labels = LabelText(labels);
    made->kind = kind;
    if (kind == Family::Kind::kHistogram) made->MakeBuckets(form);
    const std::unique_lock lock(mutex);
    if (series.size() >= kMostSeries && !series.contains(key)) {
      if (name == kDropped) return nullptr;
      const auto dropped = series.find(kDropped);
      if (dropped != series.end()) dropped->second->count.fetch_add(1, std::memory_order_relaxed);
      return nullptr;
    }
    return series.try_emplace(std::move(key), std::move(made)).first->second;
  }
};

void Metrics::Family::AppendText(std::string* out) const {
  if (kind == Kind::kCounter) {
    absl::StrAppend(out, name, "{", labels, "} ", count.load(std::memory_order_relaxed), "\n");
    return;
  }
  if (kind == Kind::kGauge) {
    absl::StrAppend(out, name, "{", labels, "} ", NumberText(value.load(std::memory_order_relaxed)), "\n");
    return;
  }
  int64_t below = 0;
  for (size_t i = 0; i <= bounds.size(); ++i) {
    below += buckets[i].load(std::memory_order_relaxed);
    absl::StrAppend(out, name, "_bucket{", labels, labels.empty() ? "" : ",", "le=\"",
                    i < bounds.size() ? BoundText(bounds[i]) : "+Inf");
    absl::StrAppend(out, "\"} ", below, "\n");
  }
  absl::StrAppend(out, name, "_sum{", labels, "} ", NumberText(value.load(std::memory_order_relaxed)), "\n");
  absl::StrAppend(out, name, "_count{", labels, "} ", below, "\n");
}

Metrics::Metrics() : state_(std::make_unique<State>()) { Count(kDropped, {}, 0); }
Metrics::~Metrics() = default;

void Metrics::Count(const std::string& name, const MetricLabels& labels, int64_t by) {
  const auto series = state_->FindOrMake(Family::Kind::kCounter, name, labels, {});
  if (series != nullptr) series->count.fetch_add(by, std::memory_order_relaxed);
}

void Metrics::Set(const std::string& name, const MetricLabels& labels, double value) {
  const auto series = state_->FindOrMake(Family::Kind::kGauge, name, labels, {});
  if (series != nullptr) series->value.store(value, std::memory_order_relaxed);
}

void Metrics::Observe(const std::string& name, const MetricLabels& labels, double value,
                      const HistogramBuckets& buckets) {
  const auto series = state_->FindOrMake(Family::Kind::kHistogram, name, labels, buckets);
  if (series == nullptr || series->kind != Family::Kind::kHistogram) return;
  const auto bound = std::lower_bound(series->bounds.begin(), series->bounds.end(), value);
  series->buckets[bound - series->bounds.begin()].fetch_add(1, std::memory_order_relaxed);
  AddTo(&series->value, value);
}

void Metrics::Remove(const std::string& name, const MetricLabels& labels) {
  const std::unique_lock lock(state_->mutex);
  state_->series.erase(State::KeyOf(name, labels));
}

std::string Metrics::Text() const {
  std::vector<std::shared_ptr<Family>> all;
  {
    const std::shared_lock lock(state_->mutex);
    for (const auto& [key, series] : state_->series) all.push_back(series);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a->name, a->kind, a->labels) < std::tie(b->name, b->kind, b->labels);
  });
  constexpr std::array kKindWords = {"counter", "gauge", "histogram"};
  std::string out;
  const std::string* before = nullptr;
  for (const auto& series : all) {
    if (before == nullptr || *before != series->name) {
      absl::StrAppend(&out, "# TYPE ", series->name, " ", kKindWords[static_cast<size_t>(series->kind)], "\n");
    }
    before = &series->name;
    series->AppendText(&out);
  }
  return out;
}

}  // namespace tiqu::serving
