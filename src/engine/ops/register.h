// Every family of operations, one function a source file of this folder.
//
// Thread safety: called once, when the registry is built.
#pragma once

namespace tiqu::engine {

class OpRegistry;

void RegisterControlOps(OpRegistry& registry);   // Const, Identity, variables, NoOp, Assert, ...
void RegisterArrayOps(OpRegistry& registry);     // Reshape, Shape, ExpandDims, Transpose, ...
void RegisterCastOps(OpRegistry& registry);      // Cast
void RegisterSliceOps(OpRegistry& registry);     // Slice, StridedSlice, Split, Unpack
void RegisterJoinOps(OpRegistry& registry);      // ConcatV2, Pack, Pad, Tile
void RegisterGatherOps(OpRegistry& registry);    // Gather, GatherV2, OneHot, ArgMax
void RegisterFillOps(OpRegistry& registry);      // Fill, Range, ZerosLike, ...
void RegisterBinaryOps(OpRegistry& registry);    // Add, Mul, FloorMod, ... with broadcasting; AddN, BiasAdd
void RegisterCompareOps(OpRegistry& registry);   // Greater, LogicalAnd, Select, ...
void RegisterUnaryOps(OpRegistry& registry);     // Exp, Sigmoid, Relu, Softmax, ...
void RegisterReduceOps(OpRegistry& registry);    // Sum, Max, Mean, ...
void RegisterMatMulOps(OpRegistry& registry);    // MatMul, BatchMatMul
void RegisterConvOps(OpRegistry& registry);      // Conv2D, DepthwiseConv2dNative, MaxPool, AvgPool
void RegisterExampleOps(OpRegistry& registry);   // ParseExample, ParseExampleV2
void RegisterSpaceOps(OpRegistry& registry);     // SpaceToBatchND, BatchToSpaceND
void RegisterEinsumOps(OpRegistry& registry);    // Einsum
void RegisterNormOps(OpRegistry& registry);      // FusedBatchNorm, ...
void RegisterScatterOps(OpRegistry& registry);   // GatherNd, ScatterNd, TensorScatterUpdate, ...
void RegisterOrderOps(OpRegistry& registry);     // ReverseV2, TopKV2, Where, ...
void RegisterScanOps(OpRegistry& registry);      // Cumsum, Cumprod
void RegisterRandomOps(OpRegistry& registry);    // RandomUniform
void RegisterAssignOps(OpRegistry& registry);    // Assign, AssignAdd, AssignSub
void RegisterFunctionOps(OpRegistry& registry);  // If, While, ...

}  // namespace tiqu::engine
