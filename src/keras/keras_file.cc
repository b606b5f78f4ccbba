#include "keras/keras_file.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/nesting.h"
#include "base/status.h"
#include "fmt/format.h"
#include "keras/layer_kind.h"

namespace tiqu::keras {
namespace {

using nlohmann::json;

constexpr int kDeepestModel = 16;  // models within models

// A file may list the same name over and over.
constexpr size_t kMostNames = 100'000;

// What the configuration says of a layer that holds no others.
struct ConfiguredLayer {
  std::string class_name;
  json config;
  int calls = 0;
};

// In the order of the configuration, which is that of the graph.
struct ConfiguredModel {
  std::vector<std::string> names;
  std::map<std::string, ConfiguredLayer> layers;
};

const json* FindField(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string TextField(const json& object, const char* name) {
  const json* field = FindField(object, name);
  return field != nullptr && field->is_string() ? field->get<std::string>() : std::string();
}

// Keras 2 writes "Package>Class" for registered ones.
std::string ClassName(const json& layer) {
  const std::string name = TextField(layer, "class_name");
  return name.substr(name.find('>') == std::string::npos ? 0 : name.rfind('>') + 1);
}

void CollectConfig(const json& model, int depth, ConfiguredModel* out) {
  const json* config = FindField(model, "config");
  // Early versions wrote a Sequential's layers without an object around them.
  const json* layers = config == nullptr ? nullptr : config->is_array() ? config : FindField(*config, "layers");
  if (layers == nullptr || !layers->is_array() || depth > kDeepestModel) return;
  for (const json& layer : *layers) {
    const json* own = FindField(layer, "config");
    if (own == nullptr) continue;
    if (FindField(*own, "layers") != nullptr) {
      CollectConfig(layer, depth + 1, out);
      continue;
    }
    std::string name = TextField(layer, "name");
    if (name.empty()) name = TextField(*own, "name");
    if (name.empty()) continue;
    const json* nodes = FindField(layer, "inbound_nodes");
    const int calls = depth == 0 && nodes != nullptr && nodes->is_array() ? static_cast<int>(nodes->size()) : 0;
    if (out->layers.try_emplace(name, ConfiguredLayer{ClassName(layer), *own, calls}).second)
      out->names.push_back(name);
  }
}

// "kernel:0" -> "kernel".
std::string WithoutOutput(const std::string& name) {
  const size_t colon = name.rfind(':');
  return colon != std::string::npos && name.find_first_not_of("0123456789", colon + 1) == std::string::npos
             ? name.substr(0, colon)
             : name;
}

// An attribute of names, which Keras splits into NAME0, NAME1, ... when it is too long for one.
bool ReadNames(const Hdf5Object& object, const std::string& attribute, std::vector<std::string>* names) {
  const auto whole = object.attributes.find(attribute);
  if (whole != object.attributes.end()) {
    *names = whole->second;
    return true;
  }
  int chunk = 0;
  for (;; ++chunk) {
    const auto part = object.attributes.find(fmt::format("{}{}", attribute, chunk));
    if (part == object.attributes.end()) return chunk > 0;
    names->insert(names->end(), part->second.begin(), part->second.end());
  }
}

// The layers of a model within the model are listed under the model's name: the first part of the weight's name that is
// a layer's says whose it is. Cuts that part off, with all before it.
std::string TakeOwner(const ConfiguredModel& model, const std::string& group, std::string* weight) {
  std::string owner = group;
  size_t begin = 0;
  while (begin < weight->size()) {
    const size_t slash = weight->find('/', begin);
    if (slash == std::string::npos) break;
    const std::string part = weight->substr(begin, slash - begin);
    if (part.empty()) {
      begin = slash + 1;
      continue;
    }
    const bool known =
        part == group || model.layers.contains(part) ||
        (model.names.empty() && KindOfName(group) == LayerKind::kUnknown && KindOfName(part) != LayerKind::kUnknown);
    begin = slash + 1;
    if (!known) continue;
    owner = part;
    *weight = weight->substr(begin);
    // Keras 3 has "encoder/dense/kernel" in the group of the model "encoder".
    if (part != group || model.layers.contains(part)) return owner;
    begin = 0;
  }
  return owner;
}

// Keras 2: lists of names.
absl::Status ReadNamedWeights(const Hdf5Object& root, const std::vector<std::string>& layer_names,
                              const ConfiguredModel& model, std::map<std::string, std::vector<KerasWeight>>* weights,
                              std::vector<std::string>* order) {
  size_t total = 0;
  for (const std::string& layer_name : layer_names) {
    const Hdf5Object* group = root.Find(layer_name);
    if (group == nullptr || group == &root) {
      return absl::InvalidArgumentError(fmt::format("layer {} is listed in layer_names, but has no group", layer_name));
    }
    order->push_back(layer_name);
    if (++total > kMostNames) return absl::InvalidArgumentError(fmt::format("more than {} layers", kMostNames));
    std::vector<std::string> names;
    ReadNames(*group, "weight_names", &names);
    for (const std::string& name : names) {
      const Hdf5Object* object = group->Find(name);
      if (object == nullptr || !object->array) {
        return absl::InvalidArgumentError(
            fmt::format("weight {} of layer {} is listed in weight_names, but is not there", name, layer_name));
      }
      std::string inner = WithoutOutput(name);
      const std::string owner = TakeOwner(model, layer_name, &inner);
      if (!weights->contains(owner) && owner != layer_name) order->push_back(owner);
      (*weights)[owner].push_back({inner, *object->array});
      if (++total > kMostNames) return absl::InvalidArgumentError(fmt::format("more than {} weights", kMostNames));
    }
  }
  return absl::OkStatus();
}

// "dense" -> 0, "dense_12" -> 12: the order in which Keras 3 numbers what has the same class.
int64_t TrailingNumber(const std::string& name) {
  const size_t digits = name.find_last_not_of("0123456789") + 1;
  if (digits == 0 || digits == name.size() || name[digits - 1] != '_' || name.size() - digits > 9) return 0;
  return std::stoll(name.substr(digits));
}

std::vector<const Hdf5Object*> GroupsInOrder(const Hdf5Object& parent) {
  std::vector<const Hdf5Object*> groups;
  for (const Hdf5Object& child : parent.children) {
    if (!child.array && child.name != "vars") groups.push_back(&child);
  }
  std::stable_sort(groups.begin(), groups.end(), [](const Hdf5Object* a, const Hdf5Object* b) {
    return TrailingNumber(a->name) < TrailingNumber(b->name);
  });
  return groups;
}

void CollectVariables(const Hdf5Object& object, const std::string& path, std::vector<KerasWeight>* weights) {
  if (object.name == "seed_generator") return;  // the state of a Dropout
  if (const Hdf5Object* vars = object.Find("vars")) {
    std::vector<const Hdf5Object*> arrays;
    for (const Hdf5Object& child : vars->children) {
      if (child.array) arrays.push_back(&child);
    }
    std::stable_sort(arrays.begin(), arrays.end(), [](const Hdf5Object* a, const Hdf5Object* b) {
      return a->name.size() != b->name.size() ? a->name.size() < b->name.size() : a->name < b->name;
    });
    for (const Hdf5Object* array : arrays) weights->push_back({path + array->name, *array->array});
  }
  for (const Hdf5Object* child : GroupsInOrder(object)) CollectVariables(*child, path + child->name + "/", weights);
}

// A Python list of layers: a group without variables of its own, whose entries are named after layers.
bool IsList(const Hdf5Object& group) {
  if (group.Find("vars") != nullptr || KindOfName(group.name) != LayerKind::kUnknown) return false;
  return !group.children.empty() &&
         std::all_of(group.children.begin(), group.children.end(),
                     [](const Hdf5Object& child) { return KindOfName(child.name) != LayerKind::kUnknown; });
}

// Keras 3: LAYER/vars/0, LAYER/SUBLAYER/vars/0. A model within the model, and a list of layers, is a group of layers.
void CollectLayers(const Hdf5Object& parent, int depth, std::vector<KerasLayer>* layers) {
  for (const Hdf5Object* group : GroupsInOrder(parent)) {
    if (depth == 0 && group->name == "optimizer") continue;
    const Hdf5Object* inner = group->Find("layers");
    if ((inner != nullptr || IsList(*group)) && depth < kDeepestModel) {
      CollectLayers(inner != nullptr ? *inner : *group, depth + 1, layers);
      continue;
    }
    KerasLayer layer;
    layer.name = layer.group = group->name;
    if (const Hdf5Object* vars = group->Find("vars")) {
      const auto name = vars->attributes.find("name");
      if (name != vars->attributes.end() && name->second.size() == 1) layer.name = name->second[0];
    }
    CollectVariables(*group, "", &layer.weights);
    layers->push_back(std::move(layer));
  }
}

absl::StatusOr<ConfiguredModel> ReadConfig(const Hdf5Object& root, bool* found) {
  ConfiguredModel model;
  const auto text = root.attributes.find("model_config");
  *found = text != root.attributes.end() && text->second.size() == 1;
  if (!*found) return model;
  if (NestsDeeperThan(text->second[0], kDeepestNesting)) {
    return absl::InvalidArgumentError(fmt::format("model_config is nested deeper than {}", kDeepestNesting));
  }
  const json config = json::parse(text->second[0], nullptr, /*allow_exceptions=*/false);
  if (config.is_discarded()) return absl::InvalidArgumentError("model_config is not JSON");
  CollectConfig(config, 0, &model);
  return model;
}

// In the order of the configuration, then what it does not know.
std::vector<KerasLayer> JoinLayers(const ConfiguredModel& model, const std::vector<std::string>& order,
                                   std::map<std::string, std::vector<KerasWeight>> weights) {
  std::vector<KerasLayer> layers;
  for (const std::string& name : model.names) {
    const ConfiguredLayer& configured = model.layers.at(name);
    layers.push_back({name, "", configured.class_name, configured.config, configured.calls, std::move(weights[name])});
  }
  for (const std::string& name : order) {
    if (model.layers.contains(name)) continue;
    const bool known_model = !model.names.empty() && weights[name].empty();
    if (!known_model) layers.push_back({name, "", "", nullptr, 0, std::move(weights[name])});
  }
  return layers;
}

}  // namespace

absl::StatusOr<KerasFile> ReadKerasFile(std::string_view file) {
  TIQU_ASSIGN_OR_RETURN(const Hdf5Object root, ReadHdf5(file));
  KerasFile keras;
  TIQU_ASSIGN_OR_RETURN(const ConfiguredModel model, ReadConfig(root, &keras.has_config));
  const Hdf5Object* group = root.Find("model_weights");
  if (group == nullptr) group = &root;
  std::vector<std::string> layer_names;
  if (ReadNames(*group, "layer_names", &layer_names)) {
    const Hdf5Object* top = group->Find("top_level_model_weights");
    std::vector<std::string> top_names;
    if (top != nullptr && ReadNames(*top, "weight_names", &top_names) && !top_names.empty()) {
      layer_names.push_back(top->name);
    }
    std::map<std::string, std::vector<KerasWeight>> weights;
    std::vector<std::string> order;
    TIQU_RETURN_IF_ERROR(ReadNamedWeights(*group, layer_names, model, &weights, &order));
    keras.layers = JoinLayers(model, order, std::move(weights));
    keras.in_graph_order = true;
    return keras;
  }
  const Hdf5Object* layers = root.Find("layers");
  if (layers == nullptr && root.Find("vars") == nullptr) {
    return absl::InvalidArgumentError("an HDF5 file, but not of a Keras model: no layer_names, no layers, no vars");
  }
  if (const Hdf5Object* vars = root.Find("vars")) {
    KerasLayer own;
    own.name = "vars";
    for (const Hdf5Object& child : vars->children) {
      if (child.array) own.weights.push_back({child.name, *child.array});
    }
    if (!own.weights.empty()) keras.layers.push_back(std::move(own));
  }
  CollectLayers(layers != nullptr ? *layers : root, 0, &keras.layers);
  return keras;
}

}  // namespace tiqu::keras
