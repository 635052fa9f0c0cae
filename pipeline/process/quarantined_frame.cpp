#include "pipeline/process/quarantined_frame.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <fstream>
#include <system_error>

#include "pipeline/shm/session.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::process {

namespace {

constexpr std::string_view kMagic = "TOWFRAME";

struct FileHeader {
  std::array<char, 8> magic{};
  std::uint32_t version = 0;
  std::uint32_t frames = 0;
  std::uint64_t settings_bytes = 0;
};
static_assert(sizeof(FileHeader) == 24);

template <class T>
void put(std::ostream& out, const T* values, std::size_t count) {
  out.write(reinterpret_cast<const char*>(values), static_cast<std::streamsize>(count * sizeof(T)));
}

/// Reads a file from its start, never past its end.
class Bytes {
 public:
  explicit Bytes(const std::filesystem::path& file) : file_(file), in_(file, std::ios::binary) {
    std::error_code error;
    left_ = std::filesystem::file_size(file, error);
    if (!in_ || error) throw InputError(fmt::format("{}: cannot be read", file.string()));
  }

  template <class T>
  void get(T* values, std::size_t count) {
    if (count > left_ / sizeof(T) ||
        !in_.read(reinterpret_cast<char*>(values), static_cast<std::streamsize>(count * sizeof(T)))) {
      fail("ends too early");
    }
    left_ -= count * sizeof(T);
  }

  /// Before memory is asked for.
  void expect(std::uint64_t count, std::size_t size) const {
    if (count > left_ / size)
      fail(fmt::format("{} bytes are left, {} times {} were wanted", left_, count, size));
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(
        fmt::format("{}: {}; wanted a quarantined frame as towfish writes them", file_.string(), what));
  }

 private:
  std::filesystem::path file_;
  std::ifstream in_;
  std::uint64_t left_ = 0;
};

QuarantinedFrame::Frame read_frame(Bytes& bytes) {
  QuarantinedFrame::Frame frame;
  bytes.get(&frame.header, 1);
  bytes.expect(frame.header.pings, sizeof(Ping));
  frame.pings.resize(frame.header.pings);
  bytes.get(frame.pings.data(), frame.pings.size());
  const std::uint64_t samples = std::uint64_t{frame.header.pings} * frame.header.geometry.samples;
  bytes.expect(samples, sizeof(std::uint16_t));
  frame.samples.resize(samples);
  bytes.get(frame.samples.data(), frame.samples.size());
  if (frame.header.side >= kSides.size()) bytes.fail(fmt::format("a frame of side {}", frame.header.side));
  return frame;
}

}  // namespace

bool QuarantinedFrame::write(const std::filesystem::path& file, const std::string& settings,
                             std::span<const FrameView> frames) {
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
  std::ofstream out(file, std::ios::binary);
  FileHeader header{.version = kVersion,
                    .frames = static_cast<std::uint32_t>(frames.size()),
                    .settings_bytes = settings.size()};
  std::memcpy(header.magic.data(), kMagic.data(), kMagic.size());
  put(out, &header, 1);
  put(out, settings.data(), settings.size());
  for (const FrameView& frame : frames) {
    put(out, &frame.header, 1);
    put(out, frame.pings.data(), frame.pings.size());
    put(out, frame.samples.data(), frame.samples.size());
  }
  out.close();
  return static_cast<bool>(out);
}

QuarantinedFrame QuarantinedFrame::read(const std::filesystem::path& file) {
  Bytes bytes(file);
  FileHeader header;
  bytes.get(&header, 1);
  if (std::string_view(header.magic.data(), header.magic.size()) != kMagic)
    bytes.fail("another kind of file");
  if (header.version != kVersion) bytes.fail(fmt::format("version {}, not {}", header.version, kVersion));
  if (header.frames == 0 || header.frames > kMostFrames) bytes.fail(fmt::format("{} frames", header.frames));
  if (header.settings_bytes > shm::SessionBlock::kConfigurationBytes) {
    bytes.fail(fmt::format("{} bytes of settings", header.settings_bytes));
  }
  QuarantinedFrame result;
  result.settings.resize(header.settings_bytes);
  bytes.get(result.settings.data(), result.settings.size());
  for (std::uint32_t i = 0; i < header.frames; ++i) result.frames.push_back(read_frame(bytes));
  return result;
}

}  // namespace towfish::process
