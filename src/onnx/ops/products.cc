// Products of matrices, convolutions and pooling. TensorFlow's images are [batch, height, width, channels], ONNX's
// [batch, channels, height, width].
#include <numeric>

#include "absl/strings/str_cat.h"
#include "onnx/op_table.h"

namespace tiqu::onnx {
namespace {

// Input `i`, its last two axes exchanged when the attribute says so.
std::string Factor(NodeTranslation& n, int i, const char* part, const char* attribute) {
  const std::string x = n.Use(i);
  if (!n.Bool(attribute, false)) return x;
  const int rank = n.Rank(i);
  if (rank < 2) {
    n.Fail(absl::StrCat("input ", i, " is no matrix"));
    return x;
  }
  std::vector<int64_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[rank - 1], order[rank - 2]);
  return n.EmitPart(part, "Transpose", {x}, {{"perm", order}});
}

StaticShape ProductShape(NodeTranslation& n, bool transposed_a, bool transposed_b) {
  const StaticShape& a = n.input(0).shape;
  const StaticShape& b = n.input(1).shape;
  if (!a || !b || a->size() < 2 || b->size() < 2) return std::nullopt;
  StaticShape shape = Broadcast(Shape(a->begin(), a->end() - 2), Shape(b->begin(), b->end() - 2));
  shape->push_back(a->end()[transposed_a ? -1 : -2]);
  shape->push_back(b->end()[transposed_b ? -2 : -1]);
  return shape;
}

void Product(NodeTranslation& n, const char* transposed_a, const char* transposed_b) {
  const std::string a = Factor(n, 0, "a", transposed_a);
  const std::string b = Factor(n, 1, "b", transposed_b);
  const StaticShape shape = ProductShape(n, n.Bool(transposed_a, false), n.Bool(transposed_b, false));
  n.AddOutput(n.Emit("MatMul", {a, b}), n.input(0).type, shape);
}

void MatMul(NodeTranslation& n) { Product(n, "transpose_a", "transpose_b"); }
void BatchMatMul(NodeTranslation& n) { Product(n, "adj_x", "adj_y"); }

// The two numbers in the middle of [1, height, width, 1].
std::vector<int64_t> HeightAndWidth(NodeTranslation& n, const char* attribute) {
  const std::vector<int64_t> four = n.Ints(attribute);
  if (four.empty()) return {1, 1};
  if (four.size() == 4 && four[0] == 1 && four[3] == 1) return {four[1], four[2]};
  n.Fail(absl::StrCat(attribute, " must be of the form [1, height, width, 1]"));
  return {1, 1};
}

// Height and width of a window that moves over the image.
struct Window {
  std::vector<int64_t> size, strides, dilations;
};

// With a stride of 1, SAME is a number of rows and columns that the window alone decides; else it depends on the image,
// and ONNX leaves it to the runtime, which takes no window that is spread out.
void AddPadding(NodeTranslation& n, const Window& window, Attributes* attributes) {
  const std::vector<int64_t> ones = {1, 1};
  const std::string padding = n.String("padding", "VALID");
  if (padding == "VALID") return;
  if (padding != "SAME") return n.Fail(absl::StrCat("padding ", padding, " must be SAME or VALID"));
  bool sized = window.strides == ones;
  std::vector<int64_t> pads(4);
  for (int i = 0; i < 2 && sized; ++i) {
    sized = window.size[i] >= 1 && window.dilations[i] >= 1 && window.dilations[i] <= kLargestSize / window.size[i];
    if (!sized) break;
    const int64_t all = (window.size[i] - 1) * window.dilations[i];
    pads[i] = all / 2;
    pads[2 + i] = all - all / 2;
  }
  if (sized) return attributes->push_back({"pads", pads});
  if (window.dilations != ones) return n.Fail("padding SAME of a dilated window needs its size, and strides of 1");
  attributes->push_back({"auto_pad", std::string("SAME_UPPER")});
}

Attributes DescribeWindow(NodeTranslation& n, const Window& window) {
  if (n.String("data_format", "NHWC") != "NHWC") n.Fail("data_format must be NHWC");
  Attributes attributes = {{"strides", window.strides}};
  AddPadding(n, window, &attributes);
  return attributes;
}

std::string ChannelsFirst(NodeTranslation& n) {
  return n.EmitPart("channels_first", "Transpose", {n.Use(0)}, {{"perm", std::vector<int64_t>{0, 3, 1, 2}}});
}

// `images` back in TensorFlow's order.
void AddImages(NodeTranslation& n, const std::string& images, int64_t channels) {
  StaticShape shape = Shape{-1, -1, -1, channels};
  if (n.input(0).shape && !n.input(0).shape->empty()) shape->front() = n.input(0).shape->front();
  const Attributes order = {{"perm", std::vector<int64_t>{0, 2, 3, 1}}};
  n.AddOutput(n.Emit("Transpose", {images}, order), n.input(0).type, shape);
}

// Of image or filter `i`; -1 when it is not known.
int64_t SizeOfAxis(NodeTranslation& n, int i, size_t axis) {
  const StaticShape& shape = n.input(i).shape;
  return shape && shape->size() == 4 ? (*shape)[axis] : -1;
}

template <const char* kOnnxOp>
void Pool(NodeTranslation& n) {
  const Window window = {HeightAndWidth(n, "ksize"), HeightAndWidth(n, "strides"), {1, 1}};
  Attributes attributes = DescribeWindow(n, window);
  const bool same = n.String("padding", "VALID") == "SAME";
  if (same && (window.size[0] < window.strides[0] || window.size[1] < window.strides[1])) {
    n.Fail("padding SAME needs a window that is not smaller than its strides");
  }
  attributes.emplace_back("kernel_shape", window.size);
  AddImages(n, n.EmitPart("pool", kOnnxOp, {ChannelsFirst(n)}, attributes), SizeOfAxis(n, 0, 3));
}

void Conv2D(NodeTranslation& n) {
  const Window window = {
      {SizeOfAxis(n, 1, 0), SizeOfAxis(n, 1, 1)}, HeightAndWidth(n, "strides"), HeightAndWidth(n, "dilations")};
  Attributes attributes = DescribeWindow(n, window);
  attributes.emplace_back("dilations", window.dilations);
  const std::string filter =
      n.EmitPart("filter", "Transpose", {n.Use(1)}, {{"perm", std::vector<int64_t>{3, 2, 0, 1}}});
  AddImages(n, n.EmitPart("conv", "Conv", {ChannelsFirst(n), filter}, attributes), SizeOfAxis(n, 1, 3));
}

constexpr char kMaxPool[] = "MaxPool";
constexpr char kAveragePool[] = "AveragePool";

}  // namespace

void AddProducts(TranslationTable* table) {
  (*table)["MatMul"] = MatMul;
  (*table)["BatchMatMul"] = (*table)["BatchMatMulV2"] = BatchMatMul;
  (*table)["MaxPool"] = Pool<kMaxPool>;
  (*table)["AvgPool"] = Pool<kAveragePool>;
  (*table)["Conv2D"] = Conv2D;
}

}  // namespace tiqu::onnx
