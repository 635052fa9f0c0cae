#include "pipeline/latency/frame_log.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/lockfree/spsc_queue.hpp>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "pipeline/latency/frame_text.hpp"
#include "pipeline/sonar/error.hpp"

namespace towfish::latency {

namespace {

constexpr std::chrono::milliseconds kPeriod{100};

/// A text file that is continued; one that cannot be written any more is given up, once and aloud.
class Sheet {
 public:
  Sheet(const std::filesystem::path& file, const std::string& head) : file_(file) {
    if (file.empty()) return;
    out_.open(file, std::ios::app);
    if (!out_) throw UsageError(fmt::format("{}: cannot be opened for writing", file.string()));
    if (out_.tellp() == 0) out_ << head;
  }
  [[nodiscard]] bool wanted() const { return out_.is_open(); }
  void write(const std::string& text) {
    if (!wanted()) return;
    out_.write(text.data(), static_cast<std::streamsize>(text.size())).flush();
    if (out_) return;
    spdlog::error("{}: cannot be written any further; its log of frames ends here", file_.string());
    out_.close();
  }

 private:
  std::filesystem::path file_;
  std::ofstream out_;
};

}  // namespace

struct FrameLog::Parts {
  explicit Parts(const Files& files)
      : csv(files.csv, std::string(csv_head())),
        trace(files.trace, trace_head()),
        origin_ns(files.origin_ns) {}

  void write_all() {
    queue.consume_all([this](const FrameStamps& frame) {
      if (csv.wanted()) append_csv(csv_text, frame);
      if (trace.wanted()) append_trace(trace_text, frame, origin_ns);
    });
    csv.write(csv_text);
    trace.write(trace_text);
    csv_text.clear();
    trace_text.clear();
  }

  void run(const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    while (!stop.stop_requested()) {
      never.wait_for(lock, stop, kPeriod, [] { return false; });
      write_all();
    }
    write_all();  // The end may have come before the first turn.
  }

  boost::lockfree::spsc_queue<FrameStamps, boost::lockfree::capacity<kQueue>> queue;
  std::atomic<std::uint64_t> dropped{0};
  Sheet csv;
  Sheet trace;
  std::int64_t origin_ns;
  std::string csv_text;
  std::string trace_text;
  std::jthread writer;
};

FrameLog::FrameLog(const Files& files) : parts_(std::make_unique<Parts>(files)) {
  parts_->writer = std::jthread([parts = parts_.get()](const std::stop_token& stop) { parts->run(stop); });
}

FrameLog::~FrameLog() {
  parts_->writer.request_stop();
  parts_->writer.join();
  parts_->write_all();
  if (dropped() > 0)
    spdlog::warn("{} frames are missing in the log of frames: it could not keep up", dropped());
}

void FrameLog::add(const FrameStamps& frame) noexcept {
  if (!parts_->queue.push(frame)) parts_->dropped.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t FrameLog::dropped() const noexcept {
  return parts_->dropped.load(std::memory_order_relaxed);
}

}  // namespace towfish::latency
