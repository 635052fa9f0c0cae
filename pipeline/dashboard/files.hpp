#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "pipeline/dashboard/site.hpp"
#include "pipeline/process/settings.hpp"
#include "pipeline/shm/session.hpp"

namespace towfish::dashboard {

/// Makers of everything that a page can GET: the page itself, chips and exports of the store as it is now.
/// What they return may run on any thread. Threads: any.
class Files {
 public:
  Files(const shm::Session& session, process::RunSettings settings);

  /// Empty when there is nothing of that name.
  [[nodiscard]] std::function<Reply()> get(std::string_view path) const;

 private:
  [[nodiscard]] std::function<Reply()> chip(std::string_view detection) const;
  [[nodiscard]] std::function<Reply()> exported(std::string_view name) const;

  const shm::Session& session_;
  process::RunSettings settings_;
  std::filesystem::path store_;
};

}  // namespace towfish::dashboard
