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
                  file.string(), std::strerror(error)));
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& file)
    : file_(file), temporary_(fmt::format("{}.{}.part", file.string(), ::getpid())) {
  stream_.open(temporary_, std::ios::binary | std::ios::trunc);
  if (!stream_) fail(file_);
}

OutputFile::~OutputFile() {
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void OutputFile::commit() {
  stream_.close();
  if (!stream_) fail(file_);
  if (std::rename(temporary_.c_str(), file_.c_str()) != 0) fail(file_);
}

}  // namespace towfish
