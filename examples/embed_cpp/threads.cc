// One extractor, a thread for each question:  threads MODEL PASSAGE QUESTION...
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "tiqu/extractor.h"

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: threads MODEL PASSAGE QUESTION...\n";
    return 2;
  }
  const tiqu::Result<tiqu::Extractor> extractor = tiqu::Extractor::Load(argv[1]);
  if (!extractor.ok()) {
    std::cerr << "threads: " << extractor.status().message() << '\n';
    return 1;
  }
  const std::string passage = argv[2];
  const std::vector<std::string> questions(argv + 3, argv + argc);
  std::vector<std::string> lines(questions.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < questions.size(); ++i) {
    threads.emplace_back([&, i] {
      const tiqu::Result<tiqu::Reply> reply = extractor->Ask(questions[i], passage);
      lines[i] = questions[i] + ":";
      if (!reply.ok()) {
        lines[i] += " error: " + reply.status().message();
        return;
      }
      for (const tiqu::Answer& answer : reply->answers) lines[i] += " " + answer.text;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& line : lines) std::cout << line << '\n';
  return 0;
}
