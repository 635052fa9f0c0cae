#include "pipeline/logs/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "pipeline/sonar/error.hpp"

namespace towfish {
namespace {

/// Beyond this a system call costs less than copying what lies between.
constexpr std::uint64_t kFarBehind = 4096;

}  // namespace

std::string Fields::text(std::size_t at, std::size_t length) const {
  std::string text;
  for (std::size_t i = 0; i < length && at + i < bytes_.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes_[at + i]);
    if (c == 0) break;
    text += c >= 0x20 && c < 0x7F ? static_cast<char>(c) : '?';
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

LogFile::LogFile(std::filesystem::path path) : path_(std::move(path)) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  const auto fail = [&](const std::string& why) {
    if (descriptor_ >= 0) ::close(descriptor_);
    throw InputError(path_.string() + ": " + why);
  };
  if (descriptor_ < 0) fail(std::system_category().message(errno));
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) fail(std::system_category().message(errno));
  if (S_ISDIR(status.st_mode)) fail("is a directory, a log file was wanted");
  if (!S_ISREG(status.st_mode)) fail("is not a regular file; save the stream to a file first");
  size_ = static_cast<std::uint64_t>(status.st_size);
  if (size_ == 0) fail("is empty");
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
}

LogFile::~LogFile() {
  ::close(descriptor_);
}

std::size_t LogFile::read(std::uint64_t offset, std::span<std::byte> out) const noexcept {
  if (offset >= size_) return 0;
  const std::size_t wanted = std::min<std::uint64_t>(out.size(), size_ - offset);
  std::size_t done = 0;
  while (done < wanted) {
    const ssize_t got =
        ::pread(descriptor_, out.data() + done, wanted - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::span<const std::byte> FileWindow::bytes(std::uint64_t offset, std::size_t size) {
  if (offset >= file_->size()) return {};
  size = std::min<std::uint64_t>(size, file_->size() - offset);
  const bool skims = skim_bytes_ > 0 && offset > last_asked_ + kFarBehind;
  last_asked_ = offset;
  if (offset < start_ || offset + size > start_ + filled_) {
    const std::size_t block = skims ? skim_bytes_ : block_bytes_;
    const std::size_t wanted = std::min<std::uint64_t>(std::max(size, block), file_->size() - offset);
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    start_ = offset;
    filled_ = file_->read(offset, std::span(buffer_).first(wanted));
  }
  const std::size_t skip = offset - start_;
  return std::span<const std::byte>(buffer_).subspan(skip, std::min(size, filled_ - std::min(filled_, skip)));
}

}  // namespace towfish
