// A folder for a test to write to.
#pragma once

#include <filesystem>
#include <string>

#include "gtest/gtest.h"

namespace tiqu::savedmodel {

// Below the tests' temporary folder. It does not exist: whatever an earlier run left there is removed.
inline std::string FreshDir(const std::string& name) {
  const std::string dir = testing::TempDir() + "/" + name;
  std::filesystem::remove_all(dir);
  return dir;
}

}  // namespace tiqu::savedmodel
