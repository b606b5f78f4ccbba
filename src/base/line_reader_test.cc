#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string TestPath() {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  return testing::TempDir() + "/tiqu_line_reader_" + std::to_string(getpid()) + "_" + info->name();
}

// Every line; one that is refused as "!" and its number.
std::vector<std::string> Lines(const std::string& bytes, size_t limit = 1000) {
  const std::string path = TestPath();
  EXPECT_TRUE(WriteFileAtomically(path, bytes).ok());
  LineReader reader = LineReader::Open(path, limit).value();
  std::vector<std::string> lines;
  std::string line;
  for (;;) {
    const auto more = reader.Next(&line);
    if (more.ok() && !*more) break;
    lines.push_back(more.ok() ? line : fmt::format("!{}", reader.line_number()));
  }
  EXPECT_EQ(reader.bytes_read(), static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(reader.bytes_total(), static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(reader.line_number(), static_cast<int64_t>(lines.size()));
  std::filesystem::remove(path);
  return lines;
}

TEST(LineReaderTest, BothLineEndsAndNoEnd) {
  EXPECT_THAT(Lines("a\nb\r\n\nc"), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(Lines("a\r\r\nb\rc\n"), ElementsAre("a\r", "b\rc"));
  EXPECT_THAT(Lines(""), IsEmpty());
  EXPECT_THAT(Lines("\n"), ElementsAre(""));
  EXPECT_THAT(Lines(std::string("a\0b\nc", 5)), ElementsAre(std::string("a\0b", 3), "c"));
}

TEST(LineReaderTest, ByteOrderMarkIsSkippedAtTheStartOnly) {
  EXPECT_THAT(Lines("\xEF\xBB\xBF"
                    "a\n\xEF\xBB\xBF"
                    "b\n"),
              ElementsAre("a",
                          "\xEF\xBB\xBF"
                          "b"));
  EXPECT_THAT(Lines("\xEF\xBB\xBF"), IsEmpty());
  EXPECT_THAT(Lines("\xEF\xBB"), ElementsAre("\xEF\xBB"));
}

TEST(LineReaderTest, LongLineIsAnErrorOfItsOwnAndReadingGoesOn) {
  EXPECT_THAT(Lines("12345\r\n123456\n1\n", 5), ElementsAre("12345", "!2", "1"));
  const std::string longer(3 << 20, 'x');
  EXPECT_THAT(Lines("a\n" + longer + "\nb\n" + longer, 1 << 20), ElementsAre("a", "!2", "b", "!4"));
  const auto whole = Lines("a\n" + longer + "\nb\n", 3 << 20);
  ASSERT_EQ(whole.size(), 3u);
  EXPECT_EQ(whole[1], longer);
}

TEST(LineReaderTest, LongLineErrorNamesTheFileTheLineAndTheLimit) {
  const std::string path = TestPath();
  ASSERT_TRUE(WriteFileAtomically(path, "1234\n").ok());
  LineReader reader = LineReader::Open(path, 3).value();
  std::string line;
  EXPECT_EQ(reader.Next(&line).status().message(), path + " line 1: longer than the limit of 3 bytes");
  EXPECT_FALSE(reader.Next(&line).value());
  std::filesystem::remove(path);
}

TEST(LineReaderTest, PipeHasNoTotalAndComesInPieces) {
  const std::string path = TestPath();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&path] {
    FILE* pipe = fopen(path.c_str(), "w");
    for (const char* piece : {"\xEF",
                              "\xBB\xBF"
                              "a",
                              "b\r", "\nc"}) {
      fputs(piece, pipe);
      fflush(pipe);
    }
    fclose(pipe);
  });
  LineReader reader = LineReader::Open(path).value();
  EXPECT_EQ(reader.bytes_total(), -1);
  std::string line;
  EXPECT_TRUE(reader.Next(&line).value());
  EXPECT_EQ(line, "ab");
  EXPECT_TRUE(reader.Next(&line).value());
  EXPECT_EQ(line, "c");
  EXPECT_FALSE(reader.Next(&line).value());
  EXPECT_FALSE(reader.Next(&line).value());
  writer.join();
  std::filesystem::remove(path);
}

TEST(LineReaderTest, KnowsWhetherTheNextLineIsThere) {
  const std::string path = TestPath();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    FILE* pipe = fopen(path.c_str(), "w");
    fputs("one\ntwo\nthr", pipe);
    fclose(pipe);
  });
  LineReader reader = LineReader::Open(path).value();
  writer.join();  // all that was written waits in the pipe
  EXPECT_FALSE(reader.LineReady());
  std::string line;
  ASSERT_TRUE(reader.Next(&line).value());
  EXPECT_TRUE(reader.LineReady());
  ASSERT_TRUE(reader.Next(&line).value());
  EXPECT_EQ(line, "two");
  EXPECT_FALSE(reader.LineReady());
  ASSERT_TRUE(reader.Next(&line).value());
  EXPECT_EQ(line, "thr");
  EXPECT_TRUE(reader.LineReady());
  EXPECT_FALSE(reader.Next(&line).value());
  std::filesystem::remove(path);
}

TEST(LineReaderTest, WhoWaitsIsAskedWhetherToGoOn) {
  const std::string path = TestPath();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::promise<void> given_up;
  std::thread writer([&] {
    FILE* pipe = fopen(path.c_str(), "w");
    fputs("one\nhalf a li", pipe);
    fflush(pipe);
    EXPECT_EQ(given_up.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
    fclose(pipe);
  });
  LineReader reader = LineReader::Open(path).value();
  std::string line;
  EXPECT_TRUE(reader.Next(&line).value());
  EXPECT_EQ(line, "one");
  int asked = 0;
  reader.WhileWaiting([&] { return ++asked < 2 ? absl::OkStatus() : absl::AbortedError("no need"); });
  const auto more = reader.Next(&line);
  EXPECT_EQ(more.status(), absl::AbortedError("no need"));
  given_up.set_value();
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(reader.line_number(), 1);
  EXPECT_FALSE(reader.Next(&line).value());
  writer.join();
  std::filesystem::remove(path);
}

TEST(LineReaderTest, WhatCannotBeReadIsRefused) {
  EXPECT_EQ(LineReader::Open("/no/such/file").status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(LineReader::Open(testing::TempDir()).ok());
}

}  // namespace
}  // namespace tiqu
