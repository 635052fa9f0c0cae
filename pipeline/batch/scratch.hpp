#pragma once

#include <filesystem>
#include <string>

namespace towfish::batch {

/// A folder of this process's own for reports on their way. It goes with this object; one whose process was
/// killed goes when the same user makes the next one. Throws UsageError.
class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& in = std::filesystem::temp_directory_path());
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "reports"; }
  [[nodiscard]] std::string contents() const;
  /// Removes the file.
  void clear() const;

 private:
  std::filesystem::path folder_;
  int lock_ = -1;  ///< The folder, locked as long as this process lives.
};

}  // namespace towfish::batch
