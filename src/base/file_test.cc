#include "base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/interrupt.h"
#include "base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// An empty folder of the test's own.
class FileTest : public testing::Test {
 protected:
  FileTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / ("tiqu_file_test_" + std::to_string(getpid()) + "_" + info->name());
    fs::create_directories(folder_);
  }
  ~FileTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  int Entries() const {
    return static_cast<int>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(FileTest, WhatWasWrittenIsRead) {
  const std::string bytes("line\r\n\0中\xFF", 11);
  ASSERT_TRUE(WriteFileAtomically(Path("a"), bytes).ok());
  EXPECT_TRUE(FileExists(Path("a")));
  EXPECT_EQ(ReadFile(Path("a")).value(), bytes);
  ASSERT_TRUE(WriteFileAtomically(Path("a"), "").ok());
  EXPECT_EQ(ReadFile(Path("a")).value(), "");
  EXPECT_EQ(Entries(), 1);
}

TEST_F(FileTest, FilesOfUnknownSizeAreReadWhole) {
  EXPECT_THAT(ReadFile("/proc/self/status").value(), HasSubstr("Name:"));
}

TEST_F(FileTest, ErrorsNameThePathAndTheReason) {
  const absl::Status absent = ReadFile(Path("absent")).status();
  EXPECT_EQ(absent.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(absent.message(), "cannot open " + Path("absent") + ": No such file or directory");
  EXPECT_THAT(std::string(ReadFile(folder_.string()).status().message()), HasSubstr("Is a directory"));
  EXPECT_EQ(WriteFileAtomically(Path("absent/a"), "x").code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(WriteFileAtomically(folder_.string(), "x").message()), HasSubstr("Is a directory"));
  ASSERT_TRUE(WriteFileAtomically(Path("file"), "x").ok());
  EXPECT_FALSE(MakeDirectories(Path("file")).ok());
  EXPECT_FALSE(MakeDirectories(Path("file/below")).ok());
  EXPECT_FALSE(WriteFileAtomically("", "x").ok());
}

TEST_F(FileTest, FullDiskIsResourceExhausted) {
  if (!FileExists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const absl::Status full = WriteFileAtomically("/dev/full", "x");
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(full.message(), "cannot write /dev/full: No space left on device");
  auto file = AtomicFile::Create("/dev/full").value();
  EXPECT_EQ(file.Write(std::string(1 << 20, 'x')).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(file.Commit().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(FileTest, ReadOnlyFolderIsPermissionDenied) {
  if (geteuid() == 0) {
    // Permissions do not bind root; the kernel's own read-only trees do.
    EXPECT_FALSE(WriteFileAtomically("/proc/tiqu", "x").ok());
    return;
  }
  chmod(folder_.c_str(), 0500);
  EXPECT_EQ(WriteFileAtomically(Path("a"), "x").code(), absl::StatusCode::kPermissionDenied);
  chmod(folder_.c_str(), 0700);
}

TEST_F(FileTest, UncommittedFileLeavesNothingAndKeepsTheOldOne) {
  ASSERT_TRUE(WriteFileAtomically(Path("a"), "old").ok());
  {
    auto file = AtomicFile::Create(Path("a")).value();
    ASSERT_TRUE(file.Write(std::string(1 << 20, 'n')).ok());
    EXPECT_EQ(ReadFile(Path("a")).value(), "old");
    AtomicFile moved = std::move(file);
    ASSERT_TRUE(moved.Write("more").ok());
  }
  EXPECT_EQ(ReadFile(Path("a")).value(), "old");
  EXPECT_EQ(Entries(), 1);
}

TEST_F(FileTest, KilledWriterLeavesTheOldFile) {
  ASSERT_TRUE(WriteFileAtomically(Path("a"), "old").ok());
  const auto die = [this] {
    auto file = AtomicFile::Create(Path("a")).value();
    (void)file.Write(std::string(1 << 20, 'n'));
    raise(SIGKILL);
  };
  EXPECT_EXIT(die(), testing::KilledBySignal(SIGKILL), "");
  EXPECT_EQ(ReadFile(Path("a")).value(), "old");
}

TEST_F(FileTest, CommitTwiceIsRefused) {
  auto file = AtomicFile::Create(Path("a")).value();
  ASSERT_TRUE(file.Write("x").ok());
  ASSERT_TRUE(file.Commit().ok());
  EXPECT_FALSE(file.Commit().ok());
  EXPECT_FALSE(file.Write(std::string(1 << 20, 'n')).ok());
  EXPECT_EQ(ReadFile(Path("a")).value(), "x");
}

TEST_F(FileTest, WritingThroughALinkReplacesWhatItLeadsTo) {
  ASSERT_TRUE(WriteFileAtomically(Path("target"), "old").ok());
  fs::create_symlink("target", Path("link"));
  ASSERT_TRUE(WriteFileAtomically(Path("link"), "new").ok());
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(ReadFile(Path("target")).value(), "new");
}

TEST_F(FileTest, FolderAppearsWholeOrNotAtAll) {
  {
    auto folder = AtomicDirectory::Create(Path("m/1")).value();
    ASSERT_TRUE(WriteFileAtomically(folder.path() + "/f", "x").ok());
    EXPECT_FALSE(FileExists(Path("m/1")));
  }
  EXPECT_TRUE(fs::is_empty(Path("m")));
  auto folder = AtomicDirectory::Create(Path("m/1/")).value();
  ASSERT_TRUE(MakeDirectories(folder.path() + "/variables").ok());
  ASSERT_TRUE(WriteFileAtomically(folder.path() + "/variables/f", "x").ok());
  ASSERT_TRUE(folder.Commit().ok());
  EXPECT_EQ(ReadFile(Path("m/1/variables/f")).value(), "x");
  EXPECT_FALSE(folder.Commit().ok());
  EXPECT_EQ(std::distance(fs::directory_iterator(Path("m")), fs::directory_iterator()), 1);
}

TEST_F(FileTest, FolderNameThatIsTakenIsRefusedAtCreateAndAtCommit) {
  auto folder = AtomicDirectory::Create(Path("1")).value();
  ASSERT_TRUE(MakeDirectories(Path("1")).ok());
  EXPECT_EQ(AtomicDirectory::Create(Path("1")).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(folder.Commit().code(), absl::StatusCode::kAlreadyExists);
}

TEST(InterruptTest, FirstSignalSetsTheFlagAndTheSecondEndsTheProcess) {
  const auto twice = [] {
    CatchInterrupts();
    if (Interrupted()) _exit(1);
    raise(SIGTERM);
    if (!Interrupted()) _exit(2);
    raise(SIGINT);
    _exit(3);
  };
  EXPECT_EXIT(twice(), testing::ExitedWithCode(128 + SIGINT), "");
}

TEST(StatusTest, AnnotateKeepsTheCodeAndOk) {
  EXPECT_TRUE(Annotate(absl::OkStatus(), "line 1").ok());
  EXPECT_EQ(Annotate(absl::NotFoundError("gone"), "line 1"), absl::NotFoundError("line 1: gone"));
}

}  // namespace
}  // namespace tiqu
