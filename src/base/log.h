// Log lines on standard error: TIQU_LOG_INFO("loaded {} words", n). fmt syntax.
//
// Thread safety: yes.
#pragma once

#include <spdlog/spdlog.h>

#define TIQU_LOG_INFO(...) SPDLOG_INFO(__VA_ARGS__)
#define TIQU_LOG_WARNING(...) SPDLOG_WARN(__VA_ARGS__)
#define TIQU_LOG_ERROR(...) SPDLOG_ERROR(__VA_ARGS__)

namespace tiqu {

// Logs go to standard error, one short prefix (time, level). Called once by main.
void SetUpLogging();

}  // namespace tiqu
