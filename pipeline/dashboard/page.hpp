#pragma once

#include <string_view>

namespace towfish::dashboard {

/// A file of the page, embedded in the program.
struct PageFile {
  std::string_view name;
  std::string_view content_type;
  std::string_view content;
};

/// nullptr when there is none of that name.
const PageFile* page_file(std::string_view name) noexcept;

}  // namespace towfish::dashboard
