// Where the program's output goes when it cannot go, or goes to what the shell has opened.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "program_for_test.h"

namespace tiqu::cli {
namespace {

using ::testing::HasSubstr;

constexpr char kRequest[] = "{\"id\":1,\"question\":\"出生地是哪里\",\"passage\":\"罗显敏,户籍地:广西宾阳县\"}\n";

// Runs a line of the shell whose standard output nobody reads any more. Gives the exit code.
int RunIntoClosedPipe(const std::string& line) {
  FILE* pipe = popen(("sleep 0.3; " + line).c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  const int status = pclose(pipe);  // closes first, then waits
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string Quoted(const std::string& text) { return "'" + text + "'"; }

TEST(OutputTest, AFullDiskIsAnErrorOfEveryVerb) {
  if (!FileExists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const std::string model = WriteRandomModel("model");
  const std::vector<std::pair<std::vector<std::string>, std::string>> lines = {
      {{"show", "--dir", model, "--all"}, ""},
      {{"ask", "--model", model, "--question", "谁", "--passage", "罗显敏"}, ""},
      {{"extract", "--model", model}, kRequest},
  };
  for (const auto& [arguments, input] : lines) {
    const ProgramResult result = RunTiqu(arguments, input, "/dev/full");
    EXPECT_EQ(result.exit_code, 1) << arguments[0];
    EXPECT_THAT(result.errors, HasSubstr("standard output cannot be written: No space left on device")) << arguments[0];
  }
}

TEST(OutputTest, AReaderThatWentAwayIsAnErrorAndNoSignal) {
  const std::string model = WriteRandomModel("model");
  const std::string errors = TestDir() + "/errors";
  EXPECT_EQ(RunIntoClosedPipe(Quoted(TiquPath()) + " show --all --dir " + Quoted(model) + " 2>" + Quoted(errors)), 1);
  EXPECT_THAT(ReadFile(errors).value_or(""), HasSubstr("standard output cannot be written: Broken pipe"));
}

TEST(OutputTest, AClosedStandardErrorDoesNotStopWhatWritesAFile) {
  const std::string model = WriteRandomModel("model");
  const std::string input = TestDir() + "/in.jsonl";
  const std::string output = TestDir() + "/out.jsonl";
  ASSERT_TRUE(WriteFileAtomically(input, std::string("not JSON\n") + kRequest).ok());
  // The bad line is worth a warning, which nobody reads.
  EXPECT_EQ(RunIntoClosedPipe(Quoted(TiquPath()) + " extract --model " + Quoted(model) + " " + Quoted(input) + " -o " +
                              Quoted(output) + " 2>&1"),
            3);
  EXPECT_THAT(ReadFile(output).value_or(""), HasSubstr("{\"id\":1,\"answers\":"));
}

TEST(OutputTest, AnOutputNamedDevStdoutIsAppendedWhereTheShellAppends) {
  if (!FileExists("/dev/stdout")) GTEST_SKIP() << "no /dev/stdout here";
  const std::string model = WriteRandomModel("model");
  const std::string input = TestDir() + "/in.jsonl";
  const std::string log = TestDir() + "/log";
  ASSERT_TRUE(WriteFileAtomically(input, kRequest).ok());
  ASSERT_TRUE(WriteFileAtomically(log, "before\n").ok());
  EXPECT_EQ(RunIntoClosedPipe(Quoted(TiquPath()) + " extract --quiet --model " + Quoted(model) + " " + Quoted(input) +
                              " -o /dev/stdout >>" + Quoted(log)),
            0);
  EXPECT_THAT(ReadFile(log).value_or(""), testing::StartsWith("before\n{\"id\":1,"));
}

TEST(OutputTest, APassageOnStandardInputStartsWhereTheShellStandsInIt) {
  const std::string model = WriteRandomModel("model");
  const std::string text = TestDir() + "/text";
  const std::string reply = TestDir() + "/reply";
  ASSERT_TRUE(WriteFileAtomically(text, "first line\n罗显敏,户籍地:广西宾阳县\n").ok());
  const std::string ask =
      Quoted(TiquPath()) + " ask --json --question 出生地是哪里 --model " + Quoted(model) + " --passage ";
  EXPECT_EQ(RunIntoClosedPipe("{ read line; " + ask + "-; } <" + Quoted(text) + " >" + Quoted(reply)), 0);
  const ProgramResult direct = RunTiqu(
      {"ask", "--json", "--question", "出生地是哪里", "--model", model, "--passage", "罗显敏,户籍地:广西宾阳县"});
  EXPECT_EQ(direct.exit_code, 0) << direct.errors;
  EXPECT_EQ(ReadFile(reply).value_or(""), direct.output);
}

TEST(OutputTest, AMissingVariablesFolderIsADamagedModelAndNoWrongCommandLine) {
  const std::string model = WriteRandomModel("model");
  ASSERT_EQ(rename((model + "/1/variables").c_str(), (model + "/1/elsewhere").c_str()), 0);
  const ProgramResult result = RunTiqu({"ask", "--model", model, "--question", "谁", "--passage", "罗"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.errors, HasSubstr("variables/variables.index is missing"));
}

}  // namespace
}  // namespace tiqu::cli
