#include "pipeline/batch/report_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

namespace towfish::batch {

namespace {

/// Bump the last letter when the layout changes.
constexpr std::array<char, 8> kMagic{'T', 'O', 'W', 'R', 'P', 'T', '\0', 'B'};
constexpr std::uint32_t kEndOfFile = 0xFFFFFFFF;
constexpr std::size_t kBlockBytes = 64U << 10;
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

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file)
      : file_(file), in_(std::fopen(file.c_str(), "rb")), hash_(XXH3_createState()) {
    if (!in_) throw ReportFileError(fmt::format("{}: {}", file.string(), std::strerror(errno)));
    XXH3_64bits_reset(hash_.get());
    Preamble found;
    get(&found, sizeof found);
    const Preamble wanted;
    if (std::memcmp(&found, &wanted, sizeof found) != 0) fail("is not a file of reports of this version");
  }

  /// False at the end of the file, whose hash is then found right.
  bool next() {
    get(&report_, sizeof report_);
    if (report_.frame.side == kEndOfFile) {
      check_hash();
      return false;
    }
    Contents contents;
    get(&contents, sizeof contents);
    if (report_.frame.side > 1 || contents.detections > kMostDetections ||
        (contents.chips != 0 && contents.chips != contents.detections) || report_.seams > kMostSeams) {
      fail("is damaged");
    }
    detections_.resize(contents.detections);
    chips_.resize(contents.chips);
    seams_.resize(report_.seams);
    get(detections_.data(), detections_.size() * sizeof(Detection));
    get(chips_.data(), chips_.size() * sizeof(Chip));
    get(seams_.data(), seams_.size() * sizeof(Ping));
    return true;
  }

  [[nodiscard]] FrameReportView view() const noexcept { return {report_, detections_, chips_, seams_}; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  struct FreeHash {
    void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
  };

  void get(void* bytes, std::size_t size) {
    if (std::fread(bytes, 1, size, in_.get()) != size) fail("ends too early");
    XXH3_64bits_update(hash_.get(), bytes, size);
  }
  void check_hash() {
    const std::uint64_t wanted = XXH3_64bits_digest(hash_.get());
    std::uint64_t found = 0;
    if (std::fread(&found, 1, sizeof found, in_.get()) != sizeof found) fail("ends too early");
    if (found != wanted) fail("is damaged: its check sum differs");
    if (std::fgetc(in_.get()) != EOF) fail("is longer than it should be");
  }
  [[noreturn]] void fail(const char* what) const {
    throw ReportFileError(fmt::format("{} {}", file_.string(), what));
  }

  std::filesystem::path file_;
  std::unique_ptr<std::FILE, CloseFile> in_;
  std::unique_ptr<XXH3_state_t, FreeHash> hash_;
  FrameReport report_;
  std::vector<Detection> detections_;
  std::vector<Chip> chips_;
  std::vector<Ping> seams_;
};

}  // namespace

ReportWriter::ReportWriter(std::filesystem::path file)
    : file_(std::move(file)), unfinished_(file_), hash_(XXH3_createState()) {
  unfinished_ += fmt::format(".{}.part", ::getpid());
  out_.reset(std::fopen(unfinished_.c_str(), "wb"));
  if (!out_) throw ReportFileError(fmt::format("{}: {}", unfinished_.string(), std::strerror(errno)));
  std::setvbuf(out_.get(), nullptr, _IOFBF, kBlockBytes);
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

void read_reports(const std::filesystem::path& file,
                  const std::function<void(const FrameReportView&)>& visit) {
  for (Reader whole(file); whole.next();) {
  }
  for (Reader reader(file); reader.next();) visit(reader.view());
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
    for (Reader reader(file); reader.next();) {
    }
    return true;
  } catch (const ReportFileError&) {
    return false;
  }
}

}  // namespace towfish::batch
