// Questions on an invented passage, with their answers.
//
//   of one entity      罗某的户籍地是哪里        -> its values
//   of all of them     身份证号码                -> everybody's
//   of a role          被告人是谁                -> the names that the role stands before
//   backwards          谁的电话是138...          -> the name
//   of nothing there   an attribute not written, a person not mentioned -> no answer
//
// A birthplace that is not written falls back to the household registration, as the people who ask mean it; an explicit
// one wins.
//
// Thread safety: free functions; a Random belongs to one thread.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "data/sample.h"
#include "data/synth/scene.h"

namespace tiqu::data::synth {

// At most `count` different questions; ids are `id`-0, `id`-1, ...; labels are the attributes' keys.
std::vector<Sample> AskQuestions(Random& random, const Scene& scene, int count, const std::string& id);

}  // namespace tiqu::data::synth
