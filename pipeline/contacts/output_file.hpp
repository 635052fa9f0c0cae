#pragma once

#include <filesystem>
#include <fstream>
#include <ostream>

namespace towfish {

/// A file that appears under its name only when it is whole: written beside it and renamed by commit().
/// Without commit() nothing is left. What a link points at is replaced, not the link; what is no regular file
/// (a pipe, a device) is written to as it is. Throws StoreError (full, failed).
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& file);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  [[nodiscard]] std::ostream& stream() noexcept { return stream_; }
  void commit();

 private:
  std::filesystem::path file_;
  std::filesystem::path temporary_;  ///< Empty: there is none.
  std::ofstream stream_;
};

}  // namespace towfish
