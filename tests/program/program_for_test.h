// For tests: runs the real `tiqu` program, and writes a model for it to run.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <vector>

namespace tiqu::cli {

struct ProgramResult {
  int exit_code = -1;
  std::string output;
  std::string errors;
};

// The program that was built beside the test.
std::string TiquPath();

// Runs it to its end. The arguments go through no shell. With an `output_path`, standard output goes there instead of
// into the result.
ProgramResult RunTiqu(const std::vector<std::string>& arguments, const std::string& input = "",
                      const std::string& output_path = "");

// Starts it with standard input from a pipe that stays open; output and errors go to files.
struct RunningProgram {
  int process = -1;
  int input = -1;  // write end of its standard input
};
RunningProgram StartTiqu(const std::vector<std::string>& arguments, const std::string& output_path);
int WaitFor(const RunningProgram& program);  // closes its input; gives the exit code

// A folder of versions with one reader in it: a small network with random weights that tags a good part of any text, so
// that answers of several lengths come out. The same files every time.
std::string WriteRandomModel(const std::string& name);

// A fresh folder for the running test.
std::string TestDir();

}  // namespace tiqu::cli
