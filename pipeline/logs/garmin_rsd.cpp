#include "pipeline/logs/recordings.hpp"
#include "pipeline/sonar/error.hpp"

// Header length and record magic as PINGVerter's garmin_class.py has them.
namespace towfish {
namespace {

constexpr std::uint64_t kFileHeaderBytes = 20480;
constexpr std::uint64_t kMagicInRecord = 2;
constexpr std::uint32_t kRecordMagic = 0xB7E9DA86;
constexpr std::size_t kBlockBytes = 1U << 20;

}  // namespace

bool looks_like_rsd(const LogFile& file) {
  FileWindow window(file);
  return window.fields(kFileHeaderBytes + kMagicInRecord, 4).little<std::uint32_t>(0) == kRecordMagic;
}

void refuse_rsd(const LogFile& file) {
  FileWindow window(file);
  std::uint64_t records = 0;
  for (std::uint64_t at = kFileHeaderBytes; at + 4 <= file.size();) {
    const Fields block = window.fields(at, kBlockBytes);
    if (block.size() < 4) break;
    for (std::size_t i = 0; i + 4 <= block.size(); ++i) {
      records += block.little<std::uint32_t>(i) == kRecordMagic ? 1 : 0;
    }
    at += block.size() - 3;  // a magic may lie across two blocks
  }
  throw InputError(
      file.path().string() + ": Garmin RSD with " + std::to_string(records) +
      " records; the meaning of their fields is not published, so it cannot be read. Export it as XTF "
      "or pictures with another program first");
}

}  // namespace towfish
