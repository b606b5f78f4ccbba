// TensorFlow Serving's REST interface as a function from requests to answers, without sockets.
//
//   RestHandler handler(&models, &metrics, options);
//   handler.Handle({"POST", "/v1/models/m:predict", {}, R"({"instances": [1]})"}, {})   // 200 {"predictions": [...]}
//
//   POST /v1/models/NAME[/versions/N | /labels/L]:predict, :classify, :regress, :extract
//   GET  /v1/models/NAME[/versions/N | /labels/L][/metadata]
//   GET  /healthz, /readyz, and the page of metrics; OPTIONS /v1/... (CORS)
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "serving/inference/classify.h"
#include "serving/metrics/metrics.h"
#include "serving/models/model_registry.h"
#include "serving/rest/extract_endpoint.h"
#include "serving/rest/http_handler.h"
#include "serving/rest/request_path.h"

namespace tiqu::serving {

struct RestOptions {
  absl::Duration timeout = absl::Milliseconds(30000);  // of one request; 0 or less: none
  bool cors = false;                                   // for pages of other origins
  bool health = true;                                  // /healthz and /readyz
  std::string metrics_path;                            // empty: no page of metrics
  std::string bearer_token;                            // empty: nobody has to show one
  ClassifyOptions classify;
  ExtractLimits extract;
};

class RestHandler : public HttpHandler {
 public:
  // Both must outlive the handler.
  RestHandler(const ModelRegistry* models, Metrics* metrics, RestOptions options);

  // 401 when a token is wanted and the request does not show it; health and CORS preflight are open to all.
  std::optional<HttpResponse> Refuse(const HttpRequest& head) const override;
  HttpResponse Handle(const HttpRequest& request, const RequestContext& context) const override;
  // Short requests for :extract.
  bool CanStart(const HttpRequest& request) const override;
  void Start(const HttpRequest& request, const RequestContext& context, Done done) const override;

 private:
  struct Call;

  HttpResponse Route(const HttpRequest& request, std::string_view target, const RequestContext& context) const;
  std::optional<HttpResponse> Operate(std::string_view target) const;
  HttpResponse Post(const ModelPath& path, const HttpRequest& request, const RequestContext& context) const;
  RunLimits LimitsOf(const RequestContext& context) const;
  HttpResponse AnswerPost(const ModelPath& path, absl::Time start, const absl::StatusOr<std::string>& body) const;
  HttpResponse WithCors(HttpResponse response) const;
  absl::StatusOr<std::string> Infer(const Call& call) const;
  absl::StatusOr<std::string> Predict(const Call& call) const;
  absl::StatusOr<std::string> Classify(const Call& call) const;
  absl::StatusOr<std::string> Regress(const Call& call) const;
  absl::StatusOr<std::string> Get(const ModelPath& path) const;
  // Adds a request that a client could have meant, where the model is known.
  absl::Status WithExample(const absl::Status& status, const pb::ModelSpec& spec) const;

  const ModelRegistry& models_;
  Metrics& metrics_;
  RestOptions options_;
};

}  // namespace tiqu::serving
