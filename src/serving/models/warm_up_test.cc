#include "serving/models/warm_up.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "savedmodel/crc32c.h"

namespace tiqu::serving {
namespace {

using testing::HasSubstr;

std::string Fixed(uint64_t value, size_t size) { return {reinterpret_cast<const char*>(&value), size}; }

std::string MaskedCrc(const std::string& bytes) { return Fixed(savedmodel::MaskCrc(savedmodel::Crc32c(bytes)), 4); }

std::string RecordOf(const std::string& data) {
  const std::string length = Fixed(data.size(), 8);
  return length + MaskedCrc(length) + data + MaskedCrc(data);
}

std::string PredictRecord(const std::string& signature) {
  tensorflow::serving::PredictionLog log;
  log.mutable_predict_log()->mutable_request()->mutable_model_spec()->set_signature_name(signature);
  return RecordOf(log.SerializeAsString());
}

// The signatures that were replayed.
absl::StatusOr<std::vector<std::string>> Replayed(const std::string& bytes, int iterations = 1) {
  std::vector<std::string> signatures;
  const absl::Status status =
      ReplayRecords(bytes, "warm", iterations, [&signatures](const tensorflow::serving::PredictionLog& log) {
        signatures.push_back(log.predict_log().request().model_spec().signature_name());
        return signatures.back() == "bad" ? absl::InvalidArgumentError("no such signature") : absl::OkStatus();
      });
  if (!status.ok()) return status;
  return signatures;
}

TEST(RecordReaderTest, AKnownRecordIsRead) {
  // Length 1, its masked checksum, "a", its masked checksum.
  const std::string bytes("\x01\0\0\0\0\0\0\0\x01\x75\xde\x41\x61\x78\x6e\xe4\x28", 17);
  RecordReader reader(bytes);
  std::string_view record;
  const auto next = reader.Next(&record);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_TRUE(*next);
  EXPECT_EQ(record, "a");
  EXPECT_FALSE(*reader.Next(&record));
}

TEST(RecordReaderTest, EveryCutAndEveryDamagedByteIsAnError) {
  const std::string bytes = RecordOf("data");
  std::string_view record;
  for (size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_EQ(RecordReader(std::string_view(bytes).substr(0, size)).Next(&record).status(),
              absl::DataLossError("truncated record at 0"))
        << size;
  }
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_EQ(RecordReader(damaged).Next(&record).status(), absl::DataLossError("corrupted record at 0")) << at;
  }
}

TEST(WarmUpTest, RecordsAreReplayedInOrderAndAsOftenAsAsked) {
  const std::string bytes = PredictRecord("a") + PredictRecord("b");
  EXPECT_THAT(Replayed(bytes).value(), testing::ElementsAre("a", "b"));
  EXPECT_THAT(Replayed(bytes, 0).value(), testing::ElementsAre("a", "b"));
  EXPECT_THAT(Replayed(bytes, 2).value(), testing::ElementsAre("a", "a", "b", "b"));
  EXPECT_TRUE(Replayed("").value().empty());
}

TEST(WarmUpTest, ARecordThatFailsIsNamed) {
  EXPECT_EQ(Replayed(PredictRecord("a") + PredictRecord("bad")).status(),
            absl::InvalidArgumentError("warm: warmup record 2: no such signature"));
}

TEST(WarmUpTest, WhatIsNoTfRecordFileIsSaid) {
  const absl::Status status = Replayed("these are not records").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("Please verify your warmup data is in TFRecord format."));
  EXPECT_EQ(Replayed(RecordOf("\xff\xff")).status(),
            absl::InvalidArgumentError("Failed to parse warmup record: 1 from warm"));
}

TEST(WarmUpTest, MoreThanAThousandRecordsAreRefused) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += PredictRecord("a");
  EXPECT_EQ(Replayed(bytes).value().size(), 1000);
  EXPECT_EQ(Replayed(bytes + PredictRecord("a")).status(),
            absl::InvalidArgumentError("Number of warmup records exceeds the maximum (1000) at warm"));
}

}  // namespace
}  // namespace tiqu::serving
