// Every family of operations, one function a source file of this folder.
//
// Thread safety: called once, when the registry is built.
#pragma once

namespace tiqu::engine {

class OpRegistry;

void RegisterControlOps(OpRegistry& registry);  // Const, Identity, variables, NoOp, Assert, ...
void RegisterArrayOps(OpRegistry& registry);    // Reshape, Shape, Cast, ExpandDims, Transpose, ...
void RegisterSliceOps(OpRegistry& registry);    // Slice, StridedSlice, Split, Unpack
void RegisterJoinOps(OpRegistry& registry);     // ConcatV2, Pack, Pad, Tile
void RegisterGatherOps(OpRegistry& registry);   // Gather, GatherV2, OneHot, ArgMax
void RegisterFillOps(OpRegistry& registry);     // Fill, Range, ZerosLike, ...
void RegisterBinaryOps(OpRegistry& registry);   // Add, Mul, FloorMod, ... with broadcasting; AddN, BiasAdd
void RegisterCompareOps(OpRegistry& registry);  // Greater, LogicalAnd, Select, ...
void RegisterUnaryOps(OpRegistry& registry);    // Exp, Sigmoid, Relu, Softmax, ...
void RegisterReduceOps(OpRegistry& registry);   // Sum, Max, Mean, ...
void RegisterMatMulOps(OpRegistry& registry);   // MatMul, BatchMatMul
void RegisterConvOps(OpRegistry& registry);     // Conv2D, MaxPool, AvgPool
void RegisterExampleOps(OpRegistry& registry);  // ParseExample
void RegisterSpaceOps(OpRegistry& registry);    // SpaceToBatchND, BatchToSpaceND

}  // namespace tiqu::engine
