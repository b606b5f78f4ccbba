#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

TEST_F(FileTest, WhatAKilledProcessLeftIsStoodAside) {
  // The next names are those of this process's counter, which a first file shows.
  int used = -1;
  {
    auto file = AtomicFile::Create(Path("a")).value();
    const std::string name = fs::directory_iterator(folder_)->path().filename().string();
    used = std::stoi(name.substr(name.find('-') + 1));
  }
  std::vector<std::string> leftovers;
  const auto leave = [&](const char* of, int number) {
    leftovers.push_back(Path(absl::StrCat(".", of, ".", getpid(), "-", number, ".tmp")));
    fs::create_directory(leftovers.back());
  };
  for (int i = 1; i <= 3; ++i) {
    leave("a", used + i);
    leave("folder", used + i);
  }
  auto folder = AtomicDirectory::Create(Path("folder"));
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_TRUE(folder->Commit().ok());
  for (int i = 5; i <= 7; ++i) leave("a", used + i);
  const absl::Status written = WriteFileAtomically(Path("a"), "new");
  EXPECT_TRUE(written.ok()) << written;
  EXPECT_EQ(ReadFile(Path("a")).value(), "new");
  for (const std::string& leftover : leftovers) EXPECT_TRUE(FileExists(leftover)) << leftover;
}

TEST_F(FileTest, AReplacedFileKeepsItsPermissions) {
  struct stat info;
  for (const mode_t mode : {0600, 0640, 0755}) {
    ASSERT_TRUE(WriteFileAtomically(Path("a"), "old").ok());
    ASSERT_EQ(chmod(Path("a").c_str(), mode), 0);
    ASSERT_TRUE(WriteFileAtomically(Path("a"), "new").ok());
    ASSERT_EQ(stat(Path("a").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, mode);
  }
}

TEST_F(FileTest, ADescriptorIsWrittenWhereItStands) {
  if (!FileExists("/dev/fd")) GTEST_SKIP() << "no /dev/fd here";
  ASSERT_TRUE(WriteFileAtomically(Path("log"), "old\n").ok());
  const int log = open(Path("log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  ASSERT_GE(log, 0);
  const std::string name = "/dev/fd/" + std::to_string(log);
  fs::create_symlink(name, Path("link"));
  EXPECT_TRUE(WriteFileAtomically(name, "one\n").ok());
  EXPECT_TRUE(WriteFileAtomically("/proc/self/fd/" + std::to_string(log), "two\n").ok());
  EXPECT_TRUE(WriteFileAtomically(Path("link"), "three\n").ok());
  EXPECT_EQ(ReadFile(Path("log")).value(), "old\none\ntwo\nthree\n");
  struct stat open_file, named_file;
  ASSERT_EQ(fstat(log, &open_file), 0);
  ASSERT_EQ(stat(Path("log").c_str(), &named_file), 0);
  EXPECT_EQ(open_file.st_ino, named_file.st_ino);
  close(log);
}

TEST_F(FileTest, StandardInputIsReadFromWhereItStands) {
  ASSERT_TRUE(WriteFileAtomically(Path("in"), "firstrest").ok());
  const int before = dup(STDIN_FILENO);
  const int in = open(Path("in").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(lseek(in, 5, SEEK_SET), 5);
  ASSERT_EQ(dup2(in, STDIN_FILENO), STDIN_FILENO);
  const auto rest = ReadStandardInput();
  close(in);
  if (before < 0) {
    close(STDIN_FILENO);
  } else {
    dup2(before, STDIN_FILENO);
    close(before);
  }
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(*rest, "rest");
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
