// ParseExample and ParseExampleV2: serialised tf.Example messages to dense tensors. Sparse features and those of free
// length are not supported.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"
#include "example.pb.h"
#include "graph/tensor_proto.h"
#include "saved_model.pb.h"

namespace tiqu::engine {
namespace {

constexpr auto kString = DataType::kString;

// ParseExample's inputs: serialized [batch], names, a key and a default value a feature. ParseExampleV2's: serialized,
// names, and a vector of keys each for sparse, dense and ragged features before the default values.
constexpr int kFirstKey = 2, kDenseKeys = 3, kFirstDefault = 5;

struct DenseFeatures {
  std::vector<DataType> types;
  std::vector<Shape> shapes;
  bool keys_are_vectors = false;

  int count() const { return static_cast<int>(types.size()); }
  const std::string& Key(const OpContext& context, int i) const {
    return keys_are_vectors ? context.input(kDenseKeys).strings()[i] : context.input(kFirstKey + i).strings()[0];
  }
  int first_default() const { return keys_are_vectors ? kFirstDefault : kFirstKey + count(); }
};

absl::Status CheckKeys(const OpContext& context, const DenseFeatures& features) {
  bool fits = !features.keys_are_vectors || context.input(kDenseKeys).size() == features.count();
  for (int i = 0; fits && !features.keys_are_vectors && i < features.count(); ++i) {
    fits = context.input(kFirstKey + i).size() == 1;
  }
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("there is not one key for each of ", features.count(), " features"));
}

template <typename T, typename List>
absl::Status Store(const List& values, int64_t count, T* out) {
  if (values.size() != count) {
    return absl::InvalidArgumentError(absl::StrCat("has ", values.size(), " values, expected ", count));
  }
  std::copy(values.begin(), values.end(), out);
  return absl::OkStatus();
}

// The values of one feature of one example, as elements [first, first + count) of `out`.
absl::Status StoreFeature(const tensorflow::Feature& feature, int64_t first, int64_t count, Tensor* out) {
  using tensorflow::Feature;
  if (out->type() == DataType::kFloat && feature.kind_case() == Feature::kFloatList) {
    return Store(feature.float_list().value(), count, out->data<float>() + first);
  }
  if (out->type() == DataType::kInt64 && feature.kind_case() == Feature::kInt64List) {
    return Store(feature.int64_list().value(), count, out->data<int64_t>() + first);
  }
  if (out->type() == kString && feature.kind_case() == Feature::kBytesList) {
    return Store(feature.bytes_list().value(), count, out->strings().data() + first);
  }
  return absl::InvalidArgumentError(absl::StrCat("is not of type ", DataTypeName(out->type())));
}

absl::Status StoreDefault(const Tensor& fallback, int64_t first, int64_t count, Tensor* out) {
  if (fallback.size() == 0 && count > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("(data type: ", DataTypeName(out->type()), ") is required but could not be found"));
  }
  if (fallback.size() != count && fallback.size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("has a default of ", fallback.size(), " values for ", count));
  }
  ForElementType(*out, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < count; ++i) {
      Elements<T>(out)[first + i] = Elements<T>(fallback)[fallback.size() == 1 ? 0 : i];
    }
  });
  return absl::OkStatus();
}

absl::Status ParseOne(OpContext& context, const DenseFeatures& features, int64_t row, std::vector<Tensor*>* outputs) {
  tensorflow::Example example;
  if (!example.ParseFromString(context.input(0).strings()[row])) {
    return absl::InvalidArgumentError("is not a serialized tf.Example");
  }
  for (int i = 0; i < features.count(); ++i) {
    const std::string& key = features.Key(context, i);
    const int64_t count = ElementCount(features.shapes[i]);
    const auto it = example.features().feature().find(key);
    const bool given =
        it != example.features().feature().end() && it->second.kind_case() != tensorflow::Feature::KIND_NOT_SET;
    const Tensor& fallback = context.input(features.first_default() + i);
    absl::Status status = given ? StoreFeature(it->second, row * count, count, (*outputs)[i])
                                : StoreDefault(fallback, row * count, count, (*outputs)[i]);
    if (!status.ok()) return Annotate(status, absl::StrCat("feature '", key, "'"));
  }
  return absl::OkStatus();
}

absl::Status RunParseExample(OpContext& context, const DenseFeatures& features) {
  const Tensor& serialized = context.input(0);
  if (serialized.shape().size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("examples have shape ", ShapeToString(serialized.shape()), ", expected (-1)"));
  }
  TIQU_RETURN_IF_ERROR(CheckKeys(context, features));
  std::vector<Tensor*> outputs;
  for (int i = 0; i < features.count(); ++i) {
    Shape shape = features.shapes[i];
    shape.insert(shape.begin(), serialized.size());
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(i, features.types[i], shape));
    outputs.push_back(out);
  }
  for (int64_t row = 0; row < serialized.size(); ++row) {
    absl::Status status = ParseOne(context, features, row, &outputs);
    if (!status.ok()) return Annotate(status, absl::StrCat("example ", row));
  }
  return absl::OkStatus();
}

std::vector<Shape> DenseShapes(const NodeSpec& spec) {
  std::vector<Shape> shapes;
  const tensorflow::AttrValue* value = spec.Find("dense_shapes");
  if (value == nullptr) return shapes;
  for (const auto& proto : value->list().shape()) {
    const Shape shape = graph::ShapeFromProto(proto);
    if (proto.unknown_rank() || ElementCount(shape) < 0) {
      spec.Fail(absl::UnimplementedError("features of free length are not supported"));
    }
    shapes.push_back(shape);
  }
  return shapes;
}

absl::StatusOr<OpInstance> MakeParseExample(const NodeSpec& spec) {
  const bool v2 = spec.op() == "ParseExampleV2";
  if (spec.Int(v2 ? "num_sparse" : "Nsparse", 0) != 0) {
    return absl::UnimplementedError("sparse features are not supported");
  }
  if (!spec.TypeList("ragged_value_types").empty()) {
    return absl::UnimplementedError("ragged features are not supported");
  }
  const DenseFeatures features{spec.TypeList("Tdense"), DenseShapes(spec), v2};
  if (features.shapes.size() != features.types.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(features.types.size(), " types for ", features.shapes.size(), " shapes"));
  }
  spec.ExpectInputs(features.first_default() + features.count());
  spec.ExpectType(0, {kString});
  for (int i = 0; i < features.count(); ++i) {
    const DataType type = features.types[i];
    if (type != DataType::kFloat && type != DataType::kInt64 && type != kString) return spec.UnsupportedType(type);
    spec.ExpectType(v2 ? kDenseKeys : kFirstKey + i, {kString});
    spec.ExpectType(features.first_default() + i, {type});
  }
  return OpInstance{features.types, [features](OpContext& context) { return RunParseExample(context, features); }};
}

}  // namespace

void RegisterExampleOps(OpRegistry& registry) {
  const char* const types = "float, int64, string";
  registry.Add("ParseExample", MakeParseExample, {types, "Nsparse (0), Tdense, dense_shapes (known)"});
  registry.Add("ParseExampleV2", MakeParseExample,
               {types, "num_sparse (0), ragged_value_types (none), Tdense, dense_shapes (known)"});
}

}  // namespace tiqu::engine
