#include "serving/rest/rest_handler.h"

#include <algorithm>
#include <memory>
#include <new>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "serving/inference/predict.h"
#include "serving/json/example_json.h"
#include "serving/json/predict_json.h"
#include "serving/json/request_hint.h"
#include "serving/metrics/request_metrics.h"
#include "serving/models/guarded.h"
#include "serving/models/wait_for.h"
#include "serving/rest/bearer_token.h"
#include "serving/rest/http_status.h"
#include "serving/rest/model_json.h"

namespace tiqu::serving {
namespace {

constexpr char kExtractVerb[] = "extract";

constexpr char kRuntimeLatency[] = ":tensorflow:serving:runtime_latency";

absl::StatusOr<pb::ModelSpec> SpecOf(const ModelPath& path) {
  pb::ModelSpec spec;
  spec.set_name(path.model);
  if (!path.version.empty()) {
    int64_t version = 0;
    if (!absl::SimpleAtoi(path.version, &version)) {
      return absl::InvalidArgumentError(absl::StrCat("Failed to convert version: ", path.version, " to numeric."));
    }
    spec.mutable_version()->set_value(version);
  }
  if (path.label) spec.set_version_label(*path.label);
  return spec;
}

absl::Status Malformed(const HttpRequest& request, std::string_view target) {
  return absl::InvalidArgumentError(absl::StrCat("Malformed request: ", request.method, " ", std::string(target)));
}

// Preflight: the browser asks whether a page of another origin may send the request.
HttpResponse Preflight(const HttpRequest& request) {
  const std::string_view origin = FindHeader(request.headers, "Origin");
  const bool url = origin.find("http://") != origin.npos || origin.find("https://") != origin.npos;
  return {url ? 200 : 400, {}, ""};
}

bool IsKnownMethod(const std::string& method) {
  constexpr std::string_view kMethods[] = {"GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"};
  return std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
}

// The pattern takes verbs in any case, and no handler is called for those in capitals.
bool IsVerb(const std::string& verb) {
  return std::none_of(verb.begin(), verb.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

double MicrosSince(absl::Time start) { return absl::ToDoubleMicroseconds(absl::Now() - start); }

// Inputs that the model's file has values for.
std::set<std::string> InputsWithDefaults(const Servable& servable, const std::string& signature) {
  std::set<std::string> names;
  const auto def = servable.signature_defs().find(signature);
  if (def == servable.signature_defs().end()) return names;
  for (const auto& [name, value] : def->second.defaults()) names.insert(name);
  return names;
}

absl::Status NoSignature(const Servable& servable, const std::string& name) {
  const auto known = absl::StrJoin(servable.signatures(), "; ", [](std::string* out, const auto& signature) {
    absl::StrAppend(out, "\"", signature.first, "\" (", DescribeInputs(signature.second), ")");
  });
  return absl::InvalidArgumentError(absl::StrCat("Serving signature name: \"", name, "\" not found in signature def. ",
                                                 "Model ", servable.model_name(), " version ", servable.version(),
                                                 " has the signatures ", known));
}

}  // namespace

// One POST on its way.
struct RestHandler::Call {
  const ModelPath& path;
  const std::string& body;
  pb::ModelSpec spec;
  RunLimits limits;
};

RestHandler::RestHandler(const ModelRegistry* models, Metrics* metrics, RestOptions options)
    : models_(*models), metrics_(*metrics), options_(std::move(options)) {}

std::optional<HttpResponse> RestHandler::Refuse(const HttpRequest& head) const {
  if (options_.bearer_token.empty()) return std::nullopt;
  const std::string_view target = WithoutAuthority(head.target);
  const bool open = options_.health && (target == "/healthz" || target == "/readyz");
  if (open || (head.method == "OPTIONS" && IsRestPath(target))) return std::nullopt;
  if (HasBearerToken(FindHeader(head.headers, "Authorization"), options_.bearer_token)) return std::nullopt;
  HttpResponse response = ErrorResponse(401, "this server wants the header Authorization: Bearer TOKEN");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

HttpResponse RestHandler::Handle(const HttpRequest& request, const RequestContext& context) const {
  const std::string_view target = WithoutAuthority(request.target);
  HttpResponse response;
  try {
    response = Route(request, target, context);
  } catch (const std::bad_alloc&) {
    response = ErrorResponse(absl::ResourceExhaustedError("memory does not suffice for this request"));
  }
  return IsRestPath(target) ? WithCors(std::move(response)) : response;
}

HttpResponse RestHandler::WithCors(HttpResponse response) const {
  if (!options_.cors) return response;
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  response.headers.emplace_back("Access-Control-Allow-Methods", "POST, GET");
  response.headers.emplace_back("Access-Control-Allow-Headers", "Content-Type");
  return response;
}

bool RestHandler::CanStart(const HttpRequest& request) const {
  if (request.method != "POST" || request.body.size() > kMostStartedBytes || Refuse(request)) return false;
  const auto path = MatchPost(WithoutAuthority(request.target));
  return path && path->verb == kExtractVerb;
}

void RestHandler::Start(const HttpRequest& request, const RequestContext& context, Done done) const {
  struct Started {
    ModelPath path;
    absl::Time start = absl::Now();
    Done done;
  };
  const auto started = std::make_shared<Started>();
  started->path = *MatchPost(WithoutAuthority(request.target));
  started->done = std::move(done);
  const auto spec = SpecOf(started->path);
  if (!spec.ok()) return started->done(WithCors(ErrorResponse(spec.status())));
  // No exception leaves it: Guarded, below, would make a second answer of that.
  const ExtractDone answer = [this, started](const absl::StatusOr<std::string>& body) noexcept {
    HttpResponse response;
    try {
      response = WithCors(AnswerPost(started->path, started->start, body));
    } catch (const std::exception&) {
      response = ErrorResponse(absl::ResourceExhaustedError("memory does not suffice for this answer"));
    }
    started->done(std::move(response));
  };
  const absl::Status status = Guarded([&]() -> absl::Status {
    TIQU_ASSIGN_OR_RETURN(ServableHandle servable, models_.Find(*spec));
    StartExtract(std::move(servable), request.body, options_.extract, LimitsOf(context), answer);
    return absl::OkStatus();
  });
  if (!status.ok()) answer(status);
}

HttpResponse RestHandler::Route(const HttpRequest& request, std::string_view target,
                                const RequestContext& context) const {
  if (auto refused = Refuse(request)) return *std::move(refused);
  if (!IsKnownMethod(request.method)) return HtmlResponse(501, "Not Implemented", "Not Implemented");
  if (auto response = Operate(target)) return *std::move(response);
  if (!IsRestPath(target)) return HtmlResponse(404, "Not Found", "Not Found");
  if (request.method == "OPTIONS") return Preflight(request);
  if (request.method == "POST") {
    const auto path = MatchPost(target);
    if (!path || !IsVerb(path->verb)) return ErrorResponse(Malformed(request, target));
    return Post(*path, request, context);
  }
  const auto path = request.method == "GET" ? MatchGet(target) : std::nullopt;
  if (!path) return ErrorResponse(Malformed(request, target));
  auto body = Get(*path);
  return body.ok() ? JsonResponse(*std::move(body)) : ErrorResponse(body.status());
}

// Health and metrics.
std::optional<HttpResponse> RestHandler::Operate(std::string_view target) const {
  const HttpHeaders plain = {{"Content-Type", "text/plain"}};
  if (options_.health && target == "/healthz") return HttpResponse{200, plain, "ok\n"};
  if (options_.health && target == "/readyz") {
    if (models_.Ready()) return HttpResponse{200, plain, "ready\n"};
    return HttpResponse{503, plain, "not every model has a version available\n"};
  }
  if (options_.metrics_path.empty() || PathOnly(target) != options_.metrics_path) return std::nullopt;
  if (target != options_.metrics_path) {
    return HttpResponse{400, plain,
                        absl::StrCat("Unexpected path: ", std::string(target), ". Should be ", options_.metrics_path)};
  }
  return HttpResponse{200, plain, metrics_.Text()};
}

HttpResponse RestHandler::Post(const ModelPath& path, const HttpRequest& request, const RequestContext& context) const {
  const absl::Time start = absl::Now();
  auto spec = SpecOf(path);
  if (!spec.ok()) return ErrorResponse(spec.status());
  return AnswerPost(path, start, Infer({path, request.body, *std::move(spec), LimitsOf(context)}));
}

RunLimits RestHandler::LimitsOf(const RequestContext& context) const {
  RunLimits limits;
  if (options_.timeout > absl::ZeroDuration()) limits.deadline = context.received + options_.timeout;
  limits.cancelled = context.cancelled;
  return limits;
}

HttpResponse RestHandler::AnswerPost(const ModelPath& path, absl::Time start,
                                     const absl::StatusOr<std::string>& body) const {
  CountRequest(&metrics_, {path.model, path.verb, "REST"}, body.status(), absl::Now() - start);
  return body.ok() ? JsonResponse(*body) : ErrorResponse(body.status());
}

absl::StatusOr<std::string> RestHandler::Infer(const Call& call) const {
  if (call.path.verb == "predict") return Predict(call);
  if (call.path.verb == "classify") return Classify(call);
  if (call.path.verb == "regress") return Regress(call);
  TIQU_ASSIGN_OR_RETURN(const ServableHandle servable, models_.Find(call.spec));
  return WaitFor<absl::StatusOr<std::string>>(
      [&](ExtractDone done) { StartExtract(servable, call.body, options_.extract, call.limits, std::move(done)); });
}

absl::StatusOr<std::string> RestHandler::Predict(const Call& call) const {
  const auto json = JsonDocument::Parse(call.body);
  if (!json.ok()) return WithExample(json.status(), call.spec);
  TIQU_ASSIGN_OR_RETURN(const std::string asked, ReadSignatureName(*json));
  TIQU_ASSIGN_OR_RETURN(const ServableHandle servable, models_.Find(call.spec));
  const std::string name = SignatureKey(asked);
  const auto signature = servable->signatures().find(name);
  if (signature == servable->signatures().end()) return NoSignature(*servable, name);
  const PredictTarget target = {asked, &signature->second, InputsWithDefaults(*servable, name)};
  TIQU_ASSIGN_OR_RETURN(const PredictInputs inputs, ReadPredictInputs(*json, target));
  const absl::Time start = absl::Now();
  const auto outputs = RunSignature(*servable, name, inputs.tensors, {}, call.limits);
  if (!outputs.ok()) {
    if (!absl::IsInvalidArgument(outputs.status())) return outputs.status();
    return absl::InvalidArgumentError(absl::StrCat(outputs.status().message(), BatchDimensionHint(target, inputs)));
  }
  metrics_.Observe(kRuntimeLatency, {{"model_name", call.path.model}, {"API", "Predict"}, {"runtime", "TF1"}},
                   MicrosSince(start));
  return WritePredictions(*outputs, inputs.form);
}

absl::StatusOr<std::string> RestHandler::Classify(const Call& call) const {
  TIQU_ASSIGN_OR_RETURN(const JsonDocument json, JsonDocument::Parse(call.body));
  pb::ClassificationRequest request;
  *request.mutable_model_spec() = call.spec;
  TIQU_ASSIGN_OR_RETURN(*request.mutable_model_spec()->mutable_signature_name(), ReadSignatureName(json));
  TIQU_RETURN_IF_ERROR(ReadExamples(json, request.mutable_input()));
  CountExamples(&metrics_, call.path.model, request.input());
  pb::ClassificationResponse response;
  TIQU_RETURN_IF_ERROR(serving::Classify(models_, request, options_.classify, call.limits, &response));
  return WriteClassifications(response.result());
}

absl::StatusOr<std::string> RestHandler::Regress(const Call& call) const {
  TIQU_ASSIGN_OR_RETURN(const JsonDocument json, JsonDocument::Parse(call.body));
  pb::RegressionRequest request;
  *request.mutable_model_spec() = call.spec;
  TIQU_ASSIGN_OR_RETURN(*request.mutable_model_spec()->mutable_signature_name(), ReadSignatureName(json));
  TIQU_RETURN_IF_ERROR(ReadExamples(json, request.mutable_input()));
  CountExamples(&metrics_, call.path.model, request.input());
  pb::RegressionResponse response;
  TIQU_RETURN_IF_ERROR(serving::Regress(models_, request, options_.classify, call.limits, &response));
  return WriteRegressions(response.result());
}

absl::StatusOr<std::string> RestHandler::Get(const ModelPath& path) const {
  if (path.model.empty()) return absl::InvalidArgumentError("Missing model name in request.");
  TIQU_ASSIGN_OR_RETURN(pb::ModelSpec spec, SpecOf(path));
  if (path.metadata) return MetadataJson(models_, spec);
  // A label is not looked at: the status is that of all versions.
  if (path.label) spec.clear_version_label();
  return StatusJson(models_, spec);
}

absl::Status RestHandler::WithExample(const absl::Status& status, const pb::ModelSpec& spec) const {
  const auto servable = models_.Find(spec);
  if (!absl::IsInvalidArgument(status) || !servable.ok()) return status;
  const auto signature = (*servable)->signatures().find(kDefaultSignature);
  if (signature == (*servable)->signatures().end() || signature->second.inputs.empty()) return status;
  return absl::InvalidArgumentError(
      absl::StrCat(status.message(), RequestHint({"", &signature->second, {}}, PredictForm::kRow)));
}

}  // namespace tiqu::serving
