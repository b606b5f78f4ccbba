#include "serving/models/text_config.h"

#include "base/file.h"
#include "base/nesting.h"
#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace tiqu::serving {
namespace {

// Keeps the first error for the message instead of logging it.
class FirstConfigError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty()) text_ = fmt::format("{}:{}: {}", line + 1, column + 1, message);
  }
  void AddWarning(int, int, const std::string&) override {}
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

absl::Status ConfigError(const google::protobuf::Message& message, std::string_view what) {
  return absl::InvalidArgumentError(
      fmt::format("Error parsing text-format {}: {}", message.GetDescriptor()->full_name(), what));
}

}  // namespace

absl::Status ParseTextConfig(std::string_view text, google::protobuf::Message* message) {
  // The parser's own limit does not count in fields that it skips.
  if (NestsDeeperThan(text, kDeepestNesting)) {
    return ConfigError(*message, fmt::format("nested deeper than the limit of {}", kDeepestNesting));
  }
  google::protobuf::TextFormat::Parser parser;
  FirstConfigError error;
  parser.RecordErrorsTo(&error);
  if (parser.ParseFromString(std::string(text), message)) return absl::OkStatus();
  return ConfigError(*message, error.text());
}

absl::Status ReadTextConfig(const std::string& path, google::protobuf::Message* message) {
  TIQU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return Annotate(ParseTextConfig(text, message), path);
}

}  // namespace tiqu::serving
