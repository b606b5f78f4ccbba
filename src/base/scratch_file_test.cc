#include "base/scratch_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu {
namespace {

class ScratchFileTest : public testing::Test {
 protected:
  ScratchFileTest() { std::filesystem::create_directories(folder_); }
  ~ScratchFileTest() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ = testing::TempDir() + "/scratch_file_test";
};

TEST_F(ScratchFileTest, HoldsWhatWasWrittenUnderNoName) {
  absl::StatusOr<ScratchFile> scratch = ScratchFile::Create(folder_);
  ASSERT_TRUE(scratch.ok()) << scratch.status();
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  const std::string text(3 << 20, 'x');  // several times the buffer
  ASSERT_TRUE(scratch->Write(text).ok());
  ASSERT_TRUE(scratch->Write("end").ok());
  ASSERT_TRUE(scratch->Flush().ok());
  for (int reader = 0; reader < 2; ++reader) {  // each from the start
    std::ifstream file(scratch->path());
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text + "end");
  }
}

TEST_F(ScratchFileTest, AFolderThatIsNotThereIsNamed) {
  const absl::Status status = ScratchFile::Create(folder_ + "/absent").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("scratch_file_test/absent"));
}

}  // namespace
}  // namespace tiqu
