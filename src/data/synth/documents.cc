#include "data/synth/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "data/synth/layouts.h"
#include "data/synth/numbers.h"
#include "data/synth/people.h"
#include "data/synth/tables.h"

namespace tiqu::data::synth {
namespace {

constexpr double kDropOptional = 0.35;

std::string Somebody(Random& random) {
  if (random.Chance(0.15)) return RandomMaskedName(random);
  return RandomPersonName(random, random.Chance(0.6));
}

std::string Party(Random& random) {
  return random.Chance(0.75) ? RandomCompanyName(random, PickFrom(random, Regions())) : Somebody(random);
}

std::string Place(Random& random) {
  const Region& region = PickFrom(random, Regions());
  return std::string(region.city.empty() ? region.province : region.city) + std::string(region.county);
}

std::string CaseNumber(Random& random) {
  constexpr std::string_view kCourts[] = {"京0105", "粤0305", "桂0126", "川0104", "浙0106", "沪0115"};
  constexpr std::string_view kKinds[] = {"民初", "刑初", "民终", "执"};
  return fmt::format("（{}）{}{}{}号", random.Between(2015, 2024), kCourts[random.Below(6)], kKinds[random.Below(4)],
                     random.Between(1, 9999));
}

std::string Term(Random& random) {
  constexpr std::string_view kYears[] = {"一", "二", "三", "四", "五", "六", "七", "八", "十"};
  constexpr std::string_view kMonths[] = {"六个月", "八个月", "十个月"};
  if (random.Chance(0.25)) return std::string(kMonths[random.Below(3)]);
  const std::string years = std::string(kYears[random.Below(9)]) + "年";
  return random.Chance(0.4) ? years + std::string(kMonths[random.Below(3)]) : years;
}

std::string Unit(Random& random) {
  constexpr std::string_view kOffices[] = {"教育局",     "住房和城乡建设局", "人民医院", "民政局",
                                           "交通运输局", "农业农村局",       "财政局",   "第一中学"};
  return random.Chance(0.5) ? RandomCompanyName(random, PickFrom(random, Regions()))
                            : Place(random) + std::string(kOffices[random.Below(8)]);
}

std::string PartyValue(Random& random, std::string_view key) {
  if (key == "甲方" || key == "乙方" || key == "丙方" || key == "付款人" || key == "收款人") return Party(random);
  if (key == "法院") return Place(random) + "人民法院";
  if (key == "审计机关") return Place(random) + "审计局";
  if (key == "被审计单位") return Unit(random);
  if (key == "收款开户行") return PickWord(random, Banks()) + PickWord(random, RoadNames()) + "支行";
  if (key == "签订地点") return random.Chance(0.5) ? Place(random) : RandomAddress(random, PickFrom(random, Regions()));
  return Somebody(random);  // representatives, parties of a case, judges, people responsible
}

bool IsOneOf(std::string_view key, std::initializer_list<std::string_view> keys) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::string DocumentValue(Random& random, std::string_view key, DateStyle style) {
  if (key == "合同编号") return fmt::format("HT-{}-{}", random.Between(2015, 2024), RandomDigits(random, 4));
  if (key == "合同标的" || key == "转账用途") return PickWord(random, Goods());
  if (IsOneOf(key, {"合同金额", "借款金额", "涉及金额", "转账金额"})) return RandomAmount(random, 1000, 5000000);
  if (IsOneOf(key, {"定金", "违约金", "罚金"})) return RandomAmount(random, 1000, 200000);
  if (IsOneOf(key, {"签订日期", "借款日期", "判决日期", "转账日期"})) {
    return FormatDate(RandomDate(random, 2010, 2022), style);
  }
  if (IsOneOf(key, {"履行期限", "整改期限"})) return FormatDate(RandomDate(random, 2023, 2029), style);
  if (key == "案号") return CaseNumber(random);
  if (key == "案由") return PickWord(random, Causes());
  if (key == "罪名") return PickWord(random, Crimes());
  if (key == "刑期") return Term(random);
  if (key == "审计问题") return PickWord(random, AuditFaults());
  if (key == "付款账号" || key == "收款账号") return RandomBankCard(random);
  if (key == "审计期间") {
    const int year = random.Between(2012, 2022);
    return random.Chance(0.5) ? fmt::format("{}年度", year)
                              : fmt::format("{}年至{}年", year, year + random.Between(1, 2));
  }
  return PartyValue(random, key);
}

bool ComesInPlural(std::string_view key) {
  return IsOneOf(key, {"原告", "被告", "被告人", "审计问题", "涉及金额", "责任人"});
}

// Fills fields as slots ask for them, so that a slot that comes again says the same.
class DocumentFields {
 public:
  explicit DocumentFields(Random& random) : random_(random), style_(RandomDateStyle(random)) {}

  // `count`: values wanted at least; 0: as many as come.
  const Field& Get(std::string_view key, size_t count) {
    auto found = std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.key == key; });
    if (found == fields_.end()) {
      // The table's key, which outlives the template's slot text alike; both are constants.
      fields_.push_back({FindAttribute(key).key, {}});
      found = fields_.end() - 1;
      if (count == 0)
        count = ComesInPlural(key) && random_.Chance(0.35) ? static_cast<size_t>(random_.Between(2, 3)) : 1;
    }
    while (found->values.size() < std::max<size_t>(1, count)) {
      std::string value = DocumentValue(random_, key, style_);
      if (std::find(found->values.begin(), found->values.end(), value) == found->values.end()) {
        found->values.push_back(std::move(value));
      }
    }
    return *found;
  }

  std::vector<Field> Take() && { return std::move(fields_); }

 private:
  Random& random_;
  DateStyle style_;
  std::vector<Field> fields_;
};

void WriteSlot(std::string_view slot, DocumentFields* fields, SceneWriter* out) {
  const size_t at = slot.find('@');
  if (at == std::string_view::npos) {
    out->Values(0, fields->Get(slot, 0));
    return;
  }
  const size_t index = static_cast<size_t>(slot[at + 1] - '0');
  const Field& field = fields->Get(slot.substr(0, at), index + 1);
  out->Value(0, field.key, field.values[index]);
}

void WriteSegment(std::string_view segment, DocumentFields* fields, SceneWriter* out) {
  while (!segment.empty()) {
    const size_t open = std::min(segment.find('{'), segment.size());
    out->Literal(segment.substr(0, open));
    segment.remove_prefix(open);
    if (segment.empty()) return;
    const size_t close = segment.find('}');
    WriteSlot(segment.substr(1, close - 1), fields, out);
    segment.remove_prefix(close + 1);
  }
}

// The same facts as a form: "甲方：...\n合同金额：..." in any order.
Scene WriteForm(Random& random, Family family) {
  SceneWriter out(random.Chance(0.4));
  DocumentFields fields(random);
  std::vector<std::string_view> keys;
  for (const Attribute& attribute : Attributes()) {
    if (attribute.family == family && random.Chance(0.55)) keys.push_back(attribute.key);
  }
  if (random.Chance(0.5)) random.Shuffle(&keys);
  if (keys.empty()) keys.push_back(family == Family::kContract ? "甲方" : "案由");
  const std::string_view line_break = random.Chance(0.7) ? "\n" : "；";
  for (const std::string_view key : keys) {
    if (!out.empty()) out.Literal(line_break);
    out.Literal(PickFrom(random, FindAttribute(key).titles));
    out.Literal("：");
    out.Values(0, fields.Get(key, 0));
  }
  Entity document;
  document.family = family;
  document.fields = std::move(fields).Take();
  return std::move(out).Finish({std::move(document)});
}

}  // namespace

Scene WriteDocument(Random& random, Family family) {
  if (random.Chance(0.15)) return WriteForm(random, family);
  std::vector<const DocumentTemplate*> fitting;
  for (const DocumentTemplate& candidate : DocumentTemplates()) {
    if (candidate.family == family) fitting.push_back(&candidate);
  }
  SceneWriter out(random.Chance(0.35));
  DocumentFields fields(random);
  if (random.Chance(0.1)) out.Literal(PickFrom(random, Fillers()));
  for (std::string_view rest = random.Pick(fitting)->text; !rest.empty();) {
    const size_t end = rest.find('|');
    std::string_view segment = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    const bool optional = segment.starts_with('?');
    if (optional) segment.remove_prefix(1);
    if (!optional || !random.Chance(kDropOptional)) WriteSegment(segment, &fields, &out);
  }
  if (random.Chance(0.2)) out.Literal(PickFrom(random, Fillers()));
  Entity document;
  document.family = family;
  document.fields = std::move(fields).Take();
  return std::move(out).Finish({std::move(document)});
}

}  // namespace tiqu::data::synth
