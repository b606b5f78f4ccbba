#include "serving/http/client_watch.h"

#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <thread>

#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

using std::chrono::milliseconds;

class ClientWatchTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0); }
  void TearDown() override {
    ::close(ends_[0]);
    CloseClient();
  }
  void CloseClient() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  // Whether the client counts as gone within so long; asked all the time, as the engine does.
  bool IsGoneWithin(milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
      if (watch_->HasGone()) return true;
    }
    return false;
  }

  int ends_[2] = {-1, -1};
  std::unique_ptr<ClientWatch> watch_;
};

TEST_F(ClientWatchTest, AClientThatWaitsOrHasSentMoreIsThere) {
  watch_ = std::make_unique<ClientWatch>(ends_[0]);
  EXPECT_FALSE(IsGoneWithin(milliseconds(20)));
  ASSERT_EQ(::write(ends_[1], "GET", 3), 3);
  EXPECT_FALSE(IsGoneWithin(milliseconds(20)));
}

TEST_F(ClientWatchTest, AClosedConnectionIsSeenSoonAndStaysGone) {
  watch_ = std::make_unique<ClientWatch>(ends_[0]);
  EXPECT_FALSE(watch_->HasGone());
  CloseClient();
  EXPECT_TRUE(IsGoneWithin(std::chrono::seconds(10)));
  EXPECT_TRUE(watch_->HasGone());
  EXPECT_TRUE(watch_->HasGone());
}

TEST_F(ClientWatchTest, AClientThatClosedItsSideMayStillRead) {
  watch_ = std::make_unique<ClientWatch>(ends_[0]);
  ASSERT_EQ(::shutdown(ends_[1], SHUT_WR), 0);
  EXPECT_FALSE(IsGoneWithin(milliseconds(100)));
  EXPECT_TRUE(IsGoneWithin(std::chrono::seconds(10)));
}

TEST_F(ClientWatchTest, WhoseRequestIsOverIsNotLookedAt) {
  watch_ = std::make_unique<ClientWatch>(ends_[0]);
  watch_->End();
  CloseClient();
  EXPECT_FALSE(IsGoneWithin(milliseconds(20)));
}

}  // namespace
}  // namespace tiqu::serving
