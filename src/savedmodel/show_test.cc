#include "savedmodel/show.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace tiqu::savedmodel {
namespace {

using testing::HasSubstr;

tensorflow::SavedModel SmallModel() {
  constexpr char kText[] = R"pb(
    meta_graphs {
      meta_info_def { tags: "serve" }
      graph_def {
        node { name: "x" op: "Placeholder" }
        node { name: "f" op: "double_it" }
        library {
          function {
            signature { name: "double_it" }
            node_def { name: "m" op: "Mul" }
          }
        }
      }
      signature_def {
        key: "serving_default"
        value {
          inputs {
            key: "x"
            value {
              name: "x:0"
              dtype: DT_FLOAT
              tensor_shape { dim { size: -1 } }
            }
          }
          inputs {
            key: "a"
            value {
              name: "a:0"
              dtype: DT_STRING
              tensor_shape { unknown_rank: true }
            }
          }
          outputs {
            key: "y"
            value {
              name: "y:0"
              dtype: DT_FLOAT
              tensor_shape {}
            }
          }
          method_name: "tensorflow/serving/predict"
        }
      }
      signature_def {
        key: "init"
        value {
          outputs {
            key: "__op"
            value {
              name: "NoOp"
              tensor_shape { unknown_rank: true }
            }
          }
        }
      }
    }
    meta_graphs { meta_info_def { tags: [ "serve", "gpu" ] } }
  )pb";
  tensorflow::SavedModel saved_model;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kText, &saved_model));
  return saved_model;
}

TEST(ShowTest, AllOfAModel) {
  ShowOptions options;
  options.all = true;
  EXPECT_EQ(Show(SmallModel(), options).value(), R"(
MetaGraphDef with tag-set: 'serve' contains the following SignatureDefs:

signature_def['init']:
  The given SavedModel SignatureDef contains the following input(s):
  The given SavedModel SignatureDef contains the following output(s):
    outputs['__op'] tensor_info:
        dtype: DT_INVALID
        shape: unknown_rank
        name: NoOp
  Method name is: )"
                                                 "\n"
                                                 R"(
signature_def['serving_default']:
  The given SavedModel SignatureDef contains the following input(s):
    inputs['a'] tensor_info:
        dtype: DT_STRING
        shape: unknown_rank
        name: a:0
    inputs['x'] tensor_info:
        dtype: DT_FLOAT
        shape: (-1)
        name: x:0
  The given SavedModel SignatureDef contains the following output(s):
    outputs['y'] tensor_info:
        dtype: DT_FLOAT
        shape: ()
        name: y:0
  Method name is: tensorflow/serving/predict
The MetaGraph with tag set ['serve'] contains the following ops: {'Mul', 'Placeholder'}

MetaGraphDef with tag-set: 'serve, gpu' contains the following SignatureDefs:
The MetaGraph with tag set ['serve', 'gpu'] contains the following ops: set()
)");
}

TEST(ShowTest, TagSetsKeysAndOneSignature) {
  const tensorflow::SavedModel model = SmallModel();
  EXPECT_EQ(Show(model, {}).value(), "The given SavedModel contains the following tag-sets:\n'serve'\n'gpu, serve'\n");
  ShowOptions options;
  options.list_ops = true;
  EXPECT_THAT(Show(model, options).value(),
              HasSubstr("--list_ops must be paired with a tag-set or with --all.\nThe given"));
  options = {};
  options.tag_set.emplace("serve");
  EXPECT_EQ(Show(model, options).value(),
            "The given SavedModel MetaGraphDef contains SignatureDefs with the following keys:\n"
            "SignatureDef key: \"init\"\nSignatureDef key: \"serving_default\"\n");
  options.signature_def.emplace("serving_default");
  EXPECT_THAT(Show(model, options).value(), HasSubstr("\n  inputs['x'] tensor_info:\n      dtype: DT_FLOAT\n"));
}

TEST(ShowTest, WhatIsNotThereIsNamed) {
  ShowOptions options;
  options.tag_set.emplace("nope");
  EXPECT_EQ(Show(SmallModel(), options).status().message(),
            "MetaGraphDef associated with tag-set nope could not be found in the SavedModel");
  options.tag_set.emplace("gpu,serve");
  EXPECT_TRUE(Show(SmallModel(), options).ok());
  options.tag_set.emplace("serve");
  options.signature_def.emplace("x");
  EXPECT_EQ(Show(SmallModel(), options).status().message(),
            "Could not find signature \"x\". Please choose from: init, serving_default");
}

}  // namespace
}  // namespace tiqu::savedmodel
