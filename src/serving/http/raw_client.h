// For tests: a blocking TCP client on loopback that sends any bytes, and reads answers with or without a body.
//
// Thread safety: none.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace tiqu::serving {

class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~RawClient() { Close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  int socket() const { return socket_; }

  void Close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  // False when the server has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(sent);
    }
    return true;
  }

  // What comes until the server closes, or nothing comes for so long.
  std::string ReadAll(int milliseconds = 5000) {
    while (Receive(milliseconds)) {
    }
    return std::exchange(received_, {});
  }

  // One answer, by its Content-Length; `head_only` for those to HEAD. Empty when the connection ends before.
  std::string ReadAnswer(bool head_only = false, int milliseconds = 5000) {
    size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!Receive(milliseconds)) return "";
    }
    size_t size = end + 4;
    if (const size_t at = received_.find("Content-Length: "); !head_only && at < end) {
      size += std::strtoul(received_.c_str() + at + 16, nullptr, 10);
    }
    while (received_.size() < size) {
      if (!Receive(milliseconds)) return "";
    }
    std::string answer = received_.substr(0, size);
    received_.erase(0, size);
    return answer;
  }

  // Whether the server closes within that time, without sending anything.
  bool IsClosed(int milliseconds = 5000) { return received_.empty() && !Receive(milliseconds) && closed_; }

 private:
  bool Receive(int milliseconds) {
    pollfd asked = {socket_, POLLIN, 0};
    if (::poll(&asked, 1, milliseconds) <= 0) return false;
    char bytes[4096];
    const ssize_t count = ::recv(socket_, bytes, sizeof(bytes), 0);
    closed_ = count <= 0;
    if (count > 0) received_.append(bytes, count);
    return count > 0;
  }

  int socket_;
  bool connected_ = false;
  bool closed_ = false;
  std::string received_;
};

}  // namespace tiqu::serving
