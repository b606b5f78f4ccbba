#include "serving/http/http_server.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status.h"
#include "serving/http/http_session.h"
#include "serving/http/tls.h"
#include "serving/json/json_text.h"

namespace tiqu::serving {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

constexpr int kThreadsPerCore = 4;

absl::Status CannotListen(const std::string& address, int port, const error_code& error) {
  return absl::UnavailableError(absl::StrCat("cannot listen on ", address, " port ", port, ": ", error.message()));
}

absl::Status Listen(const std::string& address, int port, tcp::acceptor* acceptor) {
  error_code error;
  const auto ip = net::ip::make_address(address, error);
  if (error) return absl::InvalidArgumentError(absl::StrCat("no IP address: ", address));
  const tcp::endpoint endpoint(ip, static_cast<uint16_t>(port));
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(net::socket_base::reuse_address(true), error);
  if (!error && ip.is_v6()) acceptor->set_option(net::ip::v6_only(false), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(net::socket_base::max_listen_connections, error);
  if (!error) return absl::OkStatus();
  error_code ignored;
  acceptor->close(ignored);
  return CannotListen(address, port, error);
}

// Where no address is named: all of both kinds, or of IPv4 where the machine has no IPv6.
absl::Status ListenEverywhere(int port, tcp::acceptor* acceptor) {
  const absl::Status both = Listen("::", port, acceptor);
  if (both.ok()) return both;
  const absl::Status one = Listen("0.0.0.0", port, acceptor);
  return one.ok() ? one : both;
}

// For a connection too many: written without waiting, and closed.
void TurnAway(tcp::socket socket) {
  const std::string body = ErrorBody("the server has as many connections as it takes; try again later");
  const std::string answer = absl::StrCat(
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: "
      "application/json\r\nContent-Length: ",
      body.size(), "\r\nConnection: close\r\nRetry-After: 1\r\n\r\n", body);
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.send(net::buffer(answer), 0, ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace

struct HttpServer::State {
  State(const HttpHandler* handler, const HttpServerOptions& options, Metrics* metrics_or_null)
      : answerer(handler, options, metrics_or_null),
        metrics(metrics_or_null),
        acceptor(net::make_strand(io)),
        retry(acceptor.get_executor()),
        services(std::make_shared<HttpServices>()) {
    services->options = options;
    services->answerer = &answerer;
  }

  void Accept() {
    acceptor.async_accept(net::make_strand(io), [this](error_code error, tcp::socket socket) {
      if (error == net::error::operation_aborted || !acceptor.is_open()) return;
      if (error) return AcceptLater(error);
      Welcome(std::move(socket));
      Accept();
    });
  }

  // Descriptors or memory have run out: others may free some.
  void AcceptLater(const error_code& error) {
    TIQU_LOG_WARNING("cannot accept a connection: {}", error.message());
    retry.expires_after(std::chrono::milliseconds(100));
    retry.async_wait([this](error_code stopped) {
      if (!stopped) Accept();
    });
  }

  void Welcome(tcp::socket socket) {
    const size_t count = services->sessions.count();
    if (metrics != nullptr) metrics->Set(":tiqu:serving:http_connections", {}, static_cast<double>(count + 1));
    if (count >= static_cast<size_t>(services->options.max_connections)) return TurnAway(std::move(socket));
    MakeHttpSession(std::move(socket), services)->Start();
  }

  // What the threads use stands above them; the connections that are left go with `io`.
  net::io_context io;
  HttpAnswerer answerer;
  Metrics* metrics;
  tcp::acceptor acceptor;
  net::steady_timer retry;
  std::shared_ptr<HttpServices> services;
  int port = 0;
  std::optional<TaskQueue> workers;
  std::optional<net::executor_work_guard<net::io_context::executor_type>> work;
  std::vector<std::thread> io_threads;
  std::once_flag stopped;
  bool all_answered = true;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpHandler* handler,
                                                              const HttpServerOptions& options, Metrics* metrics) {
  auto state = std::make_unique<State>(handler, options, metrics);
  if (!options.tls.server_cert().empty() || !options.tls.server_key().empty()) {
    TIQU_ASSIGN_OR_RETURN(state->services->tls, MakeTlsContext(options.tls));
  }
  TIQU_RETURN_IF_ERROR(options.address.empty() ? ListenEverywhere(options.port, &state->acceptor)
                                               : Listen(options.address, options.port, &state->acceptor));
  error_code error;
  state->port = state->acceptor.local_endpoint(error).port();
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  state->workers.emplace(options.worker_threads > 0 ? options.worker_threads : kThreadsPerCore * cores);
  state->services->workers = &*state->workers;
  state->work.emplace(state->io.get_executor());
  State* shared = state.get();
  net::post(state->acceptor.get_executor(), [shared] { shared->Accept(); });
  for (int i = 0; i < std::max(1, options.io_threads); ++i) {
    state->io_threads.emplace_back([shared] { shared->io.run(); });
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() { Stop(absl::ZeroDuration()); }

int HttpServer::port() const { return state_->port; }

int HttpServer::connections() const { return static_cast<int>(state_->services->sessions.count()); }

bool HttpServer::Stop(absl::Duration grace) {
  std::call_once(state_->stopped, [this, grace] {
    State& state = *state_;
    HttpServices& services = *state.services;
    services.draining = true;
    net::post(state.acceptor.get_executor(), [&state] {
      error_code ignored;
      state.acceptor.close(ignored);
      state.retry.cancel();
    });
    for (const auto& session : services.sessions.All()) session->Drain();
    state.all_answered = services.sessions.WaitUntilEmpty(absl::Now() + grace);
    services.aborting = true;
    for (const auto& session : services.sessions.All()) session->Abort();
    state.work.reset();
    state.io.stop();
    for (std::thread& thread : state.io_threads) thread.join();
    state.workers.reset();  // when nobody submits to it any more; after what runs there
    services.unanswered.WaitForNone();
    services.workers = nullptr;
  });
  return state_->all_answered;
}

}  // namespace tiqu::serving
