#include "engine/kernels/match_features.h"

#include <algorithm>
#include <vector>

#include "base/random.h"
#include "gtest/gtest.h"

namespace tiqu::kernels {
namespace {

struct Sample {
  std::vector<int32_t> p1, p2, q1, q2;
  std::vector<float> mp, mq, ci, wi;
  float k1 = -1, k2 = -1;

  std::vector<float> Features() const {
    std::vector<float> out(p1.size() * kMatchFeatureCount, -1.0F);
    MatchFeatures({static_cast<int64_t>(p1.size()), static_cast<int64_t>(q1.size()), p1.data(), p2.data(), q1.data(),
                   q2.data(), mp.data(), mq.data(), k1, k2, ci.data(), wi.data()},
                  out.data());
    return out;
  }

  // docs/model.md, word for word.
  double Expected(int t, int feature) const {
    const int length = static_cast<int>(p1.size()), asked = static_cast<int>(q1.size());
    const auto e = [&](int s, int j) {
      return s >= 0 && s < length && j >= 0 && j < asked && p1[s] == q1[j] && p1[s] > 1;
    };
    const auto run = [&](int s, int n) {
      for (int j = 0; j < asked; ++j) {
        bool all = true;
        for (int i = 0; i < n; ++i) all = all && e(s + i, j + i);
        if (all) return true;
      }
      return false;
    };
    const bool word = p2[t] > 1 && std::find(q2.begin(), q2.end(), p2[t]) != q2.end();
    switch (feature) {
      case 0:
        return run(t, 1);
      case 1:
        return run(t, 1) * ci[p1[t]];
      case 2:
        return run(t, 2) || run(t - 1, 2);
      case 3:
        return run(t, 3) || run(t - 1, 3) || run(t - 2, 3);
      case 4:
        return word;
      case 5:
        return word * wi[p2[t]];
      case 6:
      case 7:
        return Coverage(t, feature == 6 ? 5 : 20, e);
      case 8:
        return k1 >= 0 && k1 <= t && t <= k2;
      case 9:
        return k1 >= 0 && t > k2 ? 8.0 / (8 + t - k2) : 0;
      case 10:
        return k1 >= 0 && t < k1 ? 8.0 / (8 + k1 - t) : 0;
      default:
        return k1 >= 0;
    }
  }

  template <typename Match>
  double Coverage(int t, int w, const Match& e) const {
    double found = 0, total = 0;
    for (int j = 0; j < static_cast<int>(q1.size()); ++j) {
      const double g = ci[q1[j]] * mq[j];
      bool near = false;
      for (int s = -w; s <= w; ++s) near = near || e(t + s, j);
      found += near ? g : 0;
      total += g;
    }
    return found / std::max(total, 1e-6);
  }
};

Sample RandomSample(int length, int asked, int vocabulary, uint64_t seed) {
  Random random(seed);
  Sample sample;
  const auto fill = [&](int count, std::vector<int32_t>* ids, std::vector<float>* mask) {
    for (int i = 0; i < count; ++i) ids->push_back(random.Between(1, vocabulary - 1));
    if (mask != nullptr) mask->assign(count, 1.0F);
  };
  fill(length, &sample.p1, &sample.mp);
  fill(length, &sample.p2, nullptr);
  fill(asked, &sample.q1, &sample.mq);
  fill(asked, &sample.q2, nullptr);
  for (int i = 0; i < vocabulary; ++i) {
    sample.ci.push_back(i < 2 ? 0.0F : static_cast<float>(random.Uniform()));
    sample.wi.push_back(i < 2 ? 0.0F : static_cast<float>(random.Uniform()));
  }
  sample.k1 = static_cast<float>(random.Between(-1, length - 1));
  sample.k2 = sample.k1 < 0 ? -1 : static_cast<float>(random.Between(static_cast<int>(sample.k1), length - 1));
  return sample;
}

TEST(MatchFeaturesTest, MatchTheDefinition) {
  const struct {
    int length, asked, vocabulary;
  } cases[] = {{1, 1, 3},    {2, 1, 3},      {40, 9, 12}, {60, 64, 40},
               {30, 65, 20}, {100, 130, 50}, {7, 30, 4},  {64, 16, 900}};
  for (const auto& c : cases) {
    for (uint64_t seed = 0; seed < 4; ++seed) {
      const Sample sample = RandomSample(c.length, c.asked, c.vocabulary, seed);
      const std::vector<float> got = sample.Features();
      for (int t = 0; t < c.length; ++t) {
        for (int f = 0; f < kMatchFeatureCount; ++f) {
          ASSERT_NEAR(got[t * kMatchFeatureCount + f], sample.Expected(t, f), 1e-6)
              << "feature " << f << " at " << t << " of " << c.length << ", question of " << c.asked;
        }
      }
    }
  }
}

TEST(MatchFeaturesTest, PaddingIsZeroAndChangesNothingElse) {
  const Sample sample = RandomSample(30, 9, 12, 3);
  Sample padded = sample;
  for (int i = 0; i < 70; ++i) {
    for (auto* ids : {&padded.p1, &padded.p2, &padded.q1, &padded.q2}) ids->push_back(0);
    for (auto* mask : {&padded.mp, &padded.mq}) mask->push_back(0);
  }
  const std::vector<float> alone = sample.Features(), got = padded.Features();
  for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], i < alone.size() ? alone[i] : 0.0F) << i;
}

TEST(MatchFeaturesTest, NoQuestionIsFine) {
  Sample sample = RandomSample(5, 1, 4, 1);
  sample.q1.clear();
  sample.q2.clear();
  sample.mq.clear();
  sample.k1 = -1;
  for (const float value : sample.Features()) EXPECT_EQ(value, 0.0F);
}

}  // namespace
}  // namespace tiqu::kernels
