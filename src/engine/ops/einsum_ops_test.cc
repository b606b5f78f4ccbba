#include "engine/ops/op_test_util.h"

namespace tiqu::engine {
namespace {

Op Einsum(const std::string& equation) { return Op("Einsum").String("equation", equation); }

TEST(EinsumTest, ProductsOfMatrices) {
  const Tensor b = Floats({3, 2}, {1, 0, 0, 1, 1, 1});
  ExpectFloats(RunOp(Einsum("ij,jk->ik"), {kSix, b}), {2, 2}, {4, 5, 10, 11});
  ExpectFloats(RunOp(Einsum("ij,jk->ki"), {kSix, b}), {2, 2}, {4, 10, 5, 11});
  ExpectFloats(RunOp(Einsum("ij,ij->i"), {kSix, kSix}), {2}, {14, 77});
  ExpectFloats(RunOp(Einsum("ij, ij -> "), {kSix, kSix}), {}, {91});
  ExpectFloats(RunOp(Einsum("i,j->ij"), {Floats({2}, {1, 2}), Floats({2}, {3, 4})}), {2, 2}, {3, 4, 6, 8});
  ExpectInts(RunOp(Einsum("ij,kj->ik"), {Ints({1, 2}, {1, 2}), Ints({2, 2}, {3, 4, 5, 6})}), {1, 2}, {11, 17});
}

TEST(EinsumTest, WhatTheOtherOperandLacksIsSummed) {
  ExpectFloats(RunOp(Einsum("ij,k->k"), {kSix, Floats({2}, {1, 2})}), {2}, {21, 42});
  ExpectFloats(RunOp(Einsum("ij->j"), {kSix}), {3}, {5, 7, 9});
  ExpectFloats(RunOp(Einsum("ij->ji"), {kSix}), {3, 2}, {1, 4, 2, 5, 3, 6});
}

TEST(EinsumTest, DotsBroadcast) {
  const Tensor rows = Floats({2, 1, 2}, {1, 2, 3, 4}), columns = Floats({2, 1}, {1, 1});
  ExpectFloats(RunOp(Einsum("...ij,...jk->...ik"), {rows, columns}), {2, 1, 1}, {3, 7});
  ExpectFloats(RunOp(Einsum("...i->...i"), {kSix}), {2, 3}, {1, 2, 3, 4, 5, 6});
}

TEST(EinsumTest, WhatDoesNotFitIsSaid) {
  ExpectError(RunOp(Einsum("ij,jk->ik"), {kSix, kSix}), kInvalid, "an axis of 'jk' has 2 elements, and 3 elsewhere");
  ExpectError(RunOp(Einsum("ii->i"), {kSix}), kUnimplemented, "no letter twice in one term");
  ExpectError(RunOp(Einsum("ij,jk"), {kSix, kSix}), kUnimplemented, "it needs '->'");
  ExpectError(RunOp(Einsum("ijk->i"), {kSix}), kInvalid, "operand of shape (2, 3) for 'ijk'");
  ExpectError(RunOp(Einsum("ij->k"), {kSix}), kInvalid, "a letter that no operand has");
  ExpectError(RunOp(Einsum("...j->j"), {kSix}), kInvalid, "'...' is missing in the result");
}

}  // namespace
}  // namespace tiqu::engine
