#include "answer/jsonl_stream.h"

#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <future>
#include <thread>

#include "answer/fake_reader.h"
#include "base/random.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::answer {
namespace {

using ::testing::HasSubstr;

std::string TempPath(const std::string& name) { return testing::TempDir() + "/jsonl_stream_" + name; }

struct Streamed {
  std::string output;
  StreamCounts counts;
};

Streamed Stream(const std::string& input, int workers, const std::string& name = "in.jsonl") {
  const FakeReader fake = MakeFakeReader();
  EXPECT_TRUE(WriteFileAtomically(TempPath(name), input).ok());
  LineReader reader = LineReader::Open(TempPath(name), 1 << 16).value();
  Streamed streamed;
  StreamOptions options;
  options.rules = fake.reader->rules();
  options.workers = workers;
  const auto sink = [&](std::string_view lines) {
    streamed.output += lines;
    return absl::OkStatus();
  };
  const auto counts = StreamJsonl(*fake.reader, &reader, sink, options);
  EXPECT_TRUE(counts.ok()) << counts.status();
  if (counts.ok()) streamed.counts = *counts;
  return streamed;
}

TEST(JsonlStreamTest, AnswersInOrderAndGoesOnAfterBadLines) {
  const Streamed streamed = Stream(
      "{\"id\":1,\"question\":\"多少\",\"passage\":\"共12元\"}\n"
      "not json\n"
      "\n"
      "{\"id\":\"x\",\"passage\":\"共3元和4\",\"questions\":[\"多少\",\"无\"]}\r\n"
      "{\"id\":5,\"question\":\"多少\",\"passage\":\"\"}\n"
      "{\"id\":6,\"question\":\"多少\",\"passage\":\"\xff\"}\n" +
          std::string(70000, ' ') + "\n{\"id\":8,\"question\":\"多少\",\"passage\":\"9\"}",
      2);
  std::vector<std::string> lines;
  for (size_t at = 0; at < streamed.output.size();) {
    const size_t end = streamed.output.find('\n', at);
    lines.push_back(streamed.output.substr(at, end - at));
    at = end + 1;
  }
  ASSERT_EQ(lines.size(), 7U);
  EXPECT_THAT(lines[0], HasSubstr("{\"id\":1,\"answers\":[{\"text\":\"12\",\"begin\":1,\"end\":3,\"score\":0.9"));
  EXPECT_THAT(lines[1], HasSubstr("{\"id\":null,\"error\":{\"line\":2,\"message\":"));
  EXPECT_THAT(lines[2], HasSubstr("{\"id\":\"x\",\"results\":[{\"answers\":[{\"text\":\"3\""));
  EXPECT_THAT(lines[3], HasSubstr("{\"id\":5,\"error\":{\"line\":5,\"message\":\"the passage is empty\"}}"));
  EXPECT_THAT(lines[4], HasSubstr("\"error\":{\"line\":6,\"message\":\"byte 39 (0xff) is not UTF-8"));
  EXPECT_THAT(lines[5], HasSubstr("\"error\":{\"line\":7,\"message\":"));
  EXPECT_THAT(lines[6], HasSubstr("{\"id\":8,\"answers\":[{\"text\":\"9\",\"begin\":0,\"end\":1"));
  EXPECT_EQ(streamed.counts.lines, 7);
  EXPECT_EQ(streamed.counts.bad_lines, 4);
  EXPECT_EQ(streamed.counts.questions, 4);
  EXPECT_EQ(streamed.counts.answers, 4);
}

TEST(JsonlStreamTest, AnyNumberOfWorkersGivesTheSameBytes) {
  Random random(1);
  std::string input;
  for (int i = 0; i < 2000; ++i) {
    std::string passage;
    const uint32_t chars = 1 + random.Below(80);
    for (uint32_t at = 0; at < chars; ++at) passage += random.Chance(0.2) ? "8" : "元";
    input += fmt::format("{{\"id\":{},\"question\":\"多少\",\"passage\":\"{}\"}}\n", i, passage);
  }
  const Streamed one = Stream(input, 1, "one.jsonl");
  const Streamed four = Stream(input, 4, "four.jsonl");
  EXPECT_EQ(one.output, four.output);
  EXPECT_EQ(one.counts.lines, 2000);
  EXPECT_EQ(std::count(one.output.begin(), one.output.end(), '\n'), 2000);
}

TEST(JsonlStreamTest, EmptyInputIsFine) { EXPECT_EQ(Stream("", 2).output, ""); }

TEST(JsonlStreamTest, AFailingSinkStopsTheStream) {
  const FakeReader fake = MakeFakeReader();
  std::string input;
  for (int i = 0; i < 5000; ++i) input += "{\"question\":\"多少\",\"passage\":\"共5元\"}\n";
  ASSERT_TRUE(WriteFileAtomically(TempPath("full.jsonl"), input).ok());
  LineReader reader = LineReader::Open(TempPath("full.jsonl")).value();
  int calls = 0;
  const auto sink = [&](std::string_view) {
    return ++calls < 3 ? absl::OkStatus() : absl::ResourceExhaustedError("disk full");
  };
  EXPECT_EQ(StreamJsonl(*fake.reader, &reader, sink, {}).status().message(), "disk full");
  EXPECT_EQ(calls, 3);
  EXPECT_LT(reader.bytes_read(), static_cast<int64_t>(input.size()));
}

TEST(JsonlStreamTest, WhoSendsALineAndWaitsGetsTheAnswer) {
  const FakeReader fake = MakeFakeReader();
  const std::string path = TempPath("pipe");
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::promise<void> answered;
  std::thread client([&] {
    FILE* pipe = fopen(path.c_str(), "w");
    fputs("{\"question\":\"多少\",\"passage\":\"共5元\"}\n", pipe);
    fflush(pipe);
    EXPECT_EQ(answered.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
    fclose(pipe);
  });
  LineReader reader = LineReader::Open(path).value();
  const auto sink = [&](std::string_view) {
    answered.set_value();
    return absl::OkStatus();
  };
  StreamOptions options;
  options.workers = 2;
  EXPECT_TRUE(StreamJsonl(*fake.reader, &reader, sink, options).ok());
  client.join();
  std::filesystem::remove(path);
}

TEST(JsonlStreamTest, AFailingSinkIsToldWhileNoMoreInputComes) {
  const FakeReader fake = MakeFakeReader();
  const std::string path = TempPath("silent_pipe");
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::promise<void> told;
  std::thread client([&] {
    FILE* pipe = fopen(path.c_str(), "w");
    fputs("{\"question\":\"多少\",\"passage\":\"共5元\"}\n", pipe);
    fflush(pipe);
    EXPECT_EQ(told.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
    fclose(pipe);
  });
  LineReader reader = LineReader::Open(path).value();
  const auto sink = [](std::string_view) { return absl::ResourceExhaustedError("disk full"); };
  EXPECT_EQ(StreamJsonl(*fake.reader, &reader, sink, {}).status().message(), "disk full");
  told.set_value();
  client.join();
  std::filesystem::remove(path);
}

TEST(JsonlStreamTest, ALineThatNeedsTooMuchMemoryIsAnErrorOfItsOwn) {
  const FakeReader fake = MakeFakeReader();
  fake.engine->RunOutOfMemoryOn(FakeChars().Find("和"));
  const std::string path = TempPath("memory.jsonl");
  ASSERT_TRUE(WriteFileAtomically(path,
                                  "{\"id\":1,\"question\":\"多少\",\"passage\":\"共5元\"}\n"
                                  "{\"id\":2,\"question\":\"多少\",\"passage\":\"6和7\"}\n"
                                  "{\"id\":3,\"question\":\"多少\",\"passage\":\"共8元\"}\n")
                  .ok());
  LineReader reader = LineReader::Open(path).value();
  StreamOptions options;
  options.rules = fake.reader->rules();
  options.workers = 1;
  std::string output;
  const auto sink = [&](std::string_view lines) {
    output += lines;
    return absl::OkStatus();
  };
  const auto counts = StreamJsonl(*fake.reader, &reader, sink, options);
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->bad_lines, 1);
  EXPECT_THAT(output, HasSubstr("{\"id\":1,\"answers\":[{\"text\":\"5\""));
  EXPECT_THAT(output, HasSubstr("{\"id\":2,\"error\":{\"line\":2,\"message\":\"there is no memory for a passage of 5 "
                                "bytes\"}}"));
  EXPECT_THAT(output, HasSubstr("{\"id\":3,\"answers\":[{\"text\":\"8\""));
}

}  // namespace
}  // namespace tiqu::answer
