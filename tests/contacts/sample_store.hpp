#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "pipeline/contacts/store.hpp"

namespace towfish {

inline constexpr std::int64_t kSampleTimeNs = 1'374'760'989'250'000'000;  // 2013-07-25T14:03:09.250Z

/// A store of two contacts: a MILCO seen twice, and a MILEC without a place. Removed at the end of the test.
class SampleStore {
 public:
  SampleStore();
  ~SampleStore();
  [[nodiscard]] Store& store() noexcept { return *store_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  std::unique_ptr<Store> store_;
};

/// What a shell command prints.
std::string output_of(const std::string& command);
std::string contents_of(const std::filesystem::path& file);

}  // namespace towfish
