#include "serving/server_settings.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status.h"
#include "serving/batching/batch_metrics.h"
#include "serving/models/saved_model_loader.h"
#include "serving/models/servable_batching.h"
#include "serving/models/server_config.h"
#include "serving/models/text_config.h"

namespace tiqu::serving {
namespace {

constexpr char kMetricsPath[] = "/monitoring/prometheus/metrics";
constexpr int kThreadsACore = 4;  // of requests; the run gate lets as many run as there are cores

int Cores() { return std::max(1U, std::thread::hardware_concurrency()); }

// Calls that wait hold a thread each, and a batch is made of calls that wait. A thread starts when it is needed.
constexpr int kLeastGrpcThreads = 256;

int ThreadsOr(int threads) { return threads > 0 ? threads : kThreadsACore * Cores(); }

absl::StatusOr<pb::ModelServerConfig> ReadModels(const ServerOptions& options) {
  pb::ModelServerConfig config;
  if (!options.model_config_file.empty()) {
    TIQU_RETURN_IF_ERROR(ReadTextConfig(options.model_config_file, &config));
    return config;
  }
  if (options.model_base_path.empty()) {
    return absl::InvalidArgumentError(
        "Both server_options.model_base_path and server_options.model_config_file are empty! Give --model_base_path or "
        "--model_config_file, or set MODEL_NAME for /models/MODEL_NAME");
  }
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(options.model_base_path, error);
  return SingleModelConfig(options.model_name, error ? options.model_base_path : path.lexically_normal().string());
}

absl::StatusOr<std::string> ReadMetricsPath(const std::string& file) {
  if (file.empty()) return std::string();
  pb::MonitoringConfig config;
  TIQU_RETURN_IF_ERROR(ReadTextConfig(file, &config));
  if (!config.prometheus_config().enable()) return std::string();
  const std::string& path = config.prometheus_config().path();
  return path.empty() ? kMetricsPath : path;
}

absl::StatusOr<std::string> ReadToken(const std::string& file) {
  if (file.empty()) return std::string();
  TIQU_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
  std::string token(absl::StripAsciiWhitespace(text.substr(0, text.find('\n'))));
  if (token.empty()) return absl::InvalidArgumentError(absl::StrCat("bearer_token_file ", file, " has no token"));
  return token;
}

absl::StatusOr<pb::SSLConfig> ReadSsl(const std::string& file) {
  pb::SSLConfig ssl;
  if (file.empty()) return ssl;
  TIQU_RETURN_IF_ERROR(ReadTextConfig(file, &ssl));
  if (ssl.server_key().empty() || ssl.server_cert().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("ssl_config_file ", file, " needs server_key and server_cert, the PEM texts themselves"));
  }
  return ssl;
}

absl::StatusOr<ServableBatching> ReadBatching(const ServerOptions& options, Metrics* metrics) {
  if (!options.enable_batching) {
    if (options.batching_parameters_file.empty()) return ServableBatching();
    return absl::InvalidArgumentError(
        "server_options.batching_parameters_file cannot be set without setting enable_batching to true.");
  }
  TIQU_ASSIGN_OR_RETURN(ServableBatching batching, MakeServableBatching(options.batching_parameters_file,
                                                                        options.enable_per_model_batching_parameters));
  batching.observer = [metrics](const std::string& model, const std::string& signature, const BatchReport& report) {
    CountBatch(metrics, model, signature, report);
  };
  return batching;
}

absl::Status CheckNumber(const char* flag, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(flag, " is ", value, ", expected ", least, " to ", most));
}

absl::Status CheckNumbers(const ServerOptions& options) {
  constexpr int kMostThreads = 10'000, kMost = 1 << 30, kMostPort = 65'535;
  TIQU_RETURN_IF_ERROR(CheckNumber("port", options.port, 0, kMostPort));
  TIQU_RETURN_IF_ERROR(CheckNumber("rest_api_port", options.rest_api_port, 0, kMostPort));
  TIQU_RETURN_IF_ERROR(CheckNumber("num_load_threads", options.num_load_threads, 0, kMostThreads));
  TIQU_RETURN_IF_ERROR(CheckNumber("rest_api_num_threads", options.rest_api_num_threads, 0, kMostThreads));
  TIQU_RETURN_IF_ERROR(CheckNumber("grpc_max_threads", options.grpc_max_threads, 0, kMostThreads));
  TIQU_RETURN_IF_ERROR(
      CheckNumber("tensorflow_session_parallelism", options.tensorflow_session_parallelism, 0, kMostThreads));
  TIQU_RETURN_IF_ERROR(CheckNumber("max_num_load_retries", options.max_num_load_retries, 0, kMost));
  TIQU_RETURN_IF_ERROR(CheckNumber("load_retry_interval_micros", options.load_retry_interval_micros, 0, INT64_MAX));
  TIQU_RETURN_IF_ERROR(CheckNumber("max_body_bytes", options.max_body_bytes, 1, INT64_MAX));
  TIQU_RETURN_IF_ERROR(CheckNumber("max_passage_chars", options.max_passage_chars, 0, kMost));
  TIQU_RETURN_IF_ERROR(CheckNumber("max_questions", options.max_questions, 1, kMost));
  return CheckNumber("drain_seconds", options.drain_seconds, 0, kMost);
}

}  // namespace

absl::StatusOr<ServerFiles> ReadServerFiles(const ServerOptions& options) {
  TIQU_RETURN_IF_ERROR(CheckNumbers(options));
  ServerFiles files;
  TIQU_ASSIGN_OR_RETURN(files.models, ReadModels(options));
  TIQU_ASSIGN_OR_RETURN(files.ssl, ReadSsl(options.ssl_config_file));
  TIQU_ASSIGN_OR_RETURN(files.metrics_path, ReadMetricsPath(options.monitoring_config_file));
  TIQU_ASSIGN_OR_RETURN(files.bearer_token, ReadToken(options.bearer_token_file));
  return files;
}

absl::StatusOr<ModelStoreOptions> MakeStoreOptions(const ServerOptions& options, TextThreads* text_threads,
                                                   Metrics* metrics) {
  SavedModelLoaderOptions loader;
  loader.servable.gate = std::make_shared<RunGate>(options.tensorflow_session_parallelism);
  loader.servable.text_threads = text_threads;
  loader.servable.tags = options.saved_model_tags;
  loader.servable.precision = options.precision;
  loader.servable.reader.max_passage_chars = options.max_passage_chars;
  TIQU_ASSIGN_OR_RETURN(loader.servable.batching, ReadBatching(options, metrics));
  loader.warm_up = options.enable_model_warmup;
  loader.warm_up_iterations = options.num_request_iterations_for_warmup;
  ModelStoreOptions store;
  store.loader = MakeSavedModelLoader(loader);
  store.poll_interval = absl::Seconds(options.file_system_poll_wait_seconds);
  store.load_threads = options.num_load_threads;
  store.versions.max_load_retries = options.max_num_load_retries;
  store.versions.load_retry_interval = absl::Microseconds(options.load_retry_interval_micros);
  store.allow_labels_for_unavailable = options.allow_version_labels_for_unavailable_models;
  store.config_file = options.model_config_file;
  store.config_poll_interval = absl::Seconds(options.model_config_file_poll_wait_seconds);
  return store;
}

GrpcOptions MakeGrpcOptions(const ServerOptions& options, const ServerFiles& files) {
  GrpcOptions grpc;
  const std::string host = options.listen_address.empty() ? "0.0.0.0" : options.listen_address;
  if (options.port != 0) grpc.address = absl::StrCat(host, ":", options.port);
  grpc.socket_path = options.grpc_socket_path;
  grpc.max_threads = options.grpc_max_threads > 0 ? options.grpc_max_threads
                                                  : std::max(kLeastGrpcThreads, ThreadsOr(options.grpc_max_threads));
  grpc.channel_arguments = options.grpc_channel_arguments;
  grpc.ssl = files.ssl;
  grpc.health = options.enable_grpc_healthcheck_service;
  grpc.tensor_content = options.enable_serialization_as_tensor_content;
  grpc.classify.check_method_name = options.enable_signature_method_name_check;
  grpc.bearer_token = files.bearer_token;
  return grpc;
}

RestOptions MakeRestOptions(const ServerOptions& options, const ServerFiles& files) {
  RestOptions rest;
  rest.timeout = absl::Milliseconds(options.rest_api_timeout_in_ms);
  rest.cors = options.rest_api_enable_cors_support;
  rest.metrics_path = files.metrics_path;
  rest.bearer_token = files.bearer_token;
  rest.classify.check_method_name = options.enable_signature_method_name_check;
  rest.extract.passage_chars = options.max_passage_chars == 0 ? INT64_MAX : options.max_passage_chars;
  rest.extract.questions = options.max_questions;
  return rest;
}

HttpServerOptions MakeHttpOptions(const ServerOptions& options, const ServerFiles& files) {
  HttpServerOptions http;
  http.address = options.listen_address;
  http.port = options.rest_api_port;
  http.worker_threads = ThreadsOr(options.rest_api_num_threads);
  http.max_body_bytes = static_cast<size_t>(options.max_body_bytes);
  http.tls = files.ssl;
  http.log_requests = options.log_requests;
  return http;
}

}  // namespace tiqu::serving
