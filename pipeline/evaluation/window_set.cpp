#include "pipeline/evaluation/window_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fstream>
#include <opencv2/core.hpp>
#include <stdexcept>

#include "detectors/usable_geometry.hpp"
#include "pipeline/picture/picture.hpp"

namespace towfish::evaluation {

namespace {

/// A source's description as the beginning of a file name: "./rocky.yaml seed 3" -> "rocky-yaml-seed-3".
std::string file_stem(const std::string& source) {
  std::string stem;
  for (const char c : source) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      stem += c;
    else if (!stem.empty() && stem.back() != '-')
      stem += '-';
  }
  return stem;
}

}  // namespace

std::vector<Labelled> labels_of(const std::vector<TruthLook>& looks, const Trial& trial) {
  constexpr double kLeast_m = 1;
  std::vector<Labelled> labels;
  for (const TruthLook& look : looks) {
    const double size_m = std::max<double>({look.length_m, look.width_m, kLeast_m});
    const int kind = look.contact_class == ContactClass::milco ? 0 : 1;
    labels.push_back({look.visible ? kind : 2, look.side, static_cast<double>(look.ping),
                      static_cast<double>(look.sample), size_m / std::max(trial.spacing_m, 1e-3),
                      size_m / std::max<double>(trial.geometry[index(look.side)].sample_spacing_m, 1e-6)});
  }
  return labels;
}

std::vector<Labelled> labels_of(const std::vector<Box>& boxes, const Trial& trial) {
  const double nadir = trial.geometry[index(Side::port)].samples;
  std::vector<Labelled> labels;
  for (const Box& box : boxes) {
    const bool port = box.x < nadir;
    labels.push_back({box.label, port ? Side::port : Side::starboard, box.y,
                      port ? nadir - box.x : box.x - nadir, box.height, box.width});
  }
  return labels;
}

WindowSet::WindowSet(const std::filesystem::path& folder) : folder_(folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder)) {
    throw std::runtime_error(folder.string() + ": windows cannot be written there");
  }
}

void WindowSet::begin(const std::string& source) {
  stem_ = file_stem(source);
}

void WindowSet::take(const FrameView& frame) {
  const TraceGeometry& geometry = frame.header.geometry;
  if (!is_usable(geometry)) return;
  const auto side = static_cast<Side>(frame.header.side);
  Strip& strip = strips_[index(side)];
  for (std::size_t i = 0; i < frame.pings.size(); ++i) {
    const Ping& ping = frame.pings[i];
    if (ping.number != strip.next_ping || !(geometry == strip.conditioning.geometry())) {
      finish(strip, side);
      strip.conditioning.reset(geometry, ping.number);
      strip.picture.reset(strip.conditioning, kPixel);
      strip.begun = 0;
    }
    strip.next_ping = ping.number + 1;
    strip.conditioning.push(ping, frame.trace(i));
    draw_ready(strip, side);
  }
}

void WindowSet::draw_ready(Strip& strip, Side side) {
  while (strip.picture.rows() < strip.conditioning.ready()) {
    strip.picture.push(strip.conditioning);
    const std::int64_t row = strip.picture.rows() - 1;
    const int rows = strip.picture.rows_of(kHeight, strip.picture.info(row).spacing_m);
    if (row + 1 - strip.begun >= rows) cut(strip, side, rows);
  }
}

void WindowSet::finish(Strip& strip, Side side) {
  if (strip.next_ping == UINT64_MAX) return;
  strip.next_ping = UINT64_MAX;
  strip.conditioning.finish();
  draw_ready(strip, side);
  const std::int64_t rows = strip.picture.rows();
  if (rows > strip.begun) {
    cut(strip, side, strip.picture.rows_of(kHeight, strip.picture.info(rows - 1).spacing_m));
  }
}

void WindowSet::cut(Strip& strip, Side side, int rows) {
  Picture picture(kWidth, kHeight, 1);
  cv::Mat pixels(kHeight, kWidth, CV_8U, picture.pixels.data());
  const std::int64_t last = strip.begun + rows - 1;
  strip.picture.cut(last, rows, 0, pixels);
  windows_.push_back({side, strip.conditioning.first_ping() + static_cast<std::uint64_t>(strip.begun), rows});
  write_png(file_of(windows_.back(), "png"), picture);
  strip.begun = last + 1;
}

std::filesystem::path WindowSet::file_of(const Window& window, const char* extension) const {
  return folder_ / fmt::format("{}-{}-{:06}.{}", stem_, name(window.side), window.first_ping, extension);
}

void WindowSet::label(const std::vector<Labelled>& labels, const std::array<TraceGeometry, 2>& geometry) {
  for (const Side side : kSides) finish(strips_[index(side)], side);
  for (const Window& window : windows_) write(window, labels, geometry[index(window.side)].sample_spacing_m);
  windows_.clear();
}

void WindowSet::write(const Window& window, const std::vector<Labelled>& labels,
                      float sample_spacing_m) const {
  std::ofstream text(file_of(window, "txt"));
  const double columns =
      kWidth * static_cast<double>(kPixel.across_m) / static_cast<double>(sample_spacing_m);
  for (const Labelled& one : labels) {
    const double x = one.sample / columns;
    const double y = (one.ping - static_cast<double>(window.first_ping)) / window.rows;
    if (one.side != window.side || x < 0 || x >= 1 || y < 0 || y >= 1) continue;
    text << fmt::format("{} {:.5f} {:.5f} {:.5f} {:.5f}\n", one.label, x, y, one.samples / columns,
                        one.pings / window.rows);
  }
  if (!text.flush()) throw std::runtime_error(folder_.string() + ": windows cannot be written there");
}

}  // namespace towfish::evaluation
