#include "pipeline/source/recorder.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

namespace towfish::source {

void Recorder::record(const FrameView& port, const FrameView& starboard) noexcept {
  if (failed_) return;
  try {
    const std::size_t pings = std::min(port.pings.size(), starboard.pings.size());
    for (std::size_t row = 0; row < pings; ++row) {
      writer_.write({port.pings[row], {port.header.geometry, starboard.header.geometry}}, port.trace(row),
                    starboard.trace(row));
    }
    writer_.flush();
  } catch (const std::exception& error) {
    failed_ = true;
    spdlog::error("recording ends here: {}", error.what());
  }
}

void Recorder::close() noexcept {
  if (failed_) return;
  try {
    writer_.close();
  } catch (const std::exception& error) {
    failed_ = true;
    spdlog::error("recording: {}", error.what());
  }
}

}  // namespace towfish::source
