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
  const Block& block = block_with(offset, size);
  const std::size_t skip = offset - block.start;
  return std::span(block.buffer).subspan(skip, std::min(size, block.filled - std::min(block.filled, skip)));
}

const FileWindow::Block& FileWindow::block_with(std::uint64_t offset, std::size_t size) {
  const bool skims = skim_bytes_ > 0 && offset > last_asked_ + kFarBehind;
  last_asked_ = offset;
  if (read_ahead_.covers(offset, size)) return read_ahead_;
  for (const Block& block : skimmed_) {
    if (block.covers(offset, size)) return block;
  }
  if (!skims) {
    fill(read_ahead_, offset, std::max(size, block_bytes_));
    return read_ahead_;
  }
  Block& oldest = skimmed_[oldest_skimmed_];
  oldest_skimmed_ = (oldest_skimmed_ + 1) % kSkimmedBlocks;
  fill(oldest, offset, std::max(size, skim_bytes_));
  return oldest;
}

void FileWindow::fill(Block& block, std::uint64_t offset, std::size_t size) const {
  const std::size_t wanted = std::min<std::uint64_t>(size, file_->size() - offset);
  if (block.buffer.size() < wanted) block.buffer.resize(wanted);
  block.start = offset;
  block.filled = file_->read(offset, std::span(block.buffer).first(wanted));
}

}  // namespace towfish
