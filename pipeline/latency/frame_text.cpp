#include "pipeline/latency/frame_text.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "pipeline/latency/stages.hpp"
#include "pipeline/sonar/side.hpp"

namespace towfish::latency {

namespace {

constexpr int kSource = 1;
constexpr std::array<int, 2> kDetectors{2, 3};
constexpr int kFusion = 4;

std::string_view side_name(const FrameStamps& frame) {
  return name(static_cast<Side>(frame.side & 1U));
}

double microseconds(std::int64_t ns) {
  return static_cast<double>(ns) * 1e-3;
}

struct Span {
  std::string_view stage;
  int process;
  std::int64_t from_ns;
  std::int64_t to_ns;
};

void append_work(std::string& text, const FrameStamps& frame, const Span& span) {
  fmt::format_to(
      std::back_inserter(text),
      "{{\"ph\":\"X\",\"name\":\"{}\",\"cat\":\"work\",\"pid\":{},\"tid\":{},\"ts\":{:.3f},\"dur\":{:.3f},"
      "\"args\":{{\"sequence\":{},\"ping\":{},\"side\":\"{}\"}}}},\n",
      span.stage, span.process, frame.side + 1, microseconds(span.from_ns),
      microseconds(span.to_ns - span.from_ns), frame.sequence, frame.first_ping, side_name(frame));
}

void append_wait(std::string& text, const FrameStamps& frame, const Span& span) {
  const std::uint64_t id = frame.sequence * 2 + frame.side;
  for (const auto& [phase, at_ns] : {std::pair{'b', span.from_ns}, std::pair{'e', span.to_ns}}) {
    fmt::format_to(
        std::back_inserter(text),
        "{{\"ph\":\"{}\",\"name\":\"{}\",\"cat\":\"wait\",\"pid\":{},\"tid\":{},\"id\":\"{:x}-{}\","
        "\"ts\":{:.3f},\"args\":{{\"sequence\":{},\"side\":\"{}\"}}}},\n",
        phase, span.stage, span.process, frame.side + 1, id, span.stage, microseconds(at_ns), frame.sequence,
        side_name(frame));
  }
}

}  // namespace

FrameStamps stamps_of(const FrameReport& report, std::int64_t paired_ns, std::int64_t committed_ns) noexcept {
  const FrameHeader& frame = report.frame;
  return {.sequence = frame.sequence,
          .first_ping = report.first.number,
          .pings = frame.pings,
          .side = frame.side & 1U,
          .first_due_ns = frame.first_due_ns,
          .last_due_ns = frame.last_due_ns,
          .published_ns = frame.published_ns,
          .taken_ns = report.taken_ns,
          .detected_ns = report.detected_ns,
          .paired_ns = paired_ns,
          .committed_ns = committed_ns};
}

std::string_view csv_head() noexcept {
  return "sequence,side,first_ping,pings,first_due_ns,last_due_ns,published_ns,taken_ns,detected_ns,paired_"
         "ns,"
         "committed_ns,fill_ns,emit_ns,queue_ns,detect_ns,pair_ns,fuse_ns,total_ns\n";
}

void append_csv(std::string& text, const FrameStamps& frame) {
  fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                 frame.sequence, side_name(frame), frame.first_ping, frame.pings, frame.first_due_ns,
                 frame.last_due_ns, frame.published_ns, frame.taken_ns, frame.detected_ns, frame.paired_ns,
                 frame.committed_ns, frame.last_due_ns - frame.first_due_ns,
                 frame.published_ns - frame.last_due_ns, frame.taken_ns - frame.published_ns,
                 frame.detected_ns - frame.taken_ns, frame.paired_ns - frame.detected_ns,
                 frame.committed_ns - frame.paired_ns, frame.committed_ns - frame.last_due_ns);
}

std::string trace_head() {
  std::string text = "[\n";
  constexpr std::array<std::pair<int, std::string_view>, 4> kProcesses{{{kSource, "source"},
                                                                        {kDetectors[0], "port detector"},
                                                                        {kDetectors[1], "starboard detector"},
                                                                        {kFusion, "fusion"}}};
  for (const auto& [process, label] : kProcesses) {
    fmt::format_to(std::back_inserter(text),
                   "{{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":{},\"args\":{{\"name\":\"{}\"}}}},\n",
                   process, label);
    for (const Side side : kSides) {
      fmt::format_to(
          std::back_inserter(text),
          "{{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":{},\"tid\":{},\"args\":{{\"name\":\"{}\"}}}},\n",
          process, index(side) + 1, name(side));
    }
  }
  return text;
}

void append_trace(std::string& text, const FrameStamps& frame, std::int64_t origin_ns) {
  const auto since = [origin_ns](std::int64_t at_ns) { return at_ns - origin_ns; };
  const int detector = kDetectors[frame.side & 1U];
  const std::int64_t due = since(frame.last_due_ns);
  const std::int64_t published = since(frame.published_ns);
  const std::int64_t taken = since(frame.taken_ns);
  const std::int64_t detected = since(frame.detected_ns);
  const std::int64_t paired = since(frame.paired_ns);
  append_work(text, frame, {"fill", kSource, since(frame.first_due_ns), due});
  append_wait(text, frame, {"emit", kSource, due, published});
  append_wait(text, frame, {"queue", detector, published, taken});
  append_work(text, frame, {"detect", detector, taken, detected});
  append_wait(text, frame, {"pair", kFusion, detected, paired});
  append_work(text, frame, {"fuse", kFusion, paired, since(frame.committed_ns)});
}

}  // namespace towfish::latency
