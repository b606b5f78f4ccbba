// TensorFlow's operations by name, each with what makes ONNX nodes of it.
//
// A translation keeps TensorFlow's meaning where ONNX's operation of that name differs: an index below 0 is an error
// and does not count from the end, a size of 0 is a size of 0.
//
// Thread safety: the table is built once and then only read.
#pragma once

#include <map>
#include <string>

#include "onnx/node_translation.h"

namespace tiqu::onnx {

// Reads the node's inputs and adds all its outputs.
using Translation = void (*)(NodeTranslation& n);
using TranslationTable = std::map<std::string, Translation>;

const TranslationTable& Translations();

// The families; a new one is listed in op_table.cc.
void AddElementwise(TranslationTable* table);
void AddReductions(TranslationTable* table);
void AddShapes(TranslationTable* table);
void AddParts(TranslationTable* table);
void AddTables(TranslationTable* table);
void AddProducts(TranslationTable* table);

}  // namespace tiqu::onnx
