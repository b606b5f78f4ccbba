// Everything that a server is started with. The fields carry the names of `tiqu serve`'s flags, which are TensorFlow
// Serving's where it has them; docs/serving.md describes each.
//
// Thread safety: a value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tiqu/options.h"

namespace tiqu::serving {

struct ServerOptions {
  // --- which models ---
  std::string model_name = "default";
  std::string model_base_path;
  std::string model_config_file;
  int model_config_file_poll_wait_seconds = 0;  // 0: never
  int file_system_poll_wait_seconds = 1;        // 0: once; negative: never
  bool allow_version_labels_for_unavailable_models = false;
  std::vector<std::string> saved_model_tags = {"serve"};
  Precision precision = Precision::kFloat32;

  // --- loading ---
  int num_load_threads = 0;  // 0: one a core
  int max_num_load_retries = 5;
  int64_t load_retry_interval_micros = 60'000'000;
  bool enable_model_warmup = true;
  int num_request_iterations_for_warmup = 0;

  // --- where it listens ---
  std::string listen_address;  // empty: every address of the machine
  int port = 8500;             // gRPC; 0: none
  std::string grpc_socket_path;
  int rest_api_port = 8501;  // 0: none
  bool rest_api_enable_cors_support = false;
  int rest_api_num_threads = 0;  // 0: four a core
  int64_t rest_api_timeout_in_ms = 30'000;
  int grpc_max_threads = 0;  // 0: four a core, and at least 256; they start as they are needed
  std::string grpc_channel_arguments;
  bool enable_grpc_healthcheck_service = true;
  bool enable_serialization_as_tensor_content = false;
  bool enable_signature_method_name_check = false;

  // --- running ---
  int tensorflow_session_parallelism = 0;  // runs of the engine at a time; 0: one a core
  bool enable_batching = false;
  std::string batching_parameters_file;
  bool enable_per_model_batching_parameters = false;

  // --- operation ---
  std::string ssl_config_file;
  std::string bearer_token_file;  // its first line is the token; empty: nobody has to show one
  std::string monitoring_config_file;
  int64_t max_body_bytes = 100 << 20;
  int max_passage_chars = 1'000'000;
  int max_questions = 1000;  // of one request
  bool log_requests = false;
  int drain_seconds = 30;  // how long requests may take that run when the server is told to stop
};

}  // namespace tiqu::serving
