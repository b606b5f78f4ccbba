#include "serving/models/version_folders.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "base/hash.h"
#include "fmt/format.h"

namespace tiqu::serving {
namespace {

namespace fs = std::filesystem;

constexpr int kMostPrintedFiles = 100'000;

// Of two folders with other content, one of these differs.
struct FileFacts {
  uint64_t size;
  uint64_t inode;
  int64_t seconds;
  int64_t nanoseconds;
};

void AddFile(const std::string& path, FolderPrint* print) {
  struct stat facts = {};
  if (stat(path.c_str(), &facts) != 0) return;
  const FileFacts kept = {static_cast<uint64_t>(facts.st_size), facts.st_ino, facts.st_mtim.tv_sec,
                          facts.st_mtim.tv_nsec};
  const uint64_t hash = Fnv1a64({reinterpret_cast<const char*>(&kept), sizeof kept}, Fnv1a64(path));
  print->value += hash;  // a sum, for the order of a folder's entries is not fixed
  print->newest = std::max(print->newest, absl::TimeFromTimespec(facts.st_mtim));
}

}  // namespace

int64_t ParseVersion(std::string_view name) {
  int64_t version = 0;
  const char* end = name.data() + name.size();
  if (name.empty() || name.front() == '-') return -1;
  const auto [stopped, error] = std::from_chars(name.data(), end, version);
  return error == std::errc() && stopped == end ? version : -1;
}

absl::StatusOr<std::map<int64_t, std::string>> ListVersions(const std::string& base_path) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator entry(base_path, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) {
    return absl::NotFoundError(fmt::format("Could not find base path {}: {}", base_path, error.message()));
  }
  std::sort(names.begin(), names.end());
  std::map<int64_t, std::string> versions;
  for (const std::string& name : names) {
    const int64_t version = ParseVersion(name);
    if (version >= 0)
      versions.try_emplace(version, base_path == "/" ? "/" + name : fmt::format("{}/{}", base_path, name));
  }
  return versions;
}

std::map<int64_t, std::string> ChooseVersions(
    const std::map<int64_t, std::string>& versions,
    const tensorflow::serving::FileSystemStoragePathSourceConfig::ServableVersionPolicy& policy) {
  std::map<int64_t, std::string> chosen;
  if (policy.has_all()) return versions;
  if (policy.has_specific()) {
    for (const int64_t version : policy.specific().versions()) {
      const auto found = versions.find(version);
      if (found != versions.end()) chosen.insert(*found);
    }
    return chosen;
  }
  size_t left = std::max<size_t>(policy.latest().num_versions(), 1);
  for (auto version = versions.rbegin(); version != versions.rend() && left > 0; ++version, --left) {
    chosen.insert(*version);
  }
  return chosen;
}

FolderPrint PrintFolder(const std::string& path) {
  FolderPrint print;
  AddFile(path, &print);
  std::error_code error;
  int left = kMostPrintedFiles;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end && left > 0;
       entry.increment(error), --left) {
    AddFile(entry->path().string(), &print);
  }
  return print;
}

}  // namespace tiqu::serving
