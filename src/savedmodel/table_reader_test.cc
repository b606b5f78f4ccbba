#include "savedmodel/table_reader.h"

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "leveldb/env.h"
#include "leveldb/iterator.h"
#include "leveldb/options.h"
#include "leveldb/table.h"
#include "leveldb/table_builder.h"
#include "savedmodel/tensor_bundle.h"
#include "savedmodel/test_table.h"
#include "snappy.h"

namespace tiqu::savedmodel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// A table by LevelDB, which stands for TensorFlow's: the format is the same.
std::string LevelDbTable(const TableEntries& entries, leveldb::CompressionType compression) {
  const std::string path = testing::TempDir() + "/leveldb_table";
  leveldb::WritableFile* opened = nullptr;
  EXPECT_TRUE(leveldb::Env::Default()->NewWritableFile(path, &opened).ok());
  const std::unique_ptr<leveldb::WritableFile> file(opened);
  leveldb::Options options;
  options.compression = compression;
  options.block_size = 512;
  leveldb::TableBuilder builder(options, file.get());
  for (const auto& [key, value] : entries) builder.Add(key, value);
  EXPECT_TRUE(builder.Finish().ok());
  EXPECT_TRUE(file->Close().ok());
  return ReadFile(path).value();
}

TableEntries ManyEntries() {
  TableEntries entries;
  for (int i = 1000; i < 2000; ++i) entries.emplace_back("layer/" + std::to_string(i), std::string(i % 37, 'v'));
  return entries;
}

TEST(TableReaderTest, ReadsPlainAndSnappyTablesOfManyBlocks) {
  for (const auto compression : {leveldb::kNoCompression, leveldb::kSnappyCompression}) {
    const auto read = ReadTable(LevelDbTable(ManyEntries(), compression));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, ManyEntries());
  }
}

TEST(TableReaderTest, LevelDbReadsWhatTheBundleWriterWrites) {
  const std::string prefix = testing::TempDir() + "/second_opinion";
  const float value = 0.5F;
  const BundleTensor scalar = {DataType::kFloat, {}, {reinterpret_cast<const char*>(&value), sizeof value}, nullptr};
  ASSERT_TRUE(WriteTensorBundle(prefix, {{"a", scalar}, {"b/c", scalar}}).ok());
  leveldb::RandomAccessFile* opened = nullptr;
  ASSERT_TRUE(leveldb::Env::Default()->NewRandomAccessFile(prefix + ".index", &opened).ok());
  const std::unique_ptr<leveldb::RandomAccessFile> file(opened);
  leveldb::Options options;
  options.paranoid_checks = true;
  leveldb::Table* table = nullptr;
  ASSERT_TRUE(leveldb::Table::Open(options, file.get(), ReadFile(prefix + ".index")->size(), &table).ok());
  const std::unique_ptr<leveldb::Table> owned(table);
  leveldb::ReadOptions read_options;
  read_options.verify_checksums = true;
  const std::unique_ptr<leveldb::Iterator> entry(table->NewIterator(read_options));
  std::vector<std::string> keys;
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) keys.push_back(entry->key().ToString());
  EXPECT_TRUE(entry->status().ok());
  EXPECT_THAT(keys, ElementsAre("", "a", "b/c"));
}

TEST(TableReaderTest, AHandMadeTableIsReadToo) {
  const auto read = ReadTable(MakeTable(MakeBlock({{"", "head"}, {"k", "v"}}), 0));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(*read, ElementsAre(Pair("", "head"), Pair("k", "v")));
}

TEST(TableReaderTest, DamagedBlocksAreErrors) {
  std::string bomb;  // claims 1 GiB
  snappy::Compress("x", 1, &bomb);
  bomb.replace(0, 1, "\x80\x80\x80\x80\x04");
  std::string many_restarts(8, '\xff');
  const struct {
    const char* what;
    std::string block;
    char type;
    const char* message;
  } kCases[] = {
      {"unknown compression", MakeBlock({}), 2, "compression type 2"},
      {"not Snappy", "\x05zzz", 1, "compressed block"},
      {"a Snappy bomb", bomb, 1, "compressed block"},
      {"no room for a count", "abc", 0, "damaged"},
      {"more restarts than bytes", many_restarts, 0, "damaged"},
      {"a key that shares what is not there", std::string("\5\1\1kv\0\0\0\0\1\0\0\0", 13), 0, "damaged"},
      {"a value beyond the end", std::string("\0\1\x7fkv\0\0\0\0\1\0\0\0", 13), 0, "damaged"},
      {"an endless number", std::string(12, '\x80') + std::string("\0\0\0\0\1\0\0\0", 8), 0, "damaged"},
      {"keys out of order", MakeBlock({{"b", ""}, {"a", ""}}), 0, "order"},
      {"a key twice", MakeBlock({{"a", ""}, {"a", ""}}), 0, "order"},
  };
  for (const auto& test : kCases) {
    const auto read = ReadTable(MakeTable(test.block, test.type));
    EXPECT_FALSE(read.ok()) << test.what;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(test.message)) << test.what;
  }
}

TEST(TableReaderTest, FilesThatAreNoTableAreErrors) {
  EXPECT_EQ(ReadTable("").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReadTable(std::string(47, 'x')).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(ReadTable(std::string(48, 'x')).status().message()), HasSubstr("magic"));
  std::string far = MakeTable(MakeBlock({}), 0);
  far.replace(far.size() - 48, 20, 20, '\x7f');  // handles of 127 bytes at 127, beyond the end
  EXPECT_THAT(std::string(ReadTable(far).status().message()), HasSubstr("outside"));
}

}  // namespace
}  // namespace tiqu::savedmodel
