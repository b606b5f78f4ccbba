// For tests: one verb, run on a command line, with an empty folder for its files.
//
//   class ShowVerbTest : public VerbTest {
//    protected:
//     ShowVerbTest() : VerbTest("show", AddShowVerb) {}
//   };
//   TEST_F(ShowVerbTest, ...) { EXPECT_TRUE(Run("--dir " + Path("model")).status.ok()); }
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

#include "base/file.h"
#include "cli/verbs.h"
#include "gtest/gtest.h"

namespace tiqu::cli {

class VerbTest : public testing::Test {
 protected:
  VerbTest(std::string verb, void (*add)(CLI::App&, VerbResult*))
      : folder_(testing::TempDir() + "/tiqu_" + verb + "_verb_" + std::to_string(getpid())),
        verb_(std::move(verb)),
        add_(add) {
    std::filesystem::create_directories(folder_);
  }
  ~VerbTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  void Write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(Path(name), text).ok());
  }

  // What the verb gives back; its output is left in output_. A wrong command line throws, as CLI11 does.
  VerbResult Run(const std::string& arguments) {
    CLI::App app;
    VerbResult result;
    add_(app, &result);
    testing::internal::CaptureStdout();
    try {
      app.parse(verb_ + " " + arguments);
    } catch (...) {
      output_ = testing::internal::GetCapturedStdout();
      throw;
    }
    output_ = testing::internal::GetCapturedStdout();
    return result;
  }

  const std::string folder_;
  std::string output_;

 private:
  const std::string verb_;
  void (*const add_)(CLI::App&, VerbResult*);
};

}  // namespace tiqu::cli
