// Parts of tensors, and tensors of parts.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "onnx/op_table.h"

namespace tiqu::onnx {
namespace {

constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();
constexpr int64_t kBeforeStart = std::numeric_limits<int64_t>::min();
constexpr int64_t kMostParts = 65536;  // of a Split; a file must not ask for any number of outputs

// How many of `size` elements [begin, end) by `step` takes; -1 when the size is not known.
int64_t TakenSize(int64_t size, int64_t begin, int64_t end, int64_t step) {
  if (size < 0) return -1;
  const int64_t lowest = step > 0 ? 0 : -1;
  const int64_t highest = step > 0 ? size : size - 1;
  const auto clamp = [&](int64_t at) {
    return std::clamp(at < 0 && at > kBeforeStart ? at + size : at, lowest, highest);
  };
  const int64_t distance = step > 0 ? clamp(end) - clamp(begin) : clamp(begin) - clamp(end);
  const int64_t stride = step > 0 ? step : -std::max(step, -kEnd);
  return distance <= 0 ? 0 : (distance - 1) / stride + 1;
}

// TensorFlow's StridedSlice taken apart into ONNX's Slice, then Squeeze, then Unsqueeze.
struct SlicePlan {
  std::vector<int64_t> begins, ends, axes, steps;
  std::vector<int64_t> squeezed;  // axes of the input
  std::vector<int64_t> made;      // axes of the output
  StaticShape shape;              // of the output
};

struct Bounds {
  std::vector<int64_t> begin, end, step;
};

class SlicePlanner {
 public:
  SlicePlanner(NodeTranslation& n, Bounds bounds) : n_(n), bounds_(std::move(bounds)) {
    plan_.shape = n.input(0).shape;
    if (plan_.shape) plan_.shape->clear();
  }

  SlicePlan Run() {
    for (size_t i = 0; i < bounds_.begin.size() && n_.status().ok(); ++i) {
      if (Has("ellipsis_mask", i)) {
        SkipTo(i);
      } else if (Has("new_axis_mask", i)) {
        plan_.made.push_back(output_axis_++);
        if (plan_.shape) plan_.shape->push_back(1);
      } else {
        Take(i);
      }
    }
    if (n_.input(0).shape && n_.status().ok()) Keep(static_cast<int64_t>(n_.input(0).shape->size()));
    return std::move(plan_);
  }

 private:
  bool Has(const char* mask, size_t i) { return ((n_.Int(mask, 0) >> i) & 1) != 0; }

  // The ellipsis at `i` stands for as many whole axes as leave one for each entry after it.
  void SkipTo(size_t i) {
    int64_t after = 0;
    for (size_t k = i + 1; k < bounds_.begin.size(); ++k) {
      if (Has("ellipsis_mask", k)) return n_.Fail("has two ellipses");
      if (!Has("new_axis_mask", k)) ++after;
    }
    Keep(n_.Rank(0) - after);
  }

  // Axes up to `end` stay whole.
  void Keep(int64_t end) {
    for (; axis_ < end; ++axis_, ++output_axis_) {
      if (plan_.shape) plan_.shape->push_back(SizeOf(axis_));
    }
  }

  int64_t SizeOf(int64_t axis) {
    const StaticShape& shape = n_.input(0).shape;
    return shape && axis < static_cast<int64_t>(shape->size()) ? (*shape)[axis] : -1;
  }

  void Take(size_t i) {
    int64_t begin = bounds_.begin[i];
    int64_t end = bounds_.end[i];
    const int64_t step = bounds_.step[i];
    if (step == 0) return n_.Fail("has a stride of 0");
    if (Has("shrink_axis_mask", i)) {
      if (step < 0 || begin == kEnd) return n_.Fail("takes one element of an axis with an impossible bound");
      end = begin == -1 ? kEnd : begin + 1;
      plan_.squeezed.push_back(axis_);
    } else {
      if (Has("begin_mask", i)) begin = step > 0 ? 0 : kEnd;
      if (Has("end_mask", i)) end = step > 0 ? kEnd : kBeforeStart;
      if (plan_.shape) plan_.shape->push_back(TakenSize(SizeOf(axis_), begin, end, step));
      ++output_axis_;
    }
    if (begin != 0 || end != kEnd || step != 1) {
      plan_.begins.push_back(begin);
      plan_.ends.push_back(end);
      plan_.axes.push_back(axis_);
      plan_.steps.push_back(step);
    }
    ++axis_;
  }

  NodeTranslation& n_;
  const Bounds bounds_;
  SlicePlan plan_;
  int64_t axis_ = 0;
  int64_t output_axis_ = 0;
};

void EmitSlice(NodeTranslation& n, const SlicePlan& plan) {
  bool wide = false;
  std::string x = n.UseAlike(0, 1, &wide).front();
  if (!plan.axes.empty()) {
    x = n.EmitPart("slice", "Slice",
                   {x, n.WideInts("begin", plan.begins), n.WideInts("end", plan.ends), n.WideInts("axes", plan.axes),
                    n.WideInts("step", plan.steps)});
  }
  if (!plan.squeezed.empty()) x = n.EmitPart("squeeze", "Squeeze", {x, n.WideInts("squeezed", plan.squeezed)});
  if (!plan.made.empty()) x = n.EmitPart("unsqueeze", "Unsqueeze", {x, n.WideInts("made", plan.made)});
  n.AddOutput(x, n.input(0).type, plan.shape, wide);
}

void StridedSlice(NodeTranslation& n) {
  Bounds bounds = {n.ConstantInts(1), n.ConstantInts(2), n.ConstantInts(3)};
  const size_t count = bounds.begin.size();
  if (bounds.end.size() != count || bounds.step.size() != count || count > 62) {
    return n.Fail("its bounds are not of one length");
  }
  const SlicePlan plan = SlicePlanner(n, std::move(bounds)).Run();
  EmitSlice(n, plan);
}

void Slice(NodeTranslation& n) {
  const std::vector<int64_t> begin = n.ConstantInts(1);
  const std::vector<int64_t> size = n.ConstantInts(2);
  if (begin.size() != size.size()) return n.Fail("begin and size are not of one length");
  SlicePlan plan;
  plan.begins = begin;
  plan.shape = n.input(0).shape ? StaticShape(Shape(size.begin(), size.end())) : std::nullopt;
  for (size_t i = 0; i < size.size(); ++i) {
    if (begin[i] < 0 || begin[i] > kEnd / 2 || size[i] < -1 || size[i] > kEnd / 2) return n.Fail("has bounds below 0");
    plan.ends.push_back(size[i] < 0 ? kEnd : begin[i] + size[i]);
    plan.axes.push_back(static_cast<int64_t>(i));
    plan.steps.push_back(1);
  }
  EmitSlice(n, plan);
}

// One output a part, each of these sizes along the axis (-1: not known).
void AddSplitOutputs(NodeTranslation& n, int input, int64_t axis, const std::vector<int64_t>& sizes,
                     const std::vector<std::string>& names) {
  for (size_t i = 0; i < names.size(); ++i) {
    StaticShape shape = n.input(input).shape;
    if (shape) {
      const int at = n.PositiveAxis(axis, static_cast<int>(shape->size()));
      if (!n.status().ok()) return;
      (*shape)[at] = sizes[i];
    }
    n.AddOutput(names[i], n.input(input).type, shape);
  }
}

bool CheckParts(NodeTranslation& n, int64_t parts) {
  if (parts < 1 || parts > kMostParts) n.Fail(absl::StrCat(parts, " parts, expected 1 to ", kMostParts));
  return n.status().ok();
}

void Split(NodeTranslation& n) {
  const int64_t axis = n.ConstantInt(0);
  const int64_t parts = n.Int("num_split", 0);
  if (!CheckParts(n, parts)) return;
  int64_t size = -1;
  if (const StaticShape& shape = n.input(1).shape) {
    const int at = n.PositiveAxis(axis, static_cast<int>(shape->size()));
    if (!n.status().ok()) return;
    size = (*shape)[at] < 0 ? -1 : (*shape)[at] / parts;
  }
  const auto names = n.EmitMany("Split", {n.Use(1)}, static_cast<int>(parts), {{"axis", axis}});
  AddSplitOutputs(n, 1, axis, std::vector<int64_t>(parts, size), names);
}

void SplitV(NodeTranslation& n) {
  std::vector<int64_t> sizes = n.ConstantInts(1);
  const int64_t axis = n.ConstantInt(2);
  if (!CheckParts(n, static_cast<int64_t>(sizes.size()))) return;
  if (const auto rest = std::find(sizes.begin(), sizes.end(), -1); rest != sizes.end()) {
    const int at = n.PositiveAxis(axis, n.Rank(0));
    if (!n.status().ok()) return;
    int64_t left = (*n.input(0).shape)[at];
    if (left < 0) return n.Fail("the part of size -1 needs an axis of known size");
    for (const int64_t size : sizes) left -= std::clamp<int64_t>(size, 0, left);
    *rest = left;
  }
  const int parts = static_cast<int>(sizes.size());
  const auto names = n.EmitMany("Split", {n.Use(0), n.WideInts("sizes", sizes)}, parts, {{"axis", axis}});
  AddSplitOutputs(n, 0, axis, sizes, names);
}

void Unpack(NodeTranslation& n) {
  const int64_t axis = n.Int("axis", 0);
  const int64_t parts = n.Int("num", 0);
  if (!CheckParts(n, parts)) return;
  StaticShape shape = n.input(0).shape;
  if (shape) {
    const int at = n.PositiveAxis(axis, static_cast<int>(shape->size()));
    if (!n.status().ok()) return;
    shape->erase(shape->begin() + at);
  }
  bool wide = false;
  const std::string x = n.UseAlike(0, 1, &wide).front();
  for (const std::string& part : n.EmitMany("Split", {x}, static_cast<int>(parts), {{"axis", axis}})) {
    n.AddOutput(n.EmitPart("part", "Squeeze", {part, n.WideInts("axis", {axis})}), n.input(0).type, shape, wide);
  }
}

// Inputs [begin, end) one after the other.
void ConcatInputs(NodeTranslation& n, int begin, int end, int64_t axis) {
  bool wide = false;
  const std::vector<std::string> parts = n.UseAlike(begin, end, &wide);
  if (parts.empty()) return n.Fail("has nothing to join");
  StaticShape shape = n.input(begin).shape;
  if (shape) {
    const int at = n.PositiveAxis(axis, static_cast<int>(shape->size()));
    for (int i = begin + 1; i < end && n.status().ok(); ++i) {
      const StaticShape& other = n.input(i).shape;
      const bool known = other && other->size() == shape->size() && (*other)[at] >= 0 && (*shape)[at] >= 0;
      (*shape)[at] = known ? (*shape)[at] + (*other)[at] : -1;
    }
  }
  n.AddOutput(n.Emit("Concat", parts, {{"axis", axis}}), n.input(begin).type, shape, wide);
}

void ConcatV2(NodeTranslation& n) {
  const int last = n.input_count() - 1;
  ConcatInputs(n, 0, last, n.ConstantInt(last));
}

void ConcatFirst(NodeTranslation& n) { ConcatInputs(n, 1, n.input_count(), n.ConstantInt(0)); }

void Pack(NodeTranslation& n) {
  const int64_t axis = n.Int("axis", 0);
  bool wide = false;
  std::vector<std::string> parts = n.UseAlike(0, n.input_count(), &wide);
  for (std::string& part : parts) part = n.EmitPart("row", "Unsqueeze", {part, n.WideInts("axis", {axis})});
  StaticShape shape = n.input(0).shape;
  if (shape) {
    const int at = n.PositiveAxis(axis, static_cast<int>(shape->size()) + 1);
    shape->insert(shape->begin() + at, static_cast<int64_t>(parts.size()));
  }
  n.AddOutput(n.Emit("Concat", parts, {{"axis", axis}}), n.input(0).type, shape, wide);
}

// TensorFlow has a pair of numbers an axis, ONNX all the numbers before, then all after.
void Pad(NodeTranslation& n) {
  StaticShape shape = n.input(0).shape;
  const std::vector<int64_t> pairs = n.ConstantInts(1);
  const size_t rank = pairs.size() / 2;
  std::vector<int64_t> pads(2 * rank);
  for (size_t axis = 0; axis < rank; ++axis) {
    pads[axis] = pairs[2 * axis];
    pads[rank + axis] = pairs[2 * axis + 1];
    if (pads[axis] < 0 || pads[rank + axis] < 0) return n.Fail("pads by less than 0");
    if (!shape || axis >= shape->size() || (*shape)[axis] < 0) continue;
    (*shape)[axis] += std::min(pads[axis], kLargestSize) + std::min(pads[rank + axis], kLargestSize);
  }
  std::vector<std::string> inputs = {n.Use(0), n.WideInts("pads", pads)};
  if (n.input_count() > 2) inputs.push_back(n.Use(2));
  n.AddOutput(n.Emit("Pad", inputs, {{"mode", std::string("constant")}}), n.input(0).type, shape);
}

}  // namespace

void AddParts(TranslationTable* table) {
  (*table)["StridedSlice"] = StridedSlice;
  (*table)["Slice"] = Slice;
  (*table)["Split"] = Split;
  (*table)["SplitV"] = SplitV;
  (*table)["Unpack"] = Unpack;
  (*table)["Concat"] = ConcatFirst;
  (*table)["ConcatV2"] = ConcatV2;
  (*table)["Pack"] = Pack;
  (*table)["Pad"] = (*table)["PadV2"] = Pad;
}

}  // namespace tiqu::onnx
