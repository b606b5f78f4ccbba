// Which nodes go together, and that none runs before what it needs.
#include "engine/siblings.h"

#include <map>
#include <numeric>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

using ::testing::ElementsAre;
using Groups = std::vector<std::vector<int>>;

// Node i needs the nodes needs[i], all of them before it.
struct Case {
  std::vector<std::vector<int>> needs;
  std::vector<std::string> kinds;
};

Groups GroupsOf(const Case& nodes) {
  tensorflow::GraphDef def;
  for (size_t i = 0; i < nodes.needs.size(); ++i) {
    auto* node = def.add_node();
    node->set_name(absl::StrCat("n", i));
    node->set_op("Identity");
    // Every other one as a control input.
    for (const int need : nodes.needs[i]) {
      if ((need + i) % 2 == 0) node->add_input(absl::StrCat("n", need));
    }
    for (const int need : nodes.needs[i]) {
      if ((need + i) % 2 == 1) node->add_input(absl::StrCat("^n", need));
    }
  }
  const auto graph = Graph::FromDef(def);
  EXPECT_TRUE(graph.ok()) << graph.status();
  std::vector<int> order(nodes.needs.size());
  std::iota(order.begin(), order.end(), 0);
  return GroupSiblings(*graph, order, [&nodes](int node) { return nodes.kinds[node]; });
}

TEST(SiblingsTest, LayersOfTwoEncodersGoTogether) {
  // 0 1 2 and 4 5 6: encoders; 3: before the second; 7 needs both.
  const Case nodes{{{}, {0}, {1}, {}, {3}, {4}, {5}, {2, 6}}, {"a", "b", "c", "", "a", "b", "c", ""}};
  EXPECT_THAT(GroupsOf(nodes),
              ElementsAre(ElementsAre(3), ElementsAre(0, 4), ElementsAre(1, 5), ElementsAre(2, 6), ElementsAre(7)));
}

TEST(SiblingsTest, OneThatNeedsTheOtherDoesNotGoWithIt) {
  EXPECT_THAT(GroupsOf({{{}, {0}, {1}}, {"a", "", "a"}}), ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2)));
}

TEST(SiblingsTest, WithoutKindsTheOrderStays) {
  EXPECT_THAT(GroupsOf({{{}, {}, {0}, {1}}, {"", "", "", ""}}),
              ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2), ElementsAre(3)));
}

TEST(SiblingsTest, InAnyGraphEachNodeRunsOnceAfterWhatItNeeds) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    Case nodes;
    const int count = 1 + static_cast<int>(random() % 30);
    for (int i = 0; i < count; ++i) {
      nodes.needs.emplace_back();
      for (int need = 0; need < i; ++need) {
        if (random() % 6 == 0) nodes.needs.back().push_back(need);
      }
      nodes.kinds.push_back(random() % 2 == 0 ? "" : absl::StrCat(random() % 3));
    }
    std::map<int, size_t> place;
    const Groups groups = GroupsOf(nodes);
    for (size_t g = 0; g < groups.size(); ++g) {
      for (const int node : groups[g]) {
        ASSERT_TRUE(place.emplace(node, g).second) << node;
        ASSERT_EQ(nodes.kinds[node], nodes.kinds[groups[g].front()]);
        ASSERT_TRUE(groups[g].size() == 1 || !nodes.kinds[node].empty());
      }
    }
    ASSERT_EQ(place.size(), nodes.needs.size());
    for (int i = 0; i < count; ++i) {
      for (const int need : nodes.needs[i]) ASSERT_LT(place[need], place[i]) << need << " " << i;
    }
  }
}

}  // namespace
}  // namespace tiqu::engine
