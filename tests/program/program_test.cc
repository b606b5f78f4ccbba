// The program as a whole: what goes in at the command line and what comes out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/file.h"
#include "base/random.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "program_for_test.h"

namespace tiqu::cli {
namespace {

using ::nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kQuestion[] = "罗显敏的出生地是哪里";
constexpr char kPassage[] = "罗显敏,男,1989年11月19日出生,户籍地:广西宾阳县2队513号,身份证号码:452123198911195219";

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end == std::string::npos ? text.size() : end + 1;
  }
  return lines;
}

// Requests with passages from one character to several windows.
std::string ManyRequests(int count) {
  const std::vector<std::string> pieces = {"罗", "显敏", ",", "户籍地:", "广西", "宾阳县", "1989", "年", "出生", "生"};
  Random random(5);
  std::string lines;
  for (int i = 0; i < count; ++i) {
    std::string passage;
    const uint32_t count_of_pieces = 1 + random.Below(i % 10 == 0 ? 90 : 12);
    for (uint32_t piece = 0; piece < count_of_pieces; ++piece) passage += random.Pick(pieces);
    lines += json({{"id", i}, {"question", kQuestion}, {"passage", passage}}).dump() + "\n";
  }
  return lines;
}

TEST(ProgramTest, HelpNamesTheVerbsAndSucceeds) {
  const ProgramResult help = RunTiqu({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* verb : {"ask", "extract", "eval", "export", "show"}) EXPECT_THAT(help.output, HasSubstr(verb));
  EXPECT_EQ(RunTiqu({"extract", "--help"}).exit_code, 0);
  EXPECT_EQ(RunTiqu({"--version"}).exit_code, 0);
}

TEST(ProgramTest, WrongCommandLinesAreRefusedWithTwo) {
  const std::vector<std::vector<std::string>> lines = {
      {},
      {"no-such-verb"},
      {"ask", "--model", "m"},
      {"ask", "--model", "m", "--question", "q"},
      {"ask", "--model", "m", "--question", "q", "--passage", "p", "--passage-file", "f"},
      {"ask", "--model", "m", "--question", "q", "--passage", "p", "--threshold", "2"},
      {"extract", "--model", "m", "--workers", "-1"},
      {"eval", "data.jsonl"},
      {"eval", "data.jsonl", "--model", "m", "--predictions", "p"},
  };
  for (const auto& line : lines) {
    const ProgramResult result = RunTiqu(line);
    EXPECT_EQ(result.exit_code, 2) << json(line);
    EXPECT_EQ(result.output, "") << json(line);
    EXPECT_NE(result.errors, "") << json(line);
  }
}

// To a checkpoint and back: the model that a training would go on from answers as the exported one.
TEST(ProgramTest, AnImportedModelExportedAgainAnswersTheSame) {
  const std::string model = WriteRandomModel("model");
  const std::string checkpoint = TestDir() + "/model.h5";
  const ProgramResult imported = RunTiqu({"import", model, "-o", checkpoint});
  ASSERT_EQ(imported.exit_code, 0) << imported.errors;
  ASSERT_EQ(RunTiqu({"export", checkpoint, TestDir() + "/again", "--version", "7"}).exit_code, 0);
  const auto answer = [](const std::string& dir) {
    return RunTiqu({"ask", "--model", dir, "--question", kQuestion, "--passage", kPassage, "--json"});
  };
  const ProgramResult before = answer(model);
  EXPECT_THAT(before.output, HasSubstr("\"answers\":[{"));
  EXPECT_EQ(answer(TestDir() + "/again").output, before.output);
  EXPECT_EQ(RunTiqu({"import", TestDir(), "-o", checkpoint}).exit_code, 1);
}

TEST(ProgramTest, WhatCannotBeLoadedIsNamed) {
  const ProgramResult missing = RunTiqu({"ask", "--model", "no/such/model", "--question", "q", "--passage", "p"});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.errors, StartsWith("tiqu: "));
  EXPECT_THAT(missing.errors, HasSubstr("no/such/model"));
  EXPECT_EQ(RunTiqu({"extract", "--model", "no/such/model", "no_such_file.jsonl"}).exit_code, 1);
}

TEST(ProgramTest, AskAnswersThePassageHoweverItComes) {
  const std::string model = WriteRandomModel("model");
  const ProgramResult direct =
      RunTiqu({"ask", "--model", model, "--question", kQuestion, "--passage", kPassage, "--json"});
  ASSERT_EQ(direct.exit_code, 0) << direct.errors;
  const json reply = json::parse(direct.output);
  EXPECT_EQ(reply.size(), 2U);
  EXPECT_GE(reply["no_answer"].get<double>(), 0);
  ASSERT_GT(reply["answers"].size(), 0U);
  EXPECT_EQ(reply["answers"][0].size(), 4U);

  const std::string file = TestDir() + "/passage.txt";
  ASSERT_TRUE(WriteFileAtomically(file, std::string(kPassage) + "\n").ok());
  const std::vector<std::string> start = {"ask", "--model", model + "/1", "--question", kQuestion, "--json"};
  auto from_file = start;
  from_file.insert(from_file.end(), {"--passage-file", file});
  EXPECT_EQ(RunTiqu(from_file).output, direct.output);
  auto from_input = start;
  from_input.insert(from_input.end(), {"--passage", "-"});
  EXPECT_EQ(RunTiqu(from_input, kPassage).output, direct.output);

  const ProgramResult plain = RunTiqu({"ask", "--model", model, "--question", kQuestion, "--passage", kPassage});
  EXPECT_THAT(plain.output, StartsWith(reply["answers"][0]["text"].get<std::string>() + "\t"));
  EXPECT_EQ(Lines(plain.output).size(), reply["answers"].size());
  const ProgramResult nothing =
      RunTiqu({"ask", "--model", model, "--question", kQuestion, "--passage", kPassage, "--threshold", "1"});
  EXPECT_EQ(nothing.output, "no answer\n");
}

TEST(ProgramTest, BadTextIsNamed) {
  const std::string model = WriteRandomModel("model");
  const ProgramResult result = RunTiqu({"ask", "--model", model, "--question", "q", "--passage", "\xff"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.errors, HasSubstr("tiqu: passage: byte 0 (0xff) is not UTF-8"));
  EXPECT_EQ(RunTiqu({"ask", "--model", model, "--question", "", "--passage", "p"}).exit_code, 2);
}

TEST(ProgramTest, ExtractGivesTheSameLinesOnEveryWay) {
  const std::string model = WriteRandomModel("model");
  const std::string requests = ManyRequests(300);
  const std::string input = TestDir() + "/in.jsonl";
  const std::string output = TestDir() + "/out.jsonl";
  ASSERT_TRUE(WriteFileAtomically(input, requests).ok());
  const ProgramResult one = RunTiqu({"extract", "--model", model, input, "--workers", "1"});
  ASSERT_EQ(one.exit_code, 0) << one.errors;
  EXPECT_EQ(RunTiqu({"extract", "--model", model, "--workers", "3"}, requests).output, one.output);
  const ProgramResult to_file = RunTiqu({"extract", "--model", model, input, "-o", output});
  EXPECT_EQ(to_file.output, "");
  EXPECT_EQ(ReadFile(output).value(), one.output);

  const auto lines = Lines(one.output);
  ASSERT_EQ(lines.size(), 300U);
  size_t answers = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    const json line = json::parse(lines[i]);
    EXPECT_EQ(line["id"], i);
    answers += line["answers"].size();
  }
  EXPECT_GT(answers, 100U);
  // One line asked alone gives what it gave among the others.
  const json third = json::parse(Lines(requests)[3]);
  json asked = json::parse(RunTiqu({"ask", "--model", model, "--question", kQuestion, "--passage",
                                    third["passage"].get<std::string>(), "--json"})
                               .output);
  asked["id"] = 3;
  EXPECT_EQ(asked, json::parse(lines[3]));
}

TEST(ProgramTest, ExtractReportsBadLinesAndGoesOn) {
  const std::string model = WriteRandomModel("model");
  const std::string requests =
      "{\"id\":1}\n" + ManyRequests(1) + "\xff\n" + "{\"id\":4,\"passage\":\"罗\",\"questions\":[\"谁\",\"哪\"]}\n";
  const ProgramResult result = RunTiqu({"extract", "--model", model}, requests);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.errors, HasSubstr("2 of 4 lines"));
  const auto lines = Lines(result.output);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(json::parse(lines[0])["error"]["line"], 1);
  EXPECT_TRUE(json::parse(lines[1]).contains("answers"));
  EXPECT_EQ(json::parse(lines[2])["error"]["line"], 3);
  EXPECT_EQ(json::parse(lines[3])["results"].size(), 2U);
}

TEST(ProgramTest, AnInterruptedExtractLeavesNoFile) {
  const std::string model = WriteRandomModel("model");
  const std::string output = TestDir() + "/out.jsonl";
  const RunningProgram program = StartTiqu({"extract", "--model", model, "-o", output}, TestDir() + "/log");
  const std::string requests = ManyRequests(100);
  ASSERT_EQ(write(program.input, requests.data(), requests.size()), static_cast<ssize_t>(requests.size()));
  // Its input stays open, so it waits; the signal must wake it.
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  kill(program.process, SIGINT);
  EXPECT_EQ(WaitFor(program), 130);
  EXPECT_FALSE(FileExists(output));
}

TEST(ProgramTest, EvalScoresItsOwnAnswersAsRight) {
  const std::string model = WriteRandomModel("model");
  const std::string requests = ManyRequests(200);
  const std::string predictions = TestDir() + "/predictions.jsonl";
  ASSERT_EQ(RunTiqu({"extract", "--model", model, "-o", predictions}, requests).exit_code, 0);
  const auto inputs = Lines(requests);
  const auto outputs = Lines(ReadFile(predictions).value());
  std::string data;
  for (size_t i = 0; i < inputs.size(); ++i) {
    json sample = json::parse(inputs[i]);
    sample["answers"] = json::array();
    const json output = json::parse(outputs[i]);
    for (const json& answer : output["answers"]) {
      sample["answers"].push_back({{"text", answer["text"]}, {"begin", answer["begin"]}});
    }
    data += sample.dump() + "\n";
  }
  const std::string data_file = TestDir() + "/data.jsonl";
  ASSERT_TRUE(WriteFileAtomically(data_file, data).ok());

  const std::string again = TestDir() + "/again.jsonl";
  const ProgramResult with_model = RunTiqu({"eval", data_file, "--model", model, "--json", "-", "-o", again});
  ASSERT_EQ(with_model.exit_code, 0) << with_model.errors;
  EXPECT_EQ(json::parse(with_model.output)["overall"]["spans"]["f1"], 1.0) << with_model.output;
  EXPECT_EQ(Lines(ReadFile(again).value()).size(), 200U);
  const ProgramResult with_file = RunTiqu({"eval", data_file, "--predictions", predictions, "--json", "-"});
  ASSERT_EQ(with_file.exit_code, 0) << with_file.errors;
  EXPECT_EQ(json::parse(with_file.output)["overall"]["spans"]["f1"], 1.0);

  const ProgramResult table = RunTiqu({"eval", data_file, "--model", model, "--tune", "--baseline"});
  EXPECT_EQ(table.exit_code, 0) << table.errors;
  EXPECT_THAT(table.output, HasSubstr("best threshold on this data"));
  EXPECT_THAT(table.output, HasSubstr("baseline"));
}

}  // namespace
}  // namespace tiqu::cli
