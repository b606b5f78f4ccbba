#include "onnx/op_table.h"

namespace tiqu::onnx {

const TranslationTable& Translations() {
  static const TranslationTable* const kTable = [] {
    auto* table = new TranslationTable;
    AddElementwise(table);
    AddReductions(table);
    AddShapes(table);
    AddParts(table);
    AddTables(table);
    AddProducts(table);
    return table;
  }();
  return *kTable;
}

}  // namespace tiqu::onnx
