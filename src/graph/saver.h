// The nodes that save and restore a graph's variables, as TensorFlow 1.x's Saver makes them, and the collections that
// list them.
#pragma once

#include "graph/graph_builder.h"
#include "saved_model.pb.h"

namespace tiqu::graph {

// Adds the nodes save/... for every variable of `g`, and to `meta` the saver_def and the collections `variables` and
// `trainable_variables`. Does nothing when there are no variables.
void AddSaver(GraphBuilder& g, tensorflow::MetaGraphDef* meta);

}  // namespace tiqu::graph
