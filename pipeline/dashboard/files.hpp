#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "pipeline/dashboard/site.hpp"

namespace towfish::dashboard {

/// Makers of everything that a page can GET: the page itself, chips and exports of the store as it is now.
/// What they return may run on any thread. Threads: any.
class Files {
 public:
  /// `summary` makes what is sent as summary.json.
  Files(std::filesystem::path store, std::function<std::string()> summary);

  /// Empty when there is nothing of that name.
  [[nodiscard]] std::function<Reply()> get(std::string_view path) const;

 private:
  [[nodiscard]] std::function<Reply()> chip(std::string_view detection) const;
  [[nodiscard]] std::function<Reply()> exported(std::string_view name) const;

  std::filesystem::path store_;
  std::function<std::string()> summary_;
};

}  // namespace towfish::dashboard
