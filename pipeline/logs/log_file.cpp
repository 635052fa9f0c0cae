#include "pipeline/logs/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "pipeline/sonar/error.hpp"

namespace towfish {
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

void LogFile::read(std::uint64_t offset, std::size_t size, FileBlock& out) const {
  const std::size_t wanted = offset < size_ ? std::min<std::uint64_t>(size, size_ - offset) : 0;
  if (out.buffer.size() < wanted) out.buffer.resize(wanted);
  out.start = offset;
  out.filled = read(offset, std::span(out.buffer).first(wanted));
}

std::span<const std::byte> FileWindow::bytes(std::uint64_t offset, std::size_t size) {
  if (offset >= file_->size()) return {};
  size = std::min<std::uint64_t>(size, file_->size() - offset);
  const FileBlock& block = block_with(offset, size);
  const std::size_t skip = offset - block.start;
  if (skip >= block.filled) return {};
  return std::span(block.buffer).subspan(skip, std::min(size, block.filled - skip));
}

const FileBlock& FileWindow::block_with(std::uint64_t offset, std::size_t size) {
  const bool skims = offset > last_asked_ + kFarBehind;
  last_asked_ = offset;
  const auto covers = [=](const FileBlock& block) { return block.covers(offset, size); };
  const auto& blocks = file_->blocks_;
  if (const auto block = std::ranges::find_if(blocks, covers); block != blocks.end()) return *block;
  if (const auto block = std::ranges::find_if(skimmed_, covers); block != skimmed_.end()) return *block;
  if (skims) {
    FileBlock& oldest = skimmed_[oldest_skimmed_];
    oldest_skimmed_ = (oldest_skimmed_ + 1) % kSkimmedBlocks;
    file_->read(offset, std::max(size, kSkimBytes), oldest);
    return oldest;
  }
  FileBlock& oldest = file_->blocks_[file_->oldest_block_];
  file_->oldest_block_ = (file_->oldest_block_ + 1) % LogFile::kBlocks;
  const std::size_t before = std::min<std::uint64_t>(offset, kOverlapBytes);
  file_->read(offset - before, std::max(before + size, kBlockBytes), oldest);
  return oldest;
}

}  // namespace towfish
