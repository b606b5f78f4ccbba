#include "engine/fused/layer_table.h"

namespace tiqu::engine {
namespace {

constexpr RoleRule Value(const char* name) { return {name, false, false, nullptr}; }
constexpr RoleRule Weight(const char* name) { return {name, true, false, nullptr}; }

const std::vector<LayerRoles>& Layers() {
  static const auto* const layers = new std::vector<LayerRoles>{
      {"MixEmbedding",
       {Value("char_ids"),
        Value("mask"),
        Weight("char_embeddings"),
        {"word_ids", false, true, "word_vectors"},
        {"word_vectors", true, true, "word_projection"},
        {"word_projection", true, true, "word_ids"},
        {"position_ids", false, true, "position_embeddings"},
        {"position_embeddings", true, true, "position_ids"}}},
      {"NgramEmbedding",
       {Value("char_ids"), Value("mask"), Weight("char_embeddings"), Weight("word_keys"), Weight("word_ids"),
        Weight("word_vectors"), Weight("bigram_keys"), Weight("bigram_ids"), Weight("bigram_embeddings"),
        Weight("kernel"), Weight("bias")}},
      {"DilatedGatedConv1D", {Value("input"), Value("mask"), Weight("kernel"), Weight("bias")}},
      {"Similarity", {Value("passage"), Value("question"), Value("question_mask"), Weight("kernel")}},
      {"C2QAttention", {Value("similarity"), Value("question")}},
      {"Q2CAttention", {Value("similarity"), Value("passage"), Value("passage_mask")}},
      {"MatchFeatures",
       {Value("passage_chars"), Value("passage_words"), Value("question_chars"), Value("question_words"),
        Value("anchor_begin"), Value("anchor_end"), Value("passage_mask"), Value("question_mask"), Weight("char_idf"),
        Weight("word_idf")}},
      {"MergedContext",
       {Value("passage"), Value("c2q"), Value("q2c"), Value("features"), Value("mask"), Weight("kernel"),
        Weight("bias")}},
      {"Answer",
       {Value("input"), Value("mask"), Weight("hidden_kernel"), Weight("hidden_bias"), Weight("kernel"),
        Weight("bias")}},
  };
  return *layers;
}

}  // namespace

const LayerRoles* FindLayer(std::string_view name) {
  for (const LayerRoles& layer : Layers()) {
    if (name == layer.name) return &layer;
  }
  return nullptr;
}

}  // namespace tiqu::engine
