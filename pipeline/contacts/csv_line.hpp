#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace towfish {

/// The fields of a line of CSV (RFC 4180, without line breaks inside of quotes); escape::csv() writes them.
std::vector<std::string> csv_fields(std::string_view line);

}  // namespace towfish
