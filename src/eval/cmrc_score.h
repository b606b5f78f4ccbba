// The measure of the CMRC 2018 shared task (Cui et al. 2019), for one answer against its references.
//
//   prediction "深圳市南山区", reference "深圳南山"  ->  EM 0, F1 0.4 (two of six units, two of four)
//
// Text is lower-cased and trimmed, a fixed list of punctuation is dropped; every Han character is a unit, other text is
// cut into words and numbers. EM: equal after that. F1: over the longest run of units that both have (contiguous), not
// over a bag. Best of the references.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tiqu::eval {

struct CmrcScore {
  double em = 0;
  double f1 = 0;
};

CmrcScore ScoreCmrc(std::string_view prediction, const std::vector<std::string>& references);

// The units, for tests: "iPhone 7 plus很贵" -> iphone, 7, plus, 很, 贵. Invalid UTF-8 gives none.
std::vector<std::u32string> CmrcUnits(std::string_view text);

}  // namespace tiqu::eval
