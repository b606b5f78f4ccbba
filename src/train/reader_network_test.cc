// The packed network against docs/model.md written down in plain torch operations on padded tensors.
#include "train/reader_network.h"

#include <algorithm>

#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "train/plain_reader_test_util.h"

namespace tiqu::train {
namespace {

using torch::Tensor;

float Difference(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<float>(); }

class ReaderNetworkTest : public testing::TestWithParam<int64_t> {};

TEST_P(ReaderNetworkTest, EqualsThePaddedEquationsInOutputsLossesAndGradients) {
  const model::ModelSpec spec = SmallSpec();
  const Parameters parameters = RandomParameters(spec, 11);
  const RawBatch raw = RandomBatch(spec, {9, 40, 3, 300}, {0, 1, 1, 2, 3, 0}, 4);
  const ReaderBatch batch = Pack(spec, raw);
  const ReaderOutput packed = RunReader(spec, parameters, batch, {});
  const ReaderLoss loss = ComputeReaderLoss(spec, parameters, batch, packed);

  const PlainReader plain(spec, parameters, GetParam());
  const Tensor features =
      torch::from_blob(const_cast<float*>(batch.features.data()), {batch.layout.samples.rows(), 12});
  Tensor tags = torch::zeros({});
  Tensor spans = torch::zeros({});
  for (size_t s = 0; s < raw.samples.size(); ++s) {
    const int64_t row = batch.layout.samples.begin[s];
    const int64_t rows = batch.layout.samples.length(static_cast<int64_t>(s));
    const auto out = plain.Run(raw, raw.samples[s], features.narrow(0, row, rows));
    EXPECT_LT(Difference(out.logits, packed.logits.narrow(0, row, rows)), 2e-5) << "sample " << s;
    EXPECT_LT(Difference(out.span, packed.span.narrow(0, row, rows)), 2e-5) << "sample " << s;
    tags = tags + plain.ChainLoss(out.logits, raw.samples[s].tags);
    for (const GoldSpan& span : raw.samples[s].gold) {
      const Tensor log_p = torch::log_softmax(out.span, 0);
      spans = spans - log_p[span.begin][0] - log_p[span.end - 1][1];
    }
  }
  EXPECT_NEAR(loss.tags.item<float>(), tags.item<float>(), 1e-4 * tags.item<float>());
  EXPECT_NEAR(loss.spans.item<float>(), spans.item<float>(), 1e-4 * spans.item<float>());

  const auto ours = torch::autograd::grad({loss.tags + 0.5 * loss.spans}, parameters.trained());
  const auto theirs = torch::autograd::grad({tags + 0.5 * spans}, parameters.trained());
  ASSERT_EQ(ours.size(), theirs.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    const float largest = theirs[i].abs().max().item<float>();
    EXPECT_LT(Difference(ours[i], theirs[i]), 1e-4F * std::max(largest, 1.0F)) << "weight " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Padding, ReaderNetworkTest, testing::Values(0, 7));

TEST(ReaderNetworkTest, ASampleDoesNotDependOnItsBatch) {
  const model::ModelSpec spec = SmallSpec();
  const Parameters parameters = RandomParameters(spec, 2);
  RawBatch raw = RandomBatch(spec, {21, 33}, {1, 0}, 8);
  const ReaderBatch both = Pack(spec, raw);
  const Tensor together = RunReader(spec, parameters, both, {}).logits;
  raw.samples.pop_back();
  ReaderBatch one = Pack(spec, raw);
  const Tensor alone = RunReader(spec, parameters, one, {}).logits;
  EXPECT_LT(Difference(together.narrow(0, 0, 33), alone), 1e-6);
}

TEST(ReaderNetworkTest, DropoutIsAFunctionOfItsKey) {
  const model::ModelSpec spec = SmallSpec();
  const Parameters parameters = RandomParameters(spec, 2);
  const ReaderBatch batch = Pack(spec, RandomBatch(spec, {21, 33}, {1, 0}, 8));
  const auto run = [&](uint64_t key) {
    return RunReader(spec, parameters, batch, {0.25F, 0.1F, 0.2F, DropoutKey{key}}).logits;
  };
  EXPECT_EQ(Difference(run(7), run(7)), 0.0F);
  EXPECT_GT(Difference(run(7), run(8)), 1e-3F);
}

// With dropout the masks are the same in forward and backward: the loss is a differentiable function of the weights.
TEST(ReaderNetworkTest, GradientsUnderDropoutAreNumericalGradients) {
  const model::ModelSpec spec = SmallSpec();
  Parameters parameters = RandomParameters(spec, 6);
  const ReaderBatch batch = Pack(spec, RandomBatch(spec, {12, 30}, {1, 0, 1}, 9));
  const ReaderDropout dropout = {0.25F, 0.1F, 0.2F, DropoutKey{5}};
  const auto loss = [&] {
    const ReaderLoss parts = ComputeReaderLoss(spec, parameters, batch, RunReader(spec, parameters, batch, dropout));
    return parts.tags + parts.spans;
  };
  const auto gradients = torch::autograd::grad({loss()}, parameters.trained());
  Random random(1);
  for (size_t i = 0; i < gradients.size(); ++i) {
    // Along the gradient itself the derivative is its squared length.
    const float norm = gradients[i].norm().item<float>();
    if (norm < 1e-3F) continue;
    const float step = 2e-3F / norm;
    const torch::NoGradGuard guard;
    Tensor weight = parameters.trained()[i];
    weight.add_(gradients[i], step);
    const double up = loss().item<double>();
    weight.add_(gradients[i], -2 * step);
    const double down = loss().item<double>();
    weight.add_(gradients[i], step);
    EXPECT_NEAR((up - down) / (2 * step * norm * norm), 1.0, 0.1) << "weight " << i;
  }
}

}  // namespace
}  // namespace tiqu::train
