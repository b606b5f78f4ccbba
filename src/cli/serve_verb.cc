// tiqu serve: TensorFlow Serving's interface, and text in, answers out.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>

#include "absl/strings/str_split.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/precision_flag.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"
#include "fmt/format.h"
#include "serving/server.h"
#include "tiqu/tiqu.h"

namespace tiqu::cli {
namespace {

using serving::ServerOptions;

struct ServeVerbOptions : ServerOptions {
  std::string tags = "serve";
  bool version = false;
};

// Flags of TensorFlow Serving that change nothing here.
constexpr const char* kWithoutEffect[] = {
    "num_unload_threads",
    "flush_filesystem_caches",
    "tensorflow_intra_op_parallelism",
    "tensorflow_inter_op_parallelism",
    "tensorflow_session_config_file",
    "platform_config_file",
    "per_process_gpu_memory_fraction",
    "remove_unused_fields_from_bundle_metagraph",
    "prefer_tflite_model",
    "num_tflite_pools",
    "num_tflite_interpreters_per_pool",
    "enable_profiler",
    "thread_pool_factory_config_file",
    "mixed_precision",
    "skip_initialize_tpu",
    "use_alts_credentials",
};

void WarnOfArguments(const std::vector<std::string>& arguments) {
  const std::set<std::string> known(std::begin(kWithoutEffect), std::end(kWithoutEffect));
  for (const std::string& argument : arguments) {
    const size_t begin = argument.find_first_not_of('-');
    const std::string name = begin == std::string::npos ? argument : argument.substr(begin, argument.find('=') - begin);
    if (known.contains(name)) {
      TIQU_LOG_WARNING("{} has no effect on this server", argument);
    } else {
      std::fprintf(stderr, "unknown argument: %s (`tiqu serve --help` lists the flags)\n", argument.c_str());
    }
  }
}

// As TensorFlow Serving's container: MODEL_NAME below MODEL_BASE_PATH, which is /models.
void TakeEnvironment(const CLI::App& verb, ServerOptions* options) {
  const char* name = std::getenv("MODEL_NAME");
  if (name == nullptr || *name == '\0' || !options->model_base_path.empty() || !options->model_config_file.empty()) {
    return;
  }
  const char* base = std::getenv("MODEL_BASE_PATH");
  if (verb.count("--model_name") == 0) options->model_name = name;
  options->model_base_path = fmt::format("{}/{}", base != nullptr && *base != '\0' ? base : "/models", name);
}

absl::Status RunServe(ServeVerbOptions options, const CLI::App& verb) {
  if (options.version) {
    const std::string version =
        fmt::format("tiqu-{}.{}.{}", TIQU_VERSION_MAJOR, TIQU_VERSION_MINOR, TIQU_VERSION_PATCH);
    return WriteStandardOutput(fmt::format("TensorFlow ModelServer: {}\nTensorFlow Library: {}\n", version, version));
  }
  WarnOfArguments(verb.remaining());
  TakeEnvironment(verb, &options);
  options.saved_model_tags = absl::StrSplit(options.tags, ',');
  CatchInterrupts();
  return serving::RunServer(options, [] { return Interrupted(); });
}

void AddModelFlags(CLI::App* verb, ServeVerbOptions* o) {
  verb->add_option("--model_name", o->model_name, "Name of the one model")->capture_default_str();
  verb->add_option("--model_base_path", o->model_base_path, "Folder of its versions; or set MODEL_NAME: /models/NAME");
  verb->add_option("--model_config_file", o->model_config_file, "Several models: a ModelServerConfig in text form");
  verb->add_option("--model_config_file_poll_wait_seconds", o->model_config_file_poll_wait_seconds,
                   "Seconds between looks at that file; 0: never again")
      ->capture_default_str();
  verb->add_option("--file_system_poll_wait_seconds", o->file_system_poll_wait_seconds,
                   "Seconds between looks for versions; 0: once")
      ->capture_default_str();
  verb->add_flag("--allow_version_labels_for_unavailable_models", o->allow_version_labels_for_unavailable_models,
                 "New labels may stand for versions that are not loaded");
  verb->add_option("--saved_model_tags", o->tags, "Tags of the graph, separated by commas")->capture_default_str();
  AddPrecisionFlag(verb, &o->precision);
  verb->add_option("--num_load_threads", o->num_load_threads, "0: one a core")->capture_default_str();
  verb->add_option("--max_num_load_retries", o->max_num_load_retries, "Further tries of a load that failed")
      ->capture_default_str();
  verb->add_option("--load_retry_interval_micros", o->load_retry_interval_micros, "Between two tries")
      ->capture_default_str();
  verb->add_flag("--enable_model_warmup", o->enable_model_warmup,
                 "Run the requests of assets.extra/tf_serving_warmup_requests before a version goes live [on]");
  verb->add_option("--num_request_iterations_for_warmup", o->num_request_iterations_for_warmup,
                   "How often each; 0: once")
      ->capture_default_str();
}

void AddPortFlags(CLI::App* verb, ServeVerbOptions* o) {
  verb->add_option("--port", o->port, "gRPC; 0: none")->capture_default_str();
  verb->add_option("--rest_api_port", o->rest_api_port, "REST; 0: none")->capture_default_str();
  verb->add_option("--listen_address", o->listen_address, "Of both ports; empty: every address of the machine")
      ->envname("TIQU_LISTEN_ADDRESS");
  verb->add_option("--grpc_socket_path", o->grpc_socket_path, "gRPC on a Unix socket");
  verb->add_option("--grpc_max_threads", o->grpc_max_threads, "0: four a core, at least 256")->capture_default_str();
  verb->add_option("--grpc_channel_arguments", o->grpc_channel_arguments, "NAME=VALUE,...");
  verb->add_flag("--enable_grpc_healthcheck_service", o->enable_grpc_healthcheck_service, "grpc.health.v1 [on]");
  verb->add_flag("--enable_serialization_as_tensor_content", o->enable_serialization_as_tensor_content,
                 "Answer gRPC with tensors as bytes");
  verb->add_flag("--enable_signature_method_name_check", o->enable_signature_method_name_check,
                 "Classify and regress only signatures of that method name");
  verb->add_option("--rest_api_num_threads", o->rest_api_num_threads, "0: four a core")->capture_default_str();
  verb->add_option("--rest_api_timeout_in_ms", o->rest_api_timeout_in_ms, "Of a REST request")->capture_default_str();
  verb->add_flag("--rest_api_enable_cors_support", o->rest_api_enable_cors_support, "For pages of other origins");
}

void AddOperationFlags(CLI::App* verb, ServeVerbOptions* o) {
  verb->add_option("--tensorflow_session_parallelism", o->tensorflow_session_parallelism,
                   "Runs at a time; 0: one a core")
      ->capture_default_str();
  verb->add_flag("--enable_batching", o->enable_batching, "Run requests of one signature together");
  verb->add_option("--batching_parameters_file", o->batching_parameters_file, "BatchingParameters in text form");
  verb->add_flag("--enable_per_model_batching_parameters", o->enable_per_model_batching_parameters,
                 "Read batching_params.pbtxt of a version's folder");
  verb->add_option("--ssl_config_file", o->ssl_config_file, "SSLConfig in text form: TLS on both ports");
  verb->add_option("--bearer_token_file", o->bearer_token_file, "Clients must show the token in this file");
  verb->add_option("--monitoring_config_file", o->monitoring_config_file, "MonitoringConfig in text form");
  verb->add_option("--max_body_bytes", o->max_body_bytes, "Of a REST request")->capture_default_str();
  verb->add_option("--max_passage_chars", o->max_passage_chars, "Of a text request; 0: no limit")
      ->capture_default_str();
  verb->add_option("--max_questions", o->max_questions, "Of one text request")->capture_default_str();
  verb->add_flag("--log_requests", o->log_requests, "A log line a REST request");
  verb->add_option("--drain_seconds", o->drain_seconds, "For running requests, after SIGTERM")->capture_default_str();
}

}  // namespace

void AddServeVerb(CLI::App& app, VerbResult* result) {
  auto options = std::make_shared<ServeVerbOptions>();
  CLI::App* verb = app.add_subcommand("serve", "Serve models over REST and gRPC, as TensorFlow Serving does");
  AddModelFlags(verb, options.get());
  AddPortFlags(verb, options.get());
  AddOperationFlags(verb, options.get());
  verb->add_flag("--version", options->version, "Print the version");
  verb->allow_extras();
  verb->callback([options, verb, result] { result->status = RunServe(*options, *verb); });
}

}  // namespace tiqu::cli
