#include "decode/pieces.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::decode {
namespace {

using testing::ElementsAre;

TEST(PiecesTest, CutsBehindSentencesThenClausesThenAnywhere) {
  EXPECT_THAT(CutIntoPieces(U"甲乙。丙丁,戊己", 5), ElementsAre(Piece{0, 3}, Piece{3, 8}));
  EXPECT_THAT(CutIntoPieces(U"甲乙。丙丁,戊己", 4), ElementsAre(Piece{0, 3}, Piece{3, 6}, Piece{6, 8}));
  EXPECT_THAT(CutIntoPieces(U"甲乙丙丁戊", 2), ElementsAre(Piece{0, 2}, Piece{2, 4}, Piece{4, 5}));
  EXPECT_THAT(CutIntoPieces(U"甲。乙。丙。", 4), ElementsAre(Piece{0, 4}, Piece{4, 6}));
}

TEST(PiecesTest, AShortTextIsOnePieceAndAnEmptyOneNone) {
  EXPECT_THAT(CutIntoPieces(U"甲。乙", 3), ElementsAre(Piece{0, 3}));
  EXPECT_TRUE(CutIntoPieces(U"", 3).empty());
}

}  // namespace
}  // namespace tiqu::decode
