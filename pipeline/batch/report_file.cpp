#include "pipeline/batch/report_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

namespace towfish::batch {

namespace {

/// Bump the last letter when the layout changes.
constexpr std::array<char, 8> kMagic{'T', 'O', 'W', 'R', 'P', 'T', '\0', 'B'};
constexpr std::uint32_t kEndOfFile = 0xFFFFFFFF;
constexpr std::size_t kBlockBytes = 256U << 10;
constexpr std::uint32_t kMostDetections = 4096;
constexpr std::uint32_t kMostSeams = most_seams(1024);  ///< Of the longest frame that can be set.

struct Preamble {
  std::array<char, 8> magic = kMagic;
  std::array<std::uint32_t, 4> sizes{sizeof(FrameReport), sizeof(Detection), sizeof(Chip), 0};
};
static_assert(sizeof(Preamble) == 24);

/// What follows a FrameReport.
struct Contents {
  std::uint32_t detections = 0;
  std::uint32_t chips = 0;
};

FileHandle open(const std::filesystem::path& file) {
  FileHandle in(std::fopen(file.c_str(), "rb"));
  if (!in) throw ReportFileError(fmt::format("{}: {}", file.string(), std::strerror(errno)));
  return in;
}

/// The check sum at the end is that of all before it.
void require_whole(const std::filesystem::path& file) {
  const FileHandle in = open(file);
  const auto fail = [&file] { throw ReportFileError(file.string() + " is damaged: its check sum differs"); };
  std::uint64_t wanted = 0;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error || size < sizeof wanted) fail();
  const HashHandle hash(XXH3_createState());
  XXH3_64bits_reset(hash.get());
  std::vector<char> block(kBlockBytes);
  for (std::uintmax_t left = size - sizeof wanted; left > 0;) {
    const std::size_t bytes = std::min<std::uintmax_t>(left, block.size());
    if (std::fread(block.data(), 1, bytes, in.get()) != bytes) fail();
    XXH3_64bits_update(hash.get(), block.data(), bytes);
    left -= bytes;
  }
  const bool read = std::fread(&wanted, 1, sizeof wanted, in.get()) == sizeof wanted;
  if (!read || wanted != XXH3_64bits_digest(hash.get())) fail();
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : file_(file), in_(open(file)) {
    std::setvbuf(in_.get(), buffer_.data(), _IOFBF, buffer_.size());
    Preamble found;
    get(&found, sizeof found);
    const Preamble wanted;
    if (std::memcmp(&found, &wanted, sizeof found) != 0) fail("is not a file of reports of this version");
  }

  /// False at the end of the file.
  bool next(KeptReport& kept) {
    get(&kept.report, sizeof kept.report);
    if (kept.report.frame.side == kEndOfFile) return false;
    Contents contents;
    get(&contents, sizeof contents);
    if (kept.report.frame.side > 1 || contents.detections > kMostDetections ||
        (contents.chips != 0 && contents.chips != contents.detections) || kept.report.seams > kMostSeams) {
      fail("is damaged");
    }
    kept.detections.resize(contents.detections);
    kept.chips.resize(contents.chips);
    kept.seams.resize(kept.report.seams);
    get(kept.detections.data(), kept.detections.size() * sizeof(Detection));
    get(kept.chips.data(), kept.chips.size() * sizeof(Chip));
    get(kept.seams.data(), kept.seams.size() * sizeof(Ping));
    return true;
  }

 private:
  void get(void* bytes, std::size_t size) {
    if (std::fread(bytes, 1, size, in_.get()) != size) fail("ends too early");
  }
  [[noreturn]] void fail(const char* what) const {
    throw ReportFileError(fmt::format("{} {}", file_.string(), what));
  }

  std::filesystem::path file_;
  std::vector<char> buffer_ =
      std::vector<char>(kBlockBytes);  // glibc makes one of 4 KiB, whatever is asked for.
  FileHandle in_;
};

}  // namespace

ReportWriter::ReportWriter(std::filesystem::path file)
    : file_(std::move(file)), unfinished_(file_), hash_(XXH3_createState()) {
  unfinished_ += fmt::format(".{}.part", ::getpid());
  out_.reset(std::fopen(unfinished_.c_str(), "wb"));
  if (!out_) throw ReportFileError(fmt::format("{}: {}", unfinished_.string(), std::strerror(errno)));
  buffer_.resize(kBlockBytes);
  std::setvbuf(out_.get(), buffer_.data(), _IOFBF, buffer_.size());
  XXH3_64bits_reset(hash_.get());
  const Preamble preamble;
  put(&preamble, sizeof preamble);
}

ReportWriter::~ReportWriter() {
  if (!out_) return;
  out_.reset();
  std::error_code ignored;
  std::filesystem::remove(unfinished_, ignored);
}

void ReportWriter::put(const void* bytes, std::size_t size) {
  if (size == 0) return;  // Nothing has no address.
  XXH3_64bits_update(hash_.get(), bytes, size);
  if (std::fwrite(bytes, 1, size, out_.get()) == size) return;
  throw ReportFileError(fmt::format("{} cannot be written: {}", unfinished_.string(), std::strerror(errno)));
}

void ReportWriter::write(const FrameReportView& view) {
  const Contents contents{static_cast<std::uint32_t>(view.detections.size()),
                          static_cast<std::uint32_t>(view.chips.size())};
  put(&view.report, sizeof view.report);
  put(&contents, sizeof contents);
  put(view.detections.data(), view.detections.size_bytes());
  put(view.chips.data(), view.chips.size_bytes());
  put(view.seams.data(), view.seams.size_bytes());
}

void ReportWriter::close() {
  FrameReport end;
  end.frame.side = kEndOfFile;
  put(&end, sizeof end);
  const std::uint64_t hash = XXH3_64bits_digest(hash_.get());
  put(&hash, sizeof hash);
  const bool written = std::fflush(out_.get()) == 0;
  std::error_code error(written ? 0 : errno, std::generic_category());
  if (written) std::filesystem::rename(unfinished_, file_, error);
  if (error) throw ReportFileError(fmt::format("{} cannot be written: {}", file_.string(), error.message()));
  out_.reset();
}

void read_reports(const std::filesystem::path& file, const std::function<void(KeptReport&)>& visit) {
  require_whole(file);
  Reader reader(file);
  for (KeptReport report; reader.next(report);) visit(report);
}

void write_whole(const std::filesystem::path& file, std::string_view bytes) {
  std::filesystem::path unfinished = file;
  unfinished += fmt::format(".{}.part", ::getpid());
  std::ofstream out(unfinished, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error(out ? 0 : EIO, std::generic_category());
  if (out) std::filesystem::rename(unfinished, file, error);
  if (error) throw ReportFileError(fmt::format("{} cannot be written: {}", file.string(), error.message()));
}

bool is_whole(const std::filesystem::path& file) {
  try {
    read_reports(file, [](const KeptReport&) {});
    return true;
  } catch (const ReportFileError&) {
    return false;
  }
}

}  // namespace towfish::batch
