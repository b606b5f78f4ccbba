// The readers on the real data sets, where they are there: exact counts, and offsets that hold.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "base/utf8.h"
#include "data/reader.h"

namespace tiqu::data {
namespace {

struct Expected {
  const char* file;
  const char* labels;  // in examples/labels, or nullptr
  const char* join_at;
  int64_t read;
  int64_t kept;
  int64_t unanswerable;
  int64_t repaired;
};

std::string SharedFolder() {
  const char* shared = std::getenv("TIQU_SHARED");
  return shared != nullptr ? shared : TIQU_SOURCE_DIR "/../shared";
}

int64_t Repaired(const Report& report) {
  int64_t sum = 0;
  for (const auto& [what, tally] : report.repaired) sum += tally.count;
  return sum;
}

class RealFilesTest : public testing::TestWithParam<Expected> {};

TEST_P(RealFilesTest, CountsAreExactAndOffsetsHold) {
  const Expected& expected = GetParam();
  const std::string path = SharedFolder() + "/data/" + expected.file;
  if (!FileExists(path)) GTEST_SKIP() << "no shared data: set TIQU_SHARED to the folder that holds data/";
  ReadOptions options;
  options.join_at = expected.join_at;
  if (expected.labels != nullptr) {
    options.labels = LabelMap::Load(std::string(TIQU_SOURCE_DIR "/examples/labels/") + expected.labels).value();
  }
  Report report;
  int64_t wrong = 0;
  const auto check = [&](const Sample& sample) {
    for (const AnswerSpan& answer : sample.answers) {
      if (answer.begin_char < 0) continue;
      wrong += Utf8Substring(sample.passage, answer.begin_char, answer.end_char) == answer.text ? 0 : 1;
    }
    return absl::OkStatus();
  };
  const absl::Status status = ReadSamples(path, options, check, &report);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(report.samples_read, expected.read);
  EXPECT_EQ(report.samples_kept, expected.kept);
  EXPECT_EQ(report.unanswerable, expected.unanswerable);
  EXPECT_EQ(Repaired(report), expected.repaired);
  EXPECT_EQ(report.samples_read, report.samples_kept + report.samples_dropped());
  EXPECT_EQ(report.records_bad(), 0);
}

INSTANTIATE_TEST_SUITE_P(Shared, RealFilesTest,
                         testing::Values(Expected{"xxcq/train.jsonl", "xxcq.json", "", 41810, 41810, 26387, 0},
                                         Expected{"xxcq/dev.jsonl", "xxcq.json", "", 5180, 5180, 3302, 0},
                                         Expected{"cmrc2018/cmrc2018_trial.json", nullptr, "", 1002, 1000, 0, 5},
                                         Expected{"drcd/DRCD_dev.json", nullptr, "", 3524, 3524, 0, 0},
                                         Expected{"chinesesquad/dev-v1.1-zh.json", nullptr, "", 7192, 7192, 0, 0},
                                         Expected{"chinesesquad/dev-v2.0-zh.json", nullptr, "", 9936, 9936, 5945, 0},
                                         Expected{"cjrc/dev_ground_truth.json", nullptr, "", 6000, 5397, 1420, 0},
                                         Expected{"dureader_robust/dev.json", nullptr, "", 1417, 1417, 0, 1036},
                                         Expected{"houjin/train.json", nullptr, "", 3166, 3158, 0, 62},
                                         Expected{"webqa/validation.ann.json", nullptr, "", 2999, 2999, 0, 318},
                                         Expected{"cluener/train.json", "cluener.json", "", 107480, 107480, 89979, 0},
                                         Expected{"resume/dev.char.bmes", "resume.json", "NAME", 808, 808, 346, 0},
                                         Expected{"weibo/weiboNER_2nd_conll.dev", "weibo.json", "", 2160, 2160, 1946,
                                                  0},
                                         Expected{"duie/train_data_5000.json", "duie.json", "", 7191, 7191, 0, 7036}));

}  // namespace
}  // namespace tiqu::data
