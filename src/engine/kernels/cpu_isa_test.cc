#include "engine/kernels/cpu_isa.h"

#include <cstdlib>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::kernels {
namespace {

using testing::HasSubstr;

// All tests of this program run under what TIQU_CPU_ISA says: ctest runs them once for each instruction set.
class UseTheVariable : public testing::Environment {
 public:
  void SetUp() override { ASSERT_TRUE(UseCpuIsa().ok()) << UseCpuIsa(); }
};
const testing::Environment* const kUseTheVariable = testing::AddGlobalTestEnvironment(new UseTheVariable);

TEST(CpuIsaTest, TheVariableSetsWhatTheKernelsUse) {
  const char* const value = std::getenv(kCpuIsaVariable);
  const std::string expected = value == nullptr || *value == '\0' ? CpuIsaName(DetectCpuIsa()) : value;
  EXPECT_EQ(expected, CpuIsaName(ActiveCpuIsa()));
}

TEST(CpuIsaTest, EveryNameUpToTheProcessorsOwnIsTaken) {
  for (int isa = 0; isa <= static_cast<int>(DetectCpuIsa()); ++isa) {
    const auto parsed = ParseCpuIsa(CpuIsaName(static_cast<CpuIsa>(isa)));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, static_cast<CpuIsa>(isa));
  }
}

TEST(CpuIsaTest, AnUnknownNameIsAnErrorThatListsTheKnown) {
  const auto parsed = ParseCpuIsa("avx1024");
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("TIQU_CPU_ISA=avx1024"));
  EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("which has: sse4"));
}

}  // namespace
}  // namespace tiqu::kernels
