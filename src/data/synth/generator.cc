#include "data/synth/generator.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"
#include "base/utf8.h"
#include "data/synth/documents.h"
#include "data/synth/layouts.h"
#include "data/synth/people.h"
#include "data/synth/questions.h"
#include "data/synth/tables.h"

namespace tiqu::data::synth {
namespace {

// The kinds, and how many passages of ten are of it when all are made.
struct Kind {
  const char* name;
  Family family;
  int weight;
};

constexpr Kind kKinds[] = {{"people", Family::kPerson, 45},   {"staff", Family::kStaff, 13},
                           {"company", Family::kCompany, 10}, {"contract", Family::kContract, 10},
                           {"case", Family::kCase, 9},        {"audit", Family::kAudit, 6},
                           {"transfer", Family::kTransfer, 7}};

absl::StatusOr<std::vector<Kind>> ChooseKinds(const std::vector<std::string>& names) {
  if (names.empty()) return std::vector<Kind>(std::begin(kKinds), std::end(kKinds));
  std::vector<Kind> kinds;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& k) { return k.name == name; });
    if (found == std::end(kKinds)) {
      return absl::InvalidArgumentError(fmt::format("kind \"{}\" is none of: {}", name, fmt::join(SynthKinds(), ", ")));
    }
    kinds.push_back(*found);
  }
  return kinds;
}

Family PickFamily(Random& random, const std::vector<Kind>& kinds) {
  int all = 0;
  for (const Kind& kind : kinds) all += kind.weight;
  int draw = random.Between(0, all - 1);
  for (const Kind& kind : kinds) {
    if (draw < kind.weight) return kind.family;
    draw -= kind.weight;
  }
  return kinds.back().family;
}

void GiveRoles(Random& random, std::vector<Entity>* people) {
  if (!random.Chance(0.4)) return;
  const bool same = random.Chance(0.3);
  const std::string first = PickWord(random, PersonRoles());
  for (Entity& person : *people) person.role = same ? first : PickWord(random, PersonRoles());
}

// Two of one name would make a question about either unclear.
bool HasTwins(const std::vector<Entity>& entities) {
  for (size_t i = 0; i < entities.size(); ++i) {
    for (size_t j = 0; j < entities.size(); ++j) {
      if (i != j && entities[i].name.find(entities[j].name) != std::string::npos) return true;
    }
  }
  return false;
}

Scene RandomScene(Random& random, Family family) {
  if (family != Family::kPerson && family != Family::kStaff && family != Family::kCompany) {
    return WriteDocument(random, family);
  }
  const size_t count = random.Chance(0.5) ? 1 : static_cast<size_t>(random.Between(2, 5));
  std::vector<Entity> entities;
  do {
    entities.clear();
    for (size_t i = 0; i < count; ++i) {
      entities.push_back(family == Family::kCompany ? RandomCompany(random) : RandomPerson(random, family));
    }
  } while (HasTwins(entities));
  if (family == Family::kPerson) GiveRoles(random, &entities);
  return WriteRecords(random, RandomLayout(random, count), std::move(entities));
}

Sample TagScene(const Scene& scene, const std::string& id) {
  Sample sample;
  sample.id = id;
  sample.passage = scene.passage;
  for (const Mention& mention : scene.mentions) {
    AnswerSpan span{std::string(Utf8Substring(scene.passage, mention.begin, mention.end)), mention.begin, mention.end,
                    std::string(mention.key)};
    sample.answers.push_back(std::move(span));
  }
  return sample;
}

}  // namespace

const std::vector<std::string>& SynthKinds() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Kind& kind : kKinds) names.emplace_back(kind.name);
    return names;
  }();
  return kNames;
}

absl::Status Synthesize(const SynthOptions& options, const SampleSink& sink) {
  if (options.count < 0)
    return absl::InvalidArgumentError(fmt::format("count is {}, must not be negative", options.count));
  if (options.questions_per_passage < 1) {
    return absl::InvalidArgumentError(
        fmt::format("questions per passage is {}, must be at least 1", options.questions_per_passage));
  }
  TIQU_ASSIGN_OR_RETURN(const std::vector<Kind> kinds, ChooseKinds(options.kinds));
  int64_t made = 0;
  for (uint64_t passage = 0; made < options.count; ++passage) {
    // A stream a passage: what one passage draws does not move the next.
    Random random(options.seed, passage);
    const Scene scene = RandomScene(random, PickFamily(random, kinds));
    const std::string id = fmt::format("synth-{}-{}", options.seed, passage);
    if (options.as_entities) {
      ++made;
      TIQU_RETURN_IF_ERROR(sink(TagScene(scene, id)));
      continue;
    }
    for (Sample& sample : AskQuestions(random, scene, options.questions_per_passage, id)) {
      if (made++ == options.count) return absl::OkStatus();
      TIQU_RETURN_IF_ERROR(sink(std::move(sample)));
    }
  }
  return absl::OkStatus();
}

}  // namespace tiqu::data::synth
