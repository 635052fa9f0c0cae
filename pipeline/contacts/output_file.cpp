#include "pipeline/contacts/output_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "pipeline/contacts/database.hpp"

namespace towfish {

namespace {

[[noreturn]] void fail(const std::filesystem::path& file) {
  const int error = errno;
  throw StoreError(
      error == ENOSPC ? StoreError::Kind::full : StoreError::Kind::failed,
      fmt::format("cannot write {}: {}; check that its folder exists, may be written to and has room",
                  file.string(), error != 0 ? std::strerror(error) : "no room"));
}

std::filesystem::path target_of(const std::filesystem::path& file) {
  std::error_code none;
  const auto target = std::filesystem::canonical(file, none);
  return none ? file : target;
}

bool is_special(const std::filesystem::path& file) {
  std::error_code none;
  return std::filesystem::is_other(file, none);
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& file) : file_(target_of(file)) {
  if (!is_special(file_)) temporary_ = fmt::format("{}.{}.part", file_.string(), ::getpid());
  errno = 0;
  stream_.open(temporary_.empty() ? file_ : temporary_, std::ios::binary | std::ios::trunc);
  if (!stream_) fail(file_);
}

OutputFile::~OutputFile() {
  if (temporary_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void OutputFile::commit() {
  errno = 0;
  stream_.close();
  if (!stream_) fail(file_);
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), file_.c_str()) != 0) fail(file_);
}

}  // namespace towfish
