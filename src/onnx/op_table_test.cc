#include "onnx/op_table.h"

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"

namespace tiqu::onnx {
namespace {

TEST(OpTableTest, TheDocumentListsEveryOperation) {
  const auto document = ReadFile(TIQU_SOURCE_DIR "/docs/onnx.md");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_GT(Translations().size(), 80U);
  for (const auto& [op, translation] : Translations()) {
    EXPECT_NE(document->find(absl::StrCat("`", op, "`")), std::string::npos) << op;
  }
}

}  // namespace
}  // namespace tiqu::onnx
