#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "pipeline/batch/handles.hpp"
#include "pipeline/sonar/frame_report.hpp"

namespace towfish::batch {

/// A file of reports that cannot be written, or does not hold what was written. The message names the file.
class ReportFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Hands over what the detectors said about one stretch of a log: for each frame port, then starboard.
///
/// Layout: the magic with the sizes of the three wire structs; then records, each a FrameReport, its
/// detections, their chips and its seams; at the end a FrameReport whose side is kEndOfFile and the XXH3 of
/// all bytes before it. Written beside its name and renamed by close(), so a file is there whole or not at
/// all. Memory: one record. Threads: one thread.
class ReportWriter {
 public:
  explicit ReportWriter(std::filesystem::path file);
  ReportWriter(const ReportWriter&) = delete;
  ReportWriter& operator=(const ReportWriter&) = delete;
  /// Not closed: nothing is left behind.
  ~ReportWriter();

  /// There are no chips, or one a detection.
  void write(const FrameReportView& view);
  void close();

 private:
  void put(const void* bytes, std::size_t size);

  std::filesystem::path file_;
  std::filesystem::path unfinished_;
  std::vector<char> buffer_;  ///< Of the file, which has to end before it.
  FileHandle out_;
  HashHandle hash_;
};

/// A report with all that it refers to.
struct KeptReport {
  FrameReport report;
  std::vector<Detection> detections;
  std::vector<Chip> chips;
  std::vector<Ping> seams;

  [[nodiscard]] FrameReportView view() const noexcept { return {report, detections, chips, seams}; }
};

/// Visits all records in order; what is visited may be changed and taken. Throws ReportFileError before the
/// first visit when the file is absent, damaged or of another version. Reads it twice.
void read_reports(const std::filesystem::path& file, const std::function<void(KeptReport&)>& visit);

/// Writes the bytes of a whole such file under this name, all or nothing. Throws ReportFileError.
void write_whole(const std::filesystem::path& file, std::string_view bytes);

/// Whether read_reports() would succeed.
[[nodiscard]] bool is_whole(const std::filesystem::path& file);

}  // namespace towfish::batch
