#include "pipeline/fusion/page_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <utility>

namespace towfish {

namespace {

/// Some file systems know no nameless files: there it loses its name at once.
int make_nameless(const std::filesystem::path& folder) {
  const int made = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (made >= 0) return made;
  std::string name = (folder / ".towfish-XXXXXX").string();
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file >= 0) ::unlink(name.c_str());
  return file;
}

template <class Transfer>
bool whole(Transfer transfer, std::size_t bytes, off_t at) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t count = transfer(done, bytes - done, at + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

PageFile::PageFile(PageFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      file_(std::exchange(other.file_, -1)),
      failed_(other.failed_),
      pages_(other.pages_),
      free_(std::move(other.free_)) {}

PageFile::~PageFile() {
  if (file_ >= 0) ::close(file_);
}

bool PageFile::open() {
  if (file_ < 0 && !failed_) {
    file_ = make_nameless(folder_);
    failed_ = file_ < 0;
  }
  return !failed_;
}

std::optional<PageFile::Place> PageFile::put(std::span<const std::uint8_t> bytes) {
  if (!open()) return std::nullopt;
  Place place;
  for (std::size_t done = 0; done < bytes.size(); done += kPageBytes) {
    if (free_.empty()) free_.push_back(pages_++);
    const std::uint32_t page = free_.back();
    const auto part = bytes.subspan(done, std::min(kPageBytes, bytes.size() - done));
    const auto write = [&](std::size_t from, std::size_t count, off_t at) {
      return ::pwrite(file_, part.data() + from, count, at);
    };
    if (!whole(write, part.size(), static_cast<off_t>(page) * static_cast<off_t>(kPageBytes))) {
      free_.insert(free_.end(), place.pages.begin(), place.pages.end());
      return std::nullopt;
    }
    free_.pop_back();
    place.pages.push_back(page);
  }
  place.bytes = bytes.size();
  return place;
}

std::vector<std::uint8_t> PageFile::take(Place& place) {
  std::vector<std::uint8_t> bytes(place.bytes);
  for (std::size_t i = 0; i < place.pages.size(); ++i) {
    const auto part = std::span(bytes).subspan(i * kPageBytes);
    const auto read = [&](std::size_t from, std::size_t count, off_t at) {
      return ::pread(file_, part.data() + from, count, at);
    };
    if (!whole(read, std::min(kPageBytes, part.size()),
               static_cast<off_t>(place.pages[i]) * static_cast<off_t>(kPageBytes))) {
      throw std::runtime_error("contacts put aside in " + folder_.string() +
                               " cannot be read back: the disk failed");
    }
  }
  free_.insert(free_.end(), place.pages.begin(), place.pages.end());
  place = {};
  return bytes;
}

}  // namespace towfish
