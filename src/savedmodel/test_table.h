// Tables built by hand for tests and fuzzers: any bytes as blocks, with checksums that fit.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tiqu::savedmodel {

// One block of the entries as they stand, without shared prefixes.
std::string MakeBlock(const std::vector<std::pair<std::string, std::string>>& entries);

// A table of one data block (any bytes) of that type, with metaindex, index and footer.
std::string MakeTable(const std::string& data_block, char block_type);

}  // namespace tiqu::savedmodel
