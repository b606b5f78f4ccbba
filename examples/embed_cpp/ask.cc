// Answers one question on one passage:  ask MODEL QUESTION PASSAGE
#include <iostream>

#include "tiqu/extractor.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: ask MODEL QUESTION PASSAGE\n";
    return 2;
  }
  const tiqu::Result<tiqu::Extractor> extractor = tiqu::Extractor::Load(argv[1]);
  if (!extractor.ok()) {
    std::cerr << "ask: " << extractor.status().message() << '\n';
    return 1;
  }
  const tiqu::Result<tiqu::Reply> reply = extractor->Ask(argv[2], argv[3]);
  if (!reply.ok()) {
    std::cerr << "ask: " << reply.status().message() << '\n';
    return 1;
  }
  for (const tiqu::Answer& answer : reply->answers) {
    std::cout << answer.begin << ' ' << answer.end << ' ' << answer.text << '\n';
  }
  return 0;
}
