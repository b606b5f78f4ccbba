// The result of a call: a code and, when it failed, a message that names the thing, the value and the limit.
//
//   tiqu::Result<tiqu::Extractor> extractor = tiqu::Extractor::Load("models/starter");
//   if (!extractor.ok()) std::cerr << extractor.status().message() << '\n';
//
// Thread safety: a Status is a value.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace tiqu {

// gRPC's canonical codes under gRPC's numbers.
enum class StatusCode {
  kOk = 0,
  kCancelled = 1,           // the caller or a signal stopped the work
  kUnknown = 2,             // an error from outside that has no code of its own
  kInvalidArgument = 3,     // what was passed in is wrong whatever the state of the system
  kDeadlineExceeded = 4,    // time ran out
  kNotFound = 5,            // a file, model, signature or field does not exist
  kAlreadyExists = 6,       // an output stands there already
  kPermissionDenied = 7,    // the operating system refused
  kResourceExhausted = 8,   // disk, memory or a configured limit is used up
  kFailedPrecondition = 9,  // the system is not in the state that the call needs
  kAborted = 10,            // given up in favour of another
  kOutOfRange = 11,         // past the end
  kUnimplemented = 12,      // an operation that is not supported
  kInternal = 13,           // an invariant of ours broke
  kUnavailable = 14,        // may work later
  kDataLoss = 15,           // a file is damaged or truncated
  kUnauthenticated = 16,    // no valid credentials
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

// A value, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Status status) : status_(std::move(status)) {}  // REQUIRES: !status.ok()

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }

  // REQUIRES: ok()
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  T& operator*() & { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  const T& operator*() const& { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace tiqu
