#include "serving/http/http_session.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "serving/http/client_watch.h"
#include "serving/http/response_header.h"

namespace tiqu::serving {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using net::ip::tcp;
using ErrorCode = beast::error_code;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr double kSlowestBytesPerSecond = 16 << 10;
// After an answer that comes before the whole request the client may go on sending for so long: a connection that is
// closed with bytes unread is reset, and the client might never see the answer.
constexpr absl::Duration kLingerTime = absl::Seconds(10);

std::chrono::nanoseconds Nanos(absl::Duration duration) { return absl::ToChronoNanoseconds(duration); }

std::string Text(beast::string_view text) { return {text.data(), text.size()}; }

template <typename Stream>
class Session : public HttpSession, public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Stream stream, std::shared_ptr<HttpServices> services)
      : stream_(std::move(stream)), services_(std::move(services)) {
    ErrorCode ignored;
    const tcp::endpoint peer = Lowest().socket().remote_endpoint(ignored);
    peer_ = absl::StrCat(peer.address().to_string(ignored), ":", peer.port());
  }
  ~Session() override { services_->sessions.Remove(this); }

  void Start() override {
    net::dispatch(stream_.get_executor(), [self = this->shared_from_this()] { self->Begin(); });
  }

  void Drain() override {
    net::post(stream_.get_executor(), [self = this->shared_from_this()] {
      if (self->idle_) self->Lowest().close();
    });
  }

  void Abort() override {
    net::post(stream_.get_executor(), [self = this->shared_from_this()] { self->Lowest().close(); });
  }

 private:
  using Parser = http::request_parser<http::string_body>;

  const HttpServerOptions& options() const { return services_->options; }
  beast::tcp_stream& Lowest() { return beast::get_lowest_layer(stream_); }

  void Begin() {
    ErrorCode ignored;
    Lowest().socket().set_option(tcp::no_delay(true), ignored);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      Lowest().expires_after(Nanos(options().header_timeout));
      stream_.async_handshake(net::ssl::stream_base::server, [self = this->shared_from_this()](ErrorCode error) {
        if (!error) self->NextRequest();
      });
    } else {
      NextRequest();
    }
  }

  // --- reading

  void NextRequest() {
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(static_cast<std::uint32_t>(options().max_header_bytes));
    parser_->body_limit(options().max_body_bytes);
    head_.reset();
    // Bytes of a pipelined request may be here already.
    idle_ = buffer_.size() == 0;
    if (idle_ && services_->draining) return Lowest().close();
    Lowest().expires_after(Nanos(idle_ ? options().idle_timeout : options().header_timeout));
    ReadSome();
  }

  void ReadSome() {
    http::async_read_some(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](ErrorCode error, size_t /*bytes*/) { self->OnRead(error); });
  }

  void OnRead(ErrorCode error) {
    if (error) return OnReadError(error);
    if (idle_) {
      idle_ = false;
      Lowest().expires_after(Nanos(options().header_timeout));
    }
    if (parser_->is_header_done() && !head_) return OnHead();
    ReadOn();
  }

  void ReadOn() {
    if (parser_->is_done()) return Run();
    if (head_) {
      const double slow = static_cast<double>(parser_->get().body().size()) / kSlowestBytesPerSecond;
      Lowest().expires_at(body_started_ + Nanos(options().transfer_timeout + absl::Seconds(slow)));
    }
    ReadSome();
  }

  // The head as the handler knows it; once a request.
  void TakeHead() {
    const auto& message = parser_->get();
    head_.emplace();
    head_->method = Text(message.method_string());
    head_->target = Text(message.target());
    for (const auto& field : message) head_->headers.emplace_back(Text(field.name_string()), Text(field.value()));
  }

  void OnHead() {
    TakeHead();
    keep_alive_ = parser_->keep_alive();
    body_started_ = std::chrono::steady_clock::now();
    // Where a request of an unknown encoding ends is anybody's guess, and guesses that differ smuggle requests.
    const beast::string_view encoding = parser_->get()[http::field::transfer_encoding];
    if (!encoding.empty() && !absl::EqualsIgnoreCase(Text(encoding), "chunked")) {
      return WriteRefusal(501, "Transfer-Encoding is not chunked: " + Text(encoding));
    }
    if (auto refused = services_->answerer->Refuse(*head_, peer_)) return WriteEarly(*std::move(refused));
    const bool waits = absl::EqualsIgnoreCase(Text(parser_->get()[http::field::expect]), "100-continue");
    if (!waits || parser_->is_done() || parser_->get().version() < 11) return ReadOn();
    continue_.emplace(http::status::continue_, 11);
    Lowest().expires_after(Nanos(options().transfer_timeout));
    http::async_write(stream_, *continue_, [self = this->shared_from_this()](ErrorCode error, size_t /*bytes*/) {
      if (!error) self->ReadOn();
    });
  }

  // Line ends before a request, as some clients send them after a body.
  bool SkipLineEnds() {
    const auto bytes = static_cast<const char*>(buffer_.data().data());
    size_t count = 0;
    while (count < buffer_.size() && (bytes[count] == '\r' || bytes[count] == '\n')) ++count;
    buffer_.consume(count);
    return count > 0;
  }

  void OnReadError(ErrorCode error) {
    if (error == http::error::bad_method && SkipLineEnds()) return NextRequest();
    if (error == http::error::end_of_stream && buffer_.size() == 0) return Close();
    if (error.category() != http::make_error_code(http::error::bad_value).category() ||
        error == http::error::end_of_stream || error == http::error::partial_message) {
      return;  // the client has gone or was too slow: nobody to answer
    }
    if (!head_) TakeHead();
    if (error == http::error::body_limit) {
      return WriteRefusal(413,
                          absl::StrCat("the body is larger than the limit of ", options().max_body_bytes, " bytes"));
    }
    if (error == http::error::header_limit) {
      return WriteRefusal(431,
                          absl::StrCat("the head is larger than the limit of ", options().max_header_bytes, " bytes"));
    }
    WriteRefusal(400, absl::StrCat("Malformed HTTP request: ", error.message()));
  }

  // --- running

  void Run() {
    Lowest().expires_never();
    HttpRequest request = *std::move(head_);
    head_.emplace();
    head_->method = request.method;
    request.body = std::move(parser_->get().body());
    auto watch = std::make_shared<ClientWatch>(Lowest().socket().native_handle());
    RequestContext context;
    context.received = absl::Now();
    context.cancelled = [watch, services = services_.get()] { return services->aborting || watch->HasGone(); };
    services_->unanswered.Add();
    HttpHandler::Done done = [self = this->shared_from_this(), watch](HttpResponse response) mutable {
      watch->End();
      const std::shared_ptr<HttpServices> services = self->services_;
      // The connection goes with its event loop, which ends when all are answered.
      Session& session = *self;
      net::post(session.stream_.get_executor(), [self = std::move(self), response = std::move(response)]() mutable {
        self->Write(std::move(response));
      });
      services->unanswered.Remove();
    };
    const HttpAnswerer& answerer = *services_->answerer;
    if (answerer.CanStart(request)) return answerer.Start(std::move(request), context, peer_, std::move(done));
    services_->workers->Submit(
        [&answerer, context = std::move(context), request = std::move(request), peer = peer_,
         done = std::move(done)]() mutable { done(answerer.Answer(std::move(request), context, peer)); });
  }

  // --- writing

  // The request is not read to its end: what is left of it is not looked at, and the connection ends.
  void WriteEarly(HttpResponse response) {
    unread_ = !parser_->is_done();
    if (unread_) keep_alive_ = false;
    Write(std::move(response));
  }

  void WriteRefusal(int status, const std::string& message) {
    keep_alive_ = false;
    unread_ = true;
    Write(services_->answerer->Refusal(*head_, status, message, peer_));
  }

  void Write(HttpResponse response) {
    if (services_->draining) keep_alive_ = false;
    http::response_header<> header = ResponseHeader(response, parser_->get().version());
    const size_t size = response.body.size();
    const double slow = static_cast<double>(size) / kSlowestBytesPerSecond;
    Lowest().expires_after(Nanos(options().transfer_timeout + absl::Seconds(slow)));
    const auto done = [self = this->shared_from_this()](ErrorCode error, size_t /*bytes*/) { self->OnWritten(error); };
    if (head_->method == "HEAD") {
      bodyless_.emplace(std::move(header));
      bodyless_->content_length(size);
      bodyless_->keep_alive(keep_alive_);
      http::async_write(stream_, *bodyless_, done);
      return;
    }
    response_.emplace(std::move(header), std::move(response.body));
    response_->content_length(size);
    response_->keep_alive(keep_alive_);
    http::async_write(stream_, *response_, done);
  }

  void OnWritten(ErrorCode error) {
    response_.reset();
    bodyless_.reset();
    if (error) return;
    if (keep_alive_) return NextRequest();
    Close();
  }

  // --- ending

  void Close() {
    Lowest().expires_after(Nanos(kLingerTime));
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown([self = this->shared_from_this()](ErrorCode /*error*/) { self->Lowest().close(); });
    } else {
      ErrorCode ignored;
      Lowest().socket().shutdown(tcp::socket::shutdown_send, ignored);
      if (unread_) return Linger();
      Lowest().close();
    }
  }

  void Linger() {
    buffer_.clear();
    Lowest().async_read_some(buffer_.prepare(size_t{64} << 10),
                             [self = this->shared_from_this()](ErrorCode error, size_t /*bytes*/) {
                               if (error) return self->Lowest().close();
                               self->Linger();
                             });
  }

  Stream stream_;
  std::shared_ptr<HttpServices> services_;
  std::string peer_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<HttpRequest> head_;
  std::chrono::steady_clock::time_point body_started_;
  std::optional<http::response<http::empty_body>> continue_;
  std::optional<http::response<http::empty_body>> bodyless_;
  std::optional<http::response<http::string_body>> response_;
  bool idle_ = true;         // no byte of the next request has come
  bool keep_alive_ = false;  // after this answer
  bool unread_ = false;      // the client may still be sending
};

}  // namespace

std::shared_ptr<HttpSession> MakeHttpSession(tcp::socket socket, std::shared_ptr<HttpServices> services) {
  std::shared_ptr<HttpSession> session;
  HttpServices& shared = *services;
  if (shared.tls != nullptr) {
    session = std::make_shared<Session<TlsStream>>(TlsStream(std::move(socket), *shared.tls), std::move(services));
  } else {
    session = std::make_shared<Session<PlainStream>>(PlainStream(std::move(socket)), std::move(services));
  }
  shared.sessions.Add(session);
  return session;
}

}  // namespace tiqu::serving
