// How fast the text stage is, on one core: bytes of UTF-8 a second.
//
//   text_bench [--text FILE] [--words FILE] [Google Benchmark's flags]
//
// FILE: plain text; and a word list of "word count ..." lines. Without them a text of 1 MB and a list of 60,000 words
// are made up from a seed.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/random.h"
#include "base/utf8.h"
#include "text/tokenizer.h"

namespace {

using tiqu::Random;
using namespace tiqu::text;  // NOLINT

constexpr size_t kMaxWords = 60000;
constexpr size_t kTextBytes = size_t{1} << 20;

struct Input {
  std::string bytes;
  std::vector<Vocabulary::Entry> words;
};

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "text_bench: %s\n", message.c_str());
  std::exit(1);
}

std::vector<Vocabulary::Entry> ReadWords(const std::string& path) {
  auto reader = tiqu::LineReader::Open(path);
  if (!reader.ok()) Fail(reader.status().ToString());
  std::vector<Vocabulary::Entry> words;
  std::string line;
  while (words.size() < kMaxWords && reader->Next(&line).value()) {
    const size_t space = line.find(' ');
    if (space != std::string::npos) words.push_back({line.substr(0, space), std::atoll(line.c_str() + space + 1)});
  }
  return words;
}

std::vector<Vocabulary::Entry> InventWords(Random* random) {
  std::vector<Vocabulary::Entry> words;
  std::set<std::u32string> seen;
  while (words.size() < kMaxWords) {
    std::u32string word;
    for (int i = random->Between(1, 4); i > 0; --i) {
      // Squared: some characters are far more frequent than others.
      const double part = random->Uniform() * random->Uniform();
      word.push_back(static_cast<char32_t>(0x4E00 + part * 4000));
    }
    if (!seen.insert(word).second) continue;
    words.push_back({tiqu::EncodeUtf8(word), static_cast<int64_t>(1e7 / static_cast<double>(words.size() + 10))});
  }
  return words;
}

std::string InventText(const std::vector<Vocabulary::Entry>& words, Random* random) {
  std::string text;
  while (text.size() < kTextBytes) {
    for (int i = random->Between(3, 12); i > 0; --i) {
      text +=
          words[static_cast<size_t>(random->Uniform() * random->Uniform() * static_cast<double>(words.size()))].text;
    }
    text += random->Chance(0.3) ? "，" + std::to_string(random->Between(0, 9999)) + "年" : "。\n";
  }
  return text;
}

Input input;
std::unique_ptr<Tokenizer> tokenizer;

void MakeTokenizer() {
  std::vector<Vocabulary::Entry> chars;
  for (char32_t c = 0x20; c < 0x9FFF; ++c) {
    if (c < 0x7F || c >= 0x4E00) chars.push_back({tiqu::EncodeUtf8(std::u32string(1, c)), 1});
  }
  tokenizer = std::make_unique<Tokenizer>(NormalizerOptions(), Vocabulary::FromEntries(chars),
                                          Vocabulary::FromEntries(input.words), std::vector<std::string>());
}

// The ids must be those of the words and characters that stand there.
void Check() {
  const auto encoded = tokenizer->Encode(input.bytes);
  if (!encoded.ok()) Fail(encoded.status().ToString());
  const std::u32string& chars = encoded->text.chars;
  int64_t known = 0;
  for (size_t i = 0; i < chars.size();) {
    const int32_t id = encoded->word_ids[i];
    const std::string one = tiqu::EncodeUtf8(chars.substr(i, 1));
    if (encoded->char_ids[i] != tokenizer->chars().Find(one)) Fail("a wrong character id");
    if (id == kUnknownId) {
      ++i;
      continue;
    }
    const auto length = static_cast<size_t>(tiqu::CountCodePoints(tokenizer->words().entry(id).text));
    if (tiqu::EncodeUtf8(chars.substr(i, length)) != tokenizer->words().entry(id).text) Fail("a wrong word id");
    known += static_cast<int64_t>(length);
    i += length;
  }
  if (known * 2 < static_cast<int64_t>(chars.size())) Fail("less than half of the text is in the word list");
  std::printf("text %zu bytes, %zu characters, %.1f %% inside known words; %zu words\n", input.bytes.size(),
              chars.size(), 100.0 * static_cast<double>(known) / static_cast<double>(chars.size()), input.words.size());
}

// The text in passages of about `chars` characters.
std::vector<std::string> Passages(size_t chars) {
  std::vector<std::string> passages;
  const std::u32string all = tiqu::DecodeUtf8(input.bytes).value();
  for (size_t i = 0; i < all.size(); i += chars) passages.push_back(tiqu::EncodeUtf8(all.substr(i, chars)));
  return passages;
}

template <typename Work>
void Run(benchmark::State& state, size_t chars, Work work) {
  const std::vector<std::string> passages = Passages(chars);
  size_t next = 0;
  int64_t bytes = 0;
  for (auto _ : state) {
    const std::string& passage = passages[next];
    next = (next + 1) % passages.size();
    bytes += static_cast<int64_t>(passage.size());
    work(passage);
  }
  state.SetBytesProcessed(bytes);
}

void BM_Encode(benchmark::State& state) {
  Run(state, static_cast<size_t>(state.range(0)),
      [](const std::string& passage) { benchmark::DoNotOptimize(tokenizer->Encode(passage)); });
}
BENCHMARK(BM_Encode)->Arg(64)->Arg(512)->Arg(65536);

void BM_Normalize(benchmark::State& state) {
  const Normalizer normalizer;
  Run(state, 512, [&](const std::string& passage) { benchmark::DoNotOptimize(normalizer.Normalize(passage)); });
}
BENCHMARK(BM_Normalize);

void BM_FindAnchor(benchmark::State& state) {
  const Normalizer normalizer;
  std::vector<NormalizedText> texts;
  for (const std::string& passage : Passages(static_cast<size_t>(state.range(0)))) {
    texts.push_back(normalizer.Normalize(passage).value());
  }
  const std::u32string question = texts[texts.size() / 2].chars.substr(0, 24);
  size_t next = 0;
  int64_t chars = 0;
  for (auto _ : state) {
    const std::u32string& passage = texts[next].chars;
    next = (next + 1) % texts.size();
    chars += static_cast<int64_t>(passage.size());
    benchmark::DoNotOptimize(FindAnchor(question, passage));
  }
  state.SetItemsProcessed(chars);
}
BENCHMARK(BM_FindAnchor)->Arg(512)->Arg(100000);

void BM_BuildTokenizer(benchmark::State& state) {
  const std::string words = Vocabulary::FromEntries(input.words).Encode();
  for (auto _ : state) {
    Vocabulary decoded = Vocabulary::Decode(words).value();
    benchmark::DoNotOptimize(Tokenizer(NormalizerOptions(), Vocabulary(), std::move(decoded), {}));
  }
}
BENCHMARK(BM_BuildTokenizer)->Unit(benchmark::kMillisecond);

void ReadInput(const std::string& text_path, const std::string& words_path) {
  Random random(1);
  input.words = words_path.empty() ? InventWords(&random) : ReadWords(words_path);
  if (text_path.empty()) {
    input.bytes = InventText(input.words, &random);
    return;
  }
  auto bytes = tiqu::ReadFile(text_path);
  if (!bytes.ok()) Fail(bytes.status().ToString());
  const int64_t chars = tiqu::CountCodePoints(*bytes);
  input.bytes = std::string(tiqu::Utf8Substring(*bytes, 0, std::min<int64_t>(chars, kTextBytes)));
}

}  // namespace

int main(int argc, char** argv) {
  std::string text_path;
  std::string words_path;
  std::vector<char*> rest = {argv[0]};
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--text" && i + 1 < argc) {
      text_path = argv[++i];
    } else if (flag == "--words" && i + 1 < argc) {
      words_path = argv[++i];
    } else {
      rest.push_back(argv[i]);
    }
  }
  ReadInput(text_path, words_path);
  MakeTokenizer();
  Check();
  int count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
