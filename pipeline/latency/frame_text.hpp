#pragma once

#include <string>
#include <string_view>

#include "pipeline/latency/frame_log.hpp"

namespace towfish::latency {

/// The first line of a CSV file of frames.
std::string_view csv_head() noexcept;

/// Appends a frame's line: sequence, side, pings, the stamps, then each stage in nanoseconds.
void append_csv(std::string& text, const FrameStamps& frame);

/// The start of a trace: the names of its processes and threads. Chrome's trace event format, JSON array
/// form, of which the closing bracket may be missing
/// (docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
std::string trace_head();

/// Appends a frame's spans, work (fill, detect, fuse) on the thread of its side, waits (emit, queue, pair) as
/// asynchronous spans, since the waits of two frames may overlap.
void append_trace(std::string& text, const FrameStamps& frame, std::int64_t origin_ns);

}  // namespace towfish::latency
