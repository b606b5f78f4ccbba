#include "serving/models/model_store.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/models/fake_servable.h"
#include "serving/models/server_config.h"
#include "serving/models/text_config.h"

namespace tiqu::serving {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr absl::Duration kPatience = absl::Seconds(20);

class ModelStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(base_);
    fs::create_directories(base_ + "/m");
    loader_ = std::make_shared<FakeLoader>();
    options_.loader = loader_;
    options_.poll_interval = absl::Milliseconds(5);
    options_.settle_time = absl::ZeroDuration();
    options_.versions.max_load_retries = 0;
    options_.versions.load_retry_interval = absl::Milliseconds(10);
  }

  void AddVersion(const std::string& path, bool whole = true) {
    const std::string hidden = base_ + "/hidden";
    fs::create_directories(hidden);
    if (whole) std::ofstream(hidden + "/whole") << "yes";
    fs::create_directories(fs::path(base_ + "/" + path).parent_path());
    fs::rename(hidden, base_ + "/" + path);
  }

  pb::ModelServerConfig Config(const std::string& fields, const std::string& more = "") {
    pb::ModelServerConfig config;
    const absl::Status status =
        ParseTextConfig(absl::StrCat("model_config_list { config { name: \"m\" base_path: \"", base_,
                                     "/m\" model_platform: \"tensorflow\" ", fields, " } ", more, " }"),
                        &config);
    EXPECT_TRUE(status.ok()) << status;
    return config;
  }
  std::string OtherModel(const std::string& name) {
    return absl::StrCat("config { name: \"", name, "\" base_path: \"", base_, "/", name,
                        "\" model_platform: \"tensorflow\" }");
  }

  void Start(const pb::ModelServerConfig& config) {
    auto store = ModelStore::Start(config, options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  void StartServing(const pb::ModelServerConfig& config) {
    Start(config);
    const absl::Status status = store_->WaitUntilServing();
    ASSERT_TRUE(status.ok()) << status;
  }

  static pb::ModelSpec Spec(const std::string& name, int64_t version = -1) {
    pb::ModelSpec spec;
    spec.set_name(name);
    if (version >= 0) spec.mutable_version()->set_value(version);
    return spec;
  }
  static pb::ModelSpec LabelSpec(const std::string& name, const std::string& label) {
    pb::ModelSpec spec = Spec(name);
    spec.set_version_label(label);
    return spec;
  }
  // -1: an error.
  int64_t Latest(const std::string& name = "m") const {
    const auto found = store_->Find(Spec(name));
    return found.ok() ? (*found)->version() : -1;
  }
  pb::ModelVersionStatus::State StateOf(int64_t version, const std::string& name = "m") const {
    const auto statuses = store_->Status(Spec(name, version));
    return statuses.ok() ? statuses->front().state : pb::ModelVersionStatus::UNKNOWN;
  }
  static bool Eventually(const std::function<bool()>& holds) {
    const absl::Time until = absl::Now() + kPatience;
    while (absl::Now() < until) {
      if (holds()) return true;
      absl::SleepFor(absl::Milliseconds(1));
    }
    return false;
  }
  bool EventuallyIn(int64_t version, pb::ModelVersionStatus::State state) const {
    return Eventually([&] { return StateOf(version) == state; });
  }

  const std::string base_ = testing::TempDir() + "/model_store_test";
  std::shared_ptr<FakeLoader> loader_;
  ModelStoreOptions options_;
  std::unique_ptr<ModelStore> store_;
};

TEST_F(ModelStoreTest, TheHighestVersionIsServed) {
  AddVersion("m/1");
  AddVersion("m/00000002");
  StartServing(Config(""));
  EXPECT_EQ(Latest(), 2);
  EXPECT_EQ(store_->Find(Spec("m", 1)).status(), absl::NotFoundError("Servable not found for request: Specific(m, 1)"));
  EXPECT_TRUE(store_->Ready());
  EXPECT_THAT(store_->ModelNames(), ElementsAre("m"));
  const auto statuses = store_->Status(Spec("m"));
  ASSERT_TRUE(statuses.ok());
  ASSERT_EQ(statuses->size(), 1);
  EXPECT_EQ(statuses->front().version, 2);
  EXPECT_EQ(statuses->front().state, pb::ModelVersionStatus::AVAILABLE);
}

TEST_F(ModelStoreTest, WhatIsNotThereIsNamed) {
  AddVersion("m/1");
  StartServing(Config(""));
  EXPECT_EQ(store_->Find(Spec("x")).status(), absl::NotFoundError("Servable not found for request: Latest(x)"));
  EXPECT_EQ(store_->Find(Spec("")).status(), absl::InvalidArgumentError("ModelSpec has no name specified."));
  EXPECT_EQ(store_->Find(LabelSpec("m", "l")).status(),
            absl::InvalidArgumentError("Unrecognized servable version label: l"));
  EXPECT_EQ(store_->Find(LabelSpec("x", "l")).status(),
            absl::InvalidArgumentError("Unrecognized servable version label: l"));
  EXPECT_EQ(store_->Status(Spec("x")).status(), absl::NotFoundError("Could not find any versions of model x"));
  EXPECT_EQ(store_->Status(Spec("m", 9)).status(), absl::NotFoundError("Could not find version 9 of model m"));
}

TEST_F(ModelStoreTest, ANewVersionTakesOverAndTheOldOneEnds) {
  AddVersion("m/1");
  StartServing(Config(""));
  AddVersion("m/2");
  EXPECT_TRUE(EventuallyIn(1, pb::ModelVersionStatus::END));
  EXPECT_EQ(Latest(), 2);
  EXPECT_EQ(loader_->alive, 1);
  const auto statuses = store_->Status(Spec("m"));
  ASSERT_EQ(statuses->size(), 2);
  EXPECT_EQ(statuses->front().version, 2);
}

TEST_F(ModelStoreTest, AHeldVersionIsUnloadedOnlyWhenItIsLetGo) {
  AddVersion("m/1");
  StartServing(Config(""));
  auto held = store_->Find(Spec("m"));
  AddVersion("m/2");
  ASSERT_TRUE(EventuallyIn(1, pb::ModelVersionStatus::UNLOADING));
  EXPECT_EQ(Latest(), 2);
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(StateOf(1), pb::ModelVersionStatus::UNLOADING);
  EXPECT_EQ((*held)->version(), 1);
  EXPECT_EQ(loader_->alive, 2);
  held = absl::CancelledError("let go");
  EXPECT_TRUE(EventuallyIn(1, pb::ModelVersionStatus::END));
  EXPECT_EQ(loader_->alive, 1);
}

TEST_F(ModelStoreTest, ABrokenVersionLeavesTheOldOneAlone) {
  AddVersion("m/1");
  StartServing(Config(""));
  AddVersion("m/2", false);
  ASSERT_TRUE(EventuallyIn(2, pb::ModelVersionStatus::END));
  EXPECT_EQ(store_->Status(Spec("m", 2))->front().status, absl::NotFoundError(base_ + "/m/2 is not whole"));
  EXPECT_EQ(Latest(), 1);
  EXPECT_EQ(StateOf(1), pb::ModelVersionStatus::AVAILABLE);
  EXPECT_TRUE(store_->Ready());
  std::ofstream(base_ + "/m/2/whole") << "now";
  EXPECT_TRUE(EventuallyIn(2, pb::ModelVersionStatus::AVAILABLE));
  EXPECT_TRUE(EventuallyIn(1, pb::ModelVersionStatus::END));
}

TEST_F(ModelStoreTest, AFailedLoadIsRetriedWhileItSaysLoading) {
  options_.versions.max_load_retries = 3;
  options_.versions.load_retry_interval = absl::Milliseconds(30);
  AddVersion("m/1");
  StartServing(Config(""));
  AddVersion("m/2", false);
  ASSERT_TRUE(EventuallyIn(2, pb::ModelVersionStatus::LOADING));
  ASSERT_TRUE(EventuallyIn(2, pb::ModelVersionStatus::END));
  EXPECT_EQ(loader_->loads, 1 + 4);
}

TEST_F(ModelStoreTest, AFolderThatChangesWhileItIsLoadedIsNotWhole) {
  options_.versions.max_load_retries = 5;
  options_.versions.load_retry_interval = absl::Seconds(60);
  std::atomic<bool> changed = false;
  loader_->before_load = [&changed](const std::string& path) {
    if (path.ends_with("/2") && !changed.exchange(true)) std::ofstream(path + "/more") << "bytes";
  };
  AddVersion("m/1");
  StartServing(Config(""));
  AddVersion("m/2");
  EXPECT_TRUE(EventuallyIn(2, pb::ModelVersionStatus::AVAILABLE));
  EXPECT_EQ(loader_->loads, 3);
}

TEST_F(ModelStoreTest, AFolderIsLeftAloneWhileSomebodyWritesToIt) {
  options_.settle_time = absl::Milliseconds(200);
  AddVersion("m/1");
  StartServing(Config(""));
  fs::create_directories(base_ + "/m/2");
  std::ofstream(base_ + "/m/2/whole") << "yes";
  std::ofstream growing(base_ + "/m/2/data");
  for (int i = 0; i < 20; ++i) {
    growing << "more" << std::flush;
    absl::SleepFor(absl::Milliseconds(20));
    ASSERT_LE(loader_->loads, 1) << "begun while it was written";
  }
  EXPECT_TRUE(EventuallyIn(2, pb::ModelVersionStatus::AVAILABLE));
}

TEST_F(ModelStoreTest, TheFoldersMayVanish) {
  AddVersion("m/1");
  AddVersion("m/2");
  StartServing(Config(""));
  ASSERT_EQ(Latest(), 2);
  fs::rename(base_ + "/m/2", base_ + "/m/gone");
  EXPECT_TRUE(EventuallyIn(2, pb::ModelVersionStatus::END));
  EXPECT_EQ(Latest(), 1);
  fs::rename(base_ + "/m", base_ + "/away");
  absl::SleepFor(absl::Milliseconds(60));
  EXPECT_EQ(Latest(), 1);
  fs::create_directories(base_ + "/m");
  EXPECT_TRUE(EventuallyIn(1, pb::ModelVersionStatus::END));
  EXPECT_EQ(Latest(), -1);
  EXPECT_FALSE(store_->Ready());
}

TEST_F(ModelStoreTest, WithoutAVersionTheStartWaits) {
  Start(Config(""));
  auto serving = std::async(std::launch::async, [this] { return store_->WaitUntilServing(); });
  EXPECT_EQ(serving.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  AddVersion("m/4");
  EXPECT_TRUE(serving.get().ok());
  EXPECT_EQ(Latest(), 4);
}

TEST_F(ModelStoreTest, TheWaitCanBeStopped) {
  fs::remove_all(base_ + "/m");
  Start(Config(""));
  EXPECT_EQ(store_->WaitUntilServing([] { return true; }).code(), absl::StatusCode::kCancelled);
}

TEST_F(ModelStoreTest, AModelThatFailsFailsTheStart) {
  AddVersion("m/1", false);
  Start(Config(""));
  const absl::Status status = store_->WaitUntilServing();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(status.message(),
            absl::StrCat("1 servable(s) did not become available: {{name: m version: 1} due to error: "
                         "NOT_FOUND: ",
                         base_, "/m/1 is not whole, }"));
}

TEST_F(ModelStoreTest, PollingOnceSeesNoLaterVersion) {
  options_.poll_interval = absl::ZeroDuration();
  AddVersion("m/1");
  StartServing(Config(""));
  AddVersion("m/2");
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(Latest(), 1);
  ASSERT_TRUE(store_->Reload(Config("model_version_policy { all { } }")).ok());
  EXPECT_TRUE(EventuallyIn(2, pb::ModelVersionStatus::AVAILABLE));
  EXPECT_EQ(StateOf(1), pb::ModelVersionStatus::AVAILABLE);
}

TEST_F(ModelStoreTest, AReloadWaitsForNewModelsAndUnloadsOldOnes) {
  AddVersion("m/1");
  AddVersion("n/3");
  StartServing(Config(""));
  ASSERT_TRUE(store_->Reload(Config("", OtherModel("n"))).ok());
  EXPECT_EQ(Latest("n"), 3);
  pb::ModelServerConfig only_n = Config("", OtherModel("n"));
  only_n.mutable_model_config_list()->mutable_config()->DeleteSubrange(0, 1);
  ASSERT_TRUE(store_->Reload(only_n).ok());
  EXPECT_TRUE(EventuallyIn(1, pb::ModelVersionStatus::END));
  EXPECT_EQ(Latest(), -1);
  EXPECT_THAT(store_->ModelNames(), ElementsAre("n"));
  EXPECT_EQ(loader_->alive, 1);
  ASSERT_TRUE(store_->Reload(Config("", OtherModel("n"))).ok());
  EXPECT_EQ(Latest(), 1);
}

TEST_F(ModelStoreTest, AReloadOfABrokenModelSaysSo) {
  AddVersion("m/1");
  AddVersion("n/3", false);
  StartServing(Config(""));
  EXPECT_THAT(std::string(store_->Reload(Config("", OtherModel("n"))).message()),
              HasSubstr("{name: n version: 3} due to error: "));
  EXPECT_EQ(store_->Reload(Config("", OtherModel("none"))).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Latest(), 1);
}

TEST_F(ModelStoreTest, ARefusedConfigurationChangesNothing) {
  AddVersion("m/1");
  StartServing(Config(""));
  EXPECT_FALSE(store_->Reload(Config("", OtherModel("m"))).ok());
  EXPECT_TRUE(store_->Reload({}).ok());  // no configuration: no change
  EXPECT_EQ(Latest(), 1);
  EXPECT_THAT(store_->ModelNames(), ElementsAre("m"));
}

TEST_F(ModelStoreTest, ANewBasePathTakesThePlaceOfTheOldOne) {
  AddVersion("m/1");
  AddVersion("n/1");
  StartServing(Config(""));
  const auto before = store_->Find(Spec("m"));
  pb::ModelServerConfig moved = Config("");
  moved.mutable_model_config_list()->mutable_config(0)->set_base_path(base_ + "/n");
  ASSERT_TRUE(store_->Reload(moved).ok());
  EXPECT_TRUE(Eventually([&] { return *store_->Find(Spec("m")) != *before; }));
  EXPECT_EQ(Latest(), 1);
}

TEST_F(ModelStoreTest, ALabelStandsForAnAvailableVersion) {
  AddVersion("m/1");
  AddVersion("m/2");
  const std::string all = "model_version_policy { all { } } ";
  StartServing(Config(all));
  ASSERT_TRUE(EventuallyIn(1, pb::ModelVersionStatus::AVAILABLE));
  ASSERT_TRUE(EventuallyIn(2, pb::ModelVersionStatus::AVAILABLE));
  ASSERT_TRUE(store_->Reload(Config(all + "version_labels { key: \"stable\" value: 1 }")).ok());
  EXPECT_EQ((*store_->Find(LabelSpec("m", "stable")))->version(), 1);
  const absl::Status refused = store_->Reload(Config(all + "version_labels { key: \"stable\" value: 999 }"));
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              StartsWith("Request to assign label to version 999 of model m, which is not currently "
                         "available for inference"));
  EXPECT_EQ((*store_->Find(LabelSpec("m", "stable")))->version(), 1);
  ASSERT_TRUE(store_->Reload(Config(all)).ok());
  EXPECT_FALSE(store_->Find(LabelSpec("m", "stable")).ok());
}

TEST_F(ModelStoreTest, LabelsOfTheFirstConfigurationAreSetAfterTheLoad) {
  AddVersion("m/1");
  AddVersion("m/2");
  Start(Config("model_version_policy { all { } } version_labels { key: \"stable\" value: 1 }"));
  EXPECT_EQ(store_->Find(LabelSpec("m", "stable")).status(), absl::UnavailableError("Model labels does not init yet."));
  ASSERT_TRUE(store_->WaitUntilServing().ok());
  EXPECT_EQ((*store_->Find(LabelSpec("m", "stable")))->version(), 1);
}

TEST_F(ModelStoreTest, ALabelForNoVersionFailsTheStartUnlessAllowed) {
  AddVersion("m/1");
  const pb::ModelServerConfig config = Config("version_labels { key: \"next\" value: 2 }");
  Start(config);
  EXPECT_EQ(store_->WaitUntilServing().code(), absl::StatusCode::kFailedPrecondition);
  store_.reset();
  options_.allow_labels_for_unavailable = true;
  StartServing(config);
  EXPECT_EQ(store_->Find(LabelSpec("m", "next")).status(),
            absl::NotFoundError("Servable not found for request: Specific(m, 2)"));
  // In use: it may not be moved to where nothing is.
  EXPECT_FALSE(store_->Reload(Config("version_labels { key: \"next\" value: 3 }")).ok());
  AddVersion("m/2");
  EXPECT_TRUE(Eventually([&] { return store_->Find(LabelSpec("m", "next")).ok(); }));
}

TEST_F(ModelStoreTest, TheConfigurationFileIsReadAnew) {
  AddVersion("m/1");
  AddVersion("n/3");
  options_.config_file = base_ + "/models.txt";
  options_.config_poll_interval = absl::Milliseconds(5);
  const auto write = [this](const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(options_.config_file, text).ok());
  };
  write(Config("").DebugString());
  StartServing(Config(""));
  write("improperly formatted file");
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(Latest(), 1);
  write(Config("", OtherModel("n")).DebugString());
  EXPECT_TRUE(Eventually([&] { return Latest("n") == 3; }));
  // Taken once the version that it needs is there.
  write(Config("version_labels { key: \"stable\" value: 2 }").DebugString());
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_EQ(Latest("n"), 3);
  AddVersion("m/2");
  EXPECT_TRUE(Eventually([&] { return store_->Find(LabelSpec("m", "stable")).ok(); }));
}

TEST_F(ModelStoreTest, EventsAreTold) {
  std::vector<std::string> events;
  options_.on_event = [&events](const VersionEvent& event) {
    events.push_back(absl::StrCat(event.model, " ", event.version, " ", pb::ModelVersionStatus::State_Name(event.state),
                                  event.status.ok() ? "" : " failed"));
  };
  AddVersion("m/1");
  StartServing(Config(""));
  AddVersion("m/2", false);
  ASSERT_TRUE(EventuallyIn(2, pb::ModelVersionStatus::END));
  store_.reset();
  EXPECT_THAT(events,
              ElementsAre("m 1 START", "m 1 LOADING", "m 1 AVAILABLE", "m 2 START", "m 2 LOADING", "m 2 END failed"));
}

TEST_F(ModelStoreTest, AHandleOutlivesTheStore) {
  AddVersion("m/1");
  StartServing(Config(""));
  auto held = store_->Find(Spec("m"));
  store_->Stop();
  EXPECT_EQ(Latest(), -1);
  store_.reset();
  EXPECT_EQ((*held)->version(), 1);
  EXPECT_EQ(loader_->alive, 1);
  held = absl::CancelledError("let go");
  EXPECT_EQ(loader_->alive, 0);
}

// Versions come and go, one in three broken, while readers look up and run.
TEST_F(ModelStoreTest, ReadersNeverSeeAHalfLoadedVersion) {
  AddVersion("m/1");
  options_.poll_interval = absl::Milliseconds(1);
  StartServing(Config(""));
  std::atomic<bool> done = false;
  std::atomic<int64_t> answers = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      int64_t newest = 0;
      while (!done) {
        const auto servable = store_->Find(Spec("m"));
        ASSERT_TRUE(servable.ok()) << servable.status();
        const int64_t version = (*servable)->version();
        ASSERT_GE(version, newest) << "an older version after a newer one";
        ASSERT_NE(version % 3, 0) << "a broken version";
        newest = version;
        const auto outputs = (*servable)->Run("serving_default", {}, {});
        ASSERT_TRUE(outputs.ok());
        ASSERT_EQ(outputs->at("version").data<int64_t>()[0], version);
        ++answers;
      }
    });
  }
  for (int64_t version = 2; version <= 40; ++version) {
    AddVersion(absl::StrCat("m/", version), version % 3 != 0);
    if (version % 3 != 0) {
      ASSERT_TRUE(Eventually([&] { return Latest() == version; })) << version;
    } else {
      ASSERT_TRUE(EventuallyIn(version, pb::ModelVersionStatus::END)) << version;
    }
    if (version > 3) fs::remove_all(absl::StrCat(base_, "/m/", version - 3));
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(answers, 40);
  EXPECT_TRUE(Eventually([&] { return loader_->alive == 1; })) << loader_->alive;
}

}  // namespace
}  // namespace tiqu::serving
