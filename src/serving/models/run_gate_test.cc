#include "serving/models/run_gate.h"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

void WaitForQueue(const RunGate& gate, int length) {
  while (gate.waiting() != length) std::this_thread::yield();
}

TEST(RunGateTest, NoMoreThanItsWidthAreInside) {
  RunGate gate(2);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int run = 0; run < 200; ++run) {
        const auto pass = gate.Enter({});
        ASSERT_TRUE(pass.ok());
        const int now = ++inside;
        int seen = most;
        while (seen < now && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::yield();
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 2);
  EXPECT_EQ(gate.waiting(), 0);
}

TEST(RunGateTest, ThoseWhoWaitAreLetInInTheirOrder) {
  RunGate gate(1);
  auto first = std::make_optional(gate.Enter({}).value());
  std::vector<int> order;
  std::vector<std::thread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&, i] {
      const auto pass = gate.Enter({});
      order.push_back(i);  // inside the gate, one at a time
    });
    WaitForQueue(gate, i + 1);
  }
  first.reset();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(RunGateTest, ADeadlineEndsTheWait) {
  RunGate gate(1);
  const auto inside = gate.Enter({});
  RunLimits limits;
  limits.deadline = absl::Now() + absl::Milliseconds(20);
  const auto refused = gate.Enter(limits);
  EXPECT_EQ(refused.status(), absl::DeadlineExceededError("Timed out waiting for notification"));
  EXPECT_GE(absl::Now(), limits.deadline);
  EXPECT_EQ(gate.waiting(), 0);
}

TEST(RunGateTest, ACancelledRequestLeavesTheQueueAndTheNextOnesMoveUp) {
  RunGate gate(1);
  auto inside = std::make_optional(gate.Enter({}).value());
  std::atomic<bool> cancelled = false;
  absl::Status refused;
  std::thread leaver([&] {
    RunLimits limits;
    limits.cancelled = [&cancelled] { return cancelled.load(); };
    refused = gate.Enter(limits).status();
  });
  WaitForQueue(gate, 1);
  bool entered = false;
  std::thread stayer([&] { entered = gate.Enter({}).ok(); });
  WaitForQueue(gate, 2);
  cancelled = true;
  leaver.join();
  EXPECT_EQ(refused.code(), absl::StatusCode::kCancelled);
  inside.reset();
  stayer.join();
  EXPECT_TRUE(entered);
}

}  // namespace
}  // namespace tiqu::serving
