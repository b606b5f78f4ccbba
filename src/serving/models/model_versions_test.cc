#include "serving/models/model_versions.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/models/fake_servable.h"

namespace tiqu::serving {
namespace {

using LifeState = pb::ModelVersionStatus;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const absl::Time kTestStart = absl::FromUnixSeconds(1'000'000);

ServableHandle MakeHandle(int64_t version) { return std::make_shared<FakeServable>("m", version); }

std::map<int64_t, WantedVersion> WantedVersions(std::initializer_list<int64_t> versions, uint64_t print = 1) {
  std::map<int64_t, WantedVersion> wanted;
  for (const int64_t version : versions) wanted[version] = {absl::StrCat("/m/", version), print, true};
  return wanted;
}

std::vector<int64_t> LoadNumbers(const std::vector<ModelVersions::Load>& loads) {
  std::vector<int64_t> numbers;
  for (const auto& load : loads) numbers.push_back(load.version);
  return numbers;
}

std::map<int64_t, int> LifeStates(const ModelVersions& versions) {
  std::map<int64_t, int> states;
  for (const VersionStatus& version : versions.Statuses()) states[version.version] = version.state;
  return states;
}

std::vector<int64_t> AvailableNumbers(const ModelVersions& versions) {
  std::vector<int64_t> numbers;
  for (const auto& [number, handle] : versions.Available()) numbers.push_back(number);
  return numbers;
}

// Loads of Step that succeed at once.
void LoadAll(ModelVersions* versions, absl::Time now) {
  for (const auto& load : versions->Step(now).loads) {
    versions->Began(load.version, 1);
    versions->Loaded(load.version, MakeHandle(load.version), absl::Seconds(1), now);
  }
}

void FailLoad(ModelVersions* versions, int64_t version, uint64_t print, absl::Time now) {
  versions->Began(version, print);
  versions->Loaded(version, absl::NotFoundError("half"), absl::Seconds(1), now);
}

TEST(ModelVersionsTest, AVersionGoesThroughItsStates) {
  ModelVersions versions("m", {});
  versions.Want(WantedVersions({7}));
  EXPECT_THAT(LoadNumbers(versions.Step(kTestStart).loads), ElementsAre(7));
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(7, LifeState::START)));
  versions.Began(7, 1);
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(7, LifeState::LOADING)));
  EXPECT_THAT(versions.Available(), IsEmpty());
  versions.Loaded(7, MakeHandle(7), absl::Seconds(2), kTestStart);
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(7, LifeState::AVAILABLE)));
  const ModelVersions::Actions actions = versions.Step(kTestStart);
  EXPECT_TRUE(actions.changed);
  EXPECT_THAT(actions.loads, IsEmpty());
  ASSERT_EQ(actions.events.size(), 2);
  EXPECT_EQ(actions.events[0].state, LifeState::LOADING);
  EXPECT_EQ(actions.events[1].state, LifeState::AVAILABLE);
  EXPECT_EQ(actions.events[1].load_time, absl::Seconds(2));

  versions.Want({});
  EXPECT_EQ(versions.Step(kTestStart).dropped.size(), 1);
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(7, LifeState::UNLOADING)));
  EXPECT_THAT(versions.Available(), IsEmpty());
  versions.Released(7);
  versions.Step(kTestStart);
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(7, LifeState::END)));
}

TEST(ModelVersionsTest, TheOldVersionGoesWhenTheNewOneIsAvailable) {
  ModelVersions versions("m", {});
  versions.Want(WantedVersions({1}));
  LoadAll(&versions, kTestStart);
  versions.Want(WantedVersions({2}));
  EXPECT_THAT(LoadNumbers(versions.Step(kTestStart).loads), ElementsAre(2));
  EXPECT_THAT(AvailableNumbers(versions), ElementsAre(1));
  versions.Began(2, 1);
  versions.Loaded(2, MakeHandle(2), absl::Seconds(1), kTestStart);
  EXPECT_THAT(AvailableNumbers(versions), ElementsAre(1, 2));
  versions.Step(kTestStart);
  EXPECT_THAT(AvailableNumbers(versions), ElementsAre(2));
}

TEST(ModelVersionsTest, TheOldVersionStaysWhenTheNewOneFails) {
  ModelVersions versions("m", {.max_load_retries = 0});
  versions.Want(WantedVersions({1}));
  LoadAll(&versions, kTestStart);
  versions.Want(WantedVersions({2}));
  versions.Step(kTestStart);
  FailLoad(&versions, 2, 1, kTestStart);
  versions.Step(kTestStart);
  EXPECT_THAT(AvailableNumbers(versions), ElementsAre(1));
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(1, LifeState::AVAILABLE), Pair(2, LifeState::END)));
  EXPECT_EQ(versions.Statuses().front().status, absl::NotFoundError("half"));
  EXPECT_FALSE(versions.Failed());
  EXPECT_TRUE(versions.Settled());
}

TEST(ModelVersionsTest, AFailedLoadIsTriedAgainAfterTheInterval) {
  ModelVersions versions("m", {.max_load_retries = 1, .load_retry_interval = absl::Seconds(60)});
  versions.Want(WantedVersions({1}));
  versions.Step(kTestStart);
  FailLoad(&versions, 1, 1, kTestStart);
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(1, LifeState::LOADING)));
  EXPECT_EQ(versions.Statuses().front().status, absl::NotFoundError("half"));
  EXPECT_EQ(versions.NextStep(), kTestStart + absl::Seconds(60));
  EXPECT_THAT(versions.Step(kTestStart + absl::Seconds(59)).loads, IsEmpty());
  EXPECT_THAT(LoadNumbers(versions.Step(kTestStart + absl::Seconds(60)).loads), ElementsAre(1));
  FailLoad(&versions, 1, 1, kTestStart + absl::Seconds(61));
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(1, LifeState::END)));
  EXPECT_TRUE(versions.Failed());
  EXPECT_EQ(versions.NextStep(), absl::InfiniteFuture());
  EXPECT_THAT(versions.Step(kTestStart + absl::Hours(1)).loads, IsEmpty());
}

TEST(ModelVersionsTest, ChangedFilesAreTriedAtOnceAndDoNotCount) {
  ModelVersions versions("m", {.max_load_retries = 1});
  versions.Want(WantedVersions({1}));
  versions.Step(kTestStart);
  FailLoad(&versions, 1, 1, kTestStart);
  for (uint64_t print = 2; print < 5; ++print) {
    versions.Want(WantedVersions({1}, print));
    ASSERT_THAT(LoadNumbers(versions.Step(kTestStart + absl::Seconds(1)).loads), ElementsAre(1)) << print;
    FailLoad(&versions, 1, print, kTestStart + absl::Seconds(1));
    EXPECT_THAT(versions.Step(kTestStart + absl::Seconds(1)).loads, IsEmpty());
  }
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(1, LifeState::LOADING)));
  EXPECT_EQ(versions.NextStep(), kTestStart + absl::Seconds(60));
}

TEST(ModelVersionsTest, AnEndedVersionIsTriedAgainWhenItsFilesChange) {
  ModelVersions versions("m", {.max_load_retries = 0});
  versions.Want(WantedVersions({1}, 5));
  versions.Step(kTestStart);
  FailLoad(&versions, 1, 5, kTestStart);
  versions.Want(WantedVersions({1}, 5));
  EXPECT_THAT(versions.Step(kTestStart).loads, IsEmpty());
  versions.Want(WantedVersions({1}, 6));
  EXPECT_THAT(LoadNumbers(versions.Step(kTestStart).loads), ElementsAre(1));
  versions.Began(1, 6);
  versions.Loaded(1, MakeHandle(1), absl::Seconds(1), kTestStart);
  EXPECT_THAT(AvailableNumbers(versions), ElementsAre(1));
  EXPECT_TRUE(versions.Statuses().front().status.ok());
}

TEST(ModelVersionsTest, WhatSomebodyWritesIsNotLoaded) {
  ModelVersions versions("m", {});
  auto wanted = WantedVersions({1});
  wanted[1].settled = false;
  versions.Want(wanted);
  EXPECT_THAT(versions.Step(kTestStart).loads, IsEmpty());
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(1, LifeState::START)));
  versions.Want(WantedVersions({1}));
  EXPECT_THAT(LoadNumbers(versions.Step(kTestStart).loads), ElementsAre(1));
}

TEST(ModelVersionsTest, AVersionThatLeavesWhileItLoadsEnds) {
  ModelVersions versions("m", {});
  versions.Want(WantedVersions({1, 2}));
  EXPECT_THAT(LoadNumbers(versions.Step(kTestStart).loads), ElementsAre(2, 1));
  versions.Began(2, 1);
  versions.Want(WantedVersions({1}));
  versions.Loaded(2, MakeHandle(2), absl::Seconds(1), kTestStart);
  EXPECT_THAT(AvailableNumbers(versions), IsEmpty());
  EXPECT_EQ(versions.Step(kTestStart).dropped.size(), 1);
  versions.Released(2);
  versions.Step(kTestStart);
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(1, LifeState::START), Pair(2, LifeState::END)));
}

TEST(ModelVersionsTest, AVersionThatComesBackIsLoadedAnew) {
  ModelVersions versions("m", {});
  versions.Want(WantedVersions({1}));
  LoadAll(&versions, kTestStart);
  versions.Want({});
  versions.Step(kTestStart);
  versions.Want(WantedVersions({1}));  // still held
  EXPECT_THAT(versions.Step(kTestStart).loads, IsEmpty());
  versions.Released(1);
  EXPECT_THAT(LoadNumbers(versions.Step(kTestStart).loads), ElementsAre(1));
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(1, LifeState::START)));
}

TEST(ModelVersionsTest, AnotherFolderUnderTheNumberTakesItsPlace) {
  ModelVersions versions("m", {.max_load_retries = 0});
  versions.Want(WantedVersions({1}));
  LoadAll(&versions, kTestStart);
  versions.Want({{1, {"/other/1", 9, true}}});
  const auto loads = versions.Step(kTestStart).loads;
  ASSERT_EQ(loads.size(), 1);
  EXPECT_EQ(loads[0].path, "/other/1");
  EXPECT_THAT(AvailableNumbers(versions), ElementsAre(1));
  FailLoad(&versions, 1, 9, kTestStart);  // broken: what is served goes on
  EXPECT_THAT(versions.Step(kTestStart).loads, IsEmpty());
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(1, LifeState::AVAILABLE)));
  versions.Want({{1, {"/other/1", 10, true}}});
  EXPECT_EQ(versions.Step(kTestStart).loads.size(), 1);
  const ServableHandle second = MakeHandle(1);
  versions.Began(1, 10);
  versions.Loaded(1, second, absl::Seconds(1), kTestStart);
  EXPECT_EQ(versions.Step(kTestStart).dropped.size(), 1);
  EXPECT_EQ(versions.Available().at(1), second);
  EXPECT_EQ(versions.Served().at(1), "/other/1");
}

TEST(ModelVersionsTest, TheHistoryOfEndedVersionsIsBounded) {
  ModelVersions versions("m", {.kept_ended = 3});
  for (int64_t version = 1; version <= 10; ++version) {
    versions.Want(WantedVersions({version}));
    LoadAll(&versions, kTestStart);
    versions.Step(kTestStart);
    if (version > 1) versions.Released(version - 1);
  }
  versions.Step(kTestStart);
  EXPECT_THAT(LifeStates(versions), ElementsAre(Pair(7, LifeState::END), Pair(8, LifeState::END),
                                                Pair(9, LifeState::END), Pair(10, LifeState::AVAILABLE)));
}

}  // namespace
}  // namespace tiqu::serving
