#include "train/training_state.h"

#include <cstring>

#include "base/file.h"
#include "base/status.h"
#include "fmt/format.h"

namespace tiqu::train {
namespace {

using nlohmann::json;

constexpr char kMagic[] = "TIQUTRN\n";
constexpr size_t kMagicBytes = 8;
constexpr uint32_t kVersion = 1;

template <typename T>
void AppendNumber(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void AppendFloats(const std::vector<float>& values, std::string* out) {
  AppendNumber<uint64_t>(values.size(), out);
  out->append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

json CountersOf(const TrainingState& state) {
  return {{"config", state.config},
          {"data_fingerprint", state.data_fingerprint},
          {"epoch", state.epoch},
          {"batch", state.batch},
          {"step", state.adam.step},
          {"seconds", state.seconds},
          {"validation_seconds", state.validation_seconds},
          {"best_score", state.best_score},
          {"best_loss", state.best_loss},
          {"best_step", state.best_step},
          {"validated_step", state.validated_step},
          {"bad_validations", state.bad_validations},
          {"metrics_bytes", state.metrics_bytes},
          {"finished", state.finished}};
}

void ReadCounters(const json& counters, TrainingState* state) {
  state->config = counters.at("config");
  counters.at("data_fingerprint").get_to(state->data_fingerprint);
  counters.at("epoch").get_to(state->epoch);
  counters.at("batch").get_to(state->batch);
  counters.at("step").get_to(state->adam.step);
  counters.at("seconds").get_to(state->seconds);
  counters.at("validation_seconds").get_to(state->validation_seconds);
  counters.at("best_score").get_to(state->best_score);
  state->best_loss = counters.value("best_loss", 0.0);
  counters.at("best_step").get_to(state->best_step);
  counters.at("validated_step").get_to(state->validated_step);
  counters.at("bad_validations").get_to(state->bad_validations);
  counters.at("metrics_bytes").get_to(state->metrics_bytes);
  counters.at("finished").get_to(state->finished);
}

// Takes numbers and arrays off the front; false when the bytes end before.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  bool Number(T* value) {
    if (rest_.size() < sizeof(T)) return false;
    std::memcpy(value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return true;
  }
  bool Text(std::string_view* text) {
    uint64_t size = 0;
    if (!Number(&size) || size > rest_.size()) return false;
    *text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  bool Floats(std::vector<float>* values) {
    uint64_t size = 0;
    if (!Number(&size) || size > rest_.size() / sizeof(float)) return false;
    values->resize(size);
    std::memcpy(values->data(), rest_.data(), size * sizeof(float));
    rest_.remove_prefix(size * sizeof(float));
    return true;
  }

 private:
  std::string_view rest_;
};

absl::StatusOr<TrainingState> Parse(std::string_view bytes) {
  Reader reader(bytes);
  TrainingState state;
  uint32_t version = 0;
  std::string_view text;
  if (!reader.Number(&version) || version != kVersion) return absl::InvalidArgumentError("is of another version");
  if (!reader.Text(&text) || !reader.Floats(&state.weights) || !reader.Floats(&state.adam.first_moment) ||
      !reader.Floats(&state.adam.second_moment) || !reader.Floats(&state.adam.average)) {
    return absl::DataLossError("ends too early");
  }
  try {
    ReadCounters(json::parse(text), &state);
  } catch (const json::exception& error) {
    return absl::DataLossError(error.what());
  }
  return state;
}

}  // namespace

uint64_t Fingerprint(const void* bytes, size_t count, uint64_t hash) {
  const auto* p = static_cast<const unsigned char*>(bytes);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {  // eight bytes at a time: states are tens of megabytes
    uint64_t word = 0;
    std::memcpy(&word, p + i, 8);
    hash = (hash ^ word) * 0x100000001b3ULL;
    hash ^= hash >> 29;
  }
  for (; i < count; ++i) hash = (hash ^ p[i]) * 0x100000001b3ULL;
  return hash;
}

absl::Status SaveTrainingState(const TrainingState& state, const std::string& path) {
  std::string bytes(kMagic, kMagicBytes);
  AppendNumber(kVersion, &bytes);
  const std::string counters = CountersOf(state).dump();
  AppendNumber<uint64_t>(counters.size(), &bytes);
  bytes += counters;
  AppendFloats(state.weights, &bytes);
  AppendFloats(state.adam.first_moment, &bytes);
  AppendFloats(state.adam.second_moment, &bytes);
  AppendFloats(state.adam.average, &bytes);
  AppendNumber(Fingerprint(bytes.data(), bytes.size(), kFingerprintStart), &bytes);
  return WriteFileAtomically(path, bytes);
}

absl::StatusOr<TrainingState> LoadTrainingState(const std::string& path) {
  TIQU_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  if (bytes.size() < kMagicBytes + 8 || std::memcmp(bytes.data(), kMagic, kMagicBytes) != 0) {
    return absl::InvalidArgumentError(fmt::format("{} is not the state of a training", path));
  }
  const size_t end = bytes.size() - 8;
  uint64_t sum = 0;
  std::memcpy(&sum, bytes.data() + end, 8);
  if (sum != Fingerprint(bytes.data(), end, kFingerprintStart)) {
    return absl::DataLossError(fmt::format("{} is damaged: its check sum does not fit", path));
  }
  auto state = Parse(std::string_view(bytes).substr(kMagicBytes, end - kMagicBytes));
  if (!state.ok()) return Annotate(state.status(), path);
  return state;
}

}  // namespace tiqu::train
