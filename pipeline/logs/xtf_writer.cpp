#include "pipeline/logs/xtf_writer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <system_error>

// Offsets follow the XTF File Format Specification, Rev 42 (2019), byte by byte.
namespace towfish {
namespace {

static_assert(std::endian::native == std::endian::little, "XTF is little-endian");
constexpr std::size_t kFileHeaderBytes = 1024;
constexpr std::size_t kChannelInfoAt = 256;
constexpr std::size_t kChannelInfoBytes = 128;
constexpr std::size_t kPingHeaderBytes = 256;
constexpr std::size_t kChannelHeaderBytes = 64;
constexpr std::size_t kPacketAlignment = 64;
constexpr float kKnot_mps = 0.514444F;

template <class T>
void put(std::span<std::byte> bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

void put_text(std::span<std::byte> bytes, std::size_t at, std::size_t room, const std::string& text) {
  std::memcpy(bytes.data() + at, text.data(), std::min(room - 1, text.size()));
}

float or_zero(float value) {
  return std::isfinite(value) ? value : 0;
}

/// XTF says 0 for "no heading", so due north is written as 360.
float written_heading(float heading_deg) {
  return heading_deg == 0 ? 360.0F : or_zero(heading_deg);
}

void put_time(std::span<std::byte> bytes, std::int64_t time_utc_ns) {
  using namespace std::chrono;
  if (time_utc_ns == kUnknownTime) return;
  // To the nearest hundredth, or else a time that was read from hundredths could come back one lower.
  const sys_time<milliseconds> time{milliseconds((time_utc_ns + 5'000'000) / 10'000'000 * 10)};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  put(bytes, 14, static_cast<std::uint16_t>(static_cast<int>(date.year())));
  put(bytes, 16, static_cast<std::uint8_t>(static_cast<unsigned>(date.month())));
  put(bytes, 17, static_cast<std::uint8_t>(static_cast<unsigned>(date.day())));
  put(bytes, 18, static_cast<std::uint8_t>(clock.hours().count()));
  put(bytes, 19, static_cast<std::uint8_t>(clock.minutes().count()));
  put(bytes, 20, static_cast<std::uint8_t>(clock.seconds().count()));
  put(bytes, 21, static_cast<std::uint8_t>(clock.subseconds().count() / 10));
  const auto new_year = sys_days{date.year() / January / 1};
  put(bytes, 22, static_cast<std::uint16_t>((day - new_year).count() + 1));
}

}  // namespace

XtfWriter::XtfWriter(std::filesystem::path file, std::string sonar_name, std::uint64_t kept_pings)
    : file_(std::move(file)), sonar_name_(std::move(sonar_name)) {
  if (kept_pings > 0) continue_file(kept_pings);
  if (out_.is_open()) return;
  out_.open(file_, std::ios::binary | std::ios::out | std::ios::trunc);
  if (!out_) fail("cannot be written");
  write_file_header();
}

// Only for files of this writer: every packet is a ping, and its first channel tells what the header needs.
void XtfWriter::continue_file(std::uint64_t kept_pings) {
  out_.open(file_, std::ios::binary | std::ios::in | std::ios::out);
  std::uint64_t at = kFileHeaderBytes;
  std::array<std::byte, kPingHeaderBytes + kChannelHeaderBytes> start{};
  while (out_.is_open() && pings_ < kept_pings) {
    out_.seekg(static_cast<std::streamoff>(at));
    if (!out_.read(reinterpret_cast<char*>(start.data()), start.size())) break;
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, start.data() + 10, sizeof bytes);
    if (bytes < start.size()) break;
    std::memcpy(&most_samples_[0], start.data() + kPingHeaderBytes + 42, sizeof most_samples_[0]);
    most_samples_[1] = most_samples_[0];
    at += bytes;
    ++pings_;
  }
  if (!out_.is_open()) return;
  out_.clear();
  std::error_code error;
  std::filesystem::resize_file(file_, at, error);
  out_.seekp(static_cast<std::streamoff>(at));
}

void XtfWriter::flush() {
  if (!out_.flush()) fail("cannot be written");
}

XtfWriter::~XtfWriter() {
  try {
    close();
  } catch (const std::runtime_error&) {  // close() is there for those who want to know
  }
}

void XtfWriter::fail(const std::string& doing) const {
  throw std::runtime_error(file_.string() + ": " + doing + ": " + std::system_category().message(errno));
}

void XtfWriter::write_file_header() {
  std::array<std::byte, kFileHeaderBytes> header{};
  put(header, 0, std::uint8_t{123});
  put(header, 1, std::uint8_t{1});
  put_text(header, 2, 8, "towfish");
  put_text(header, 10, 8, "223");
  put_text(header, 18, 16, sonar_name_);
  put_text(header, 100, 64, file_.filename().string());
  put(header, 164, std::uint16_t{3});  // latitude and longitude
  put(header, 166, std::uint16_t{2});
  for (const Side side : kSides) {
    const std::size_t at = kChannelInfoAt + index(side) * kChannelInfoBytes;
    put(header, at, static_cast<std::uint8_t>(index(side) + 1));
    put(header, at + 1, static_cast<std::uint8_t>(index(side)));
    put(header, at + 2, std::uint16_t{1});  // slant range
    put(header, at + 4, std::uint16_t{1});  // unipolar
    put(header, at + 6, std::uint16_t{2});  // bytes a sample
    put(header, at + 8, most_samples_[index(side)]);
    put_text(header, at + 12, 16, side == Side::port ? "Port" : "Starboard");
    put(header, at + 28, 5.0F);
    put(header, at + 32, frequency_khz_[index(side)]);
    put(header, at + 74, std::uint8_t{3});  // two-byte integers
  }
  out_.write(reinterpret_cast<const char*>(header.data()), header.size());
  if (!out_) fail("cannot be written");
}

void XtfWriter::put_ping_header(const Ping& ping, std::size_t channels, std::size_t packet_bytes) {
  const std::span<std::byte> bytes(packet_);
  put(bytes, 0, std::uint16_t{0xFACE});
  put(bytes, 4, static_cast<std::uint16_t>(channels));
  put(bytes, 10, static_cast<std::uint32_t>(packet_bytes));
  put_time(bytes, ping.time_utc_ns);
  put(bytes, 24, static_cast<std::uint32_t>(pings_));
  put(bytes, 28, static_cast<std::uint32_t>(ping.number));
  put(bytes, 32, ping.sound_speed_mps / 2);
  put(bytes, 72, ping.sound_speed_mps);
  const float knots = or_zero(ping.speed_mps) / kKnot_mps;
  put(bytes, 120, knots);
  put(bytes, 152, knots);
  put(bytes, 124, written_heading(ping.heading_deg));
  put(bytes, 212, written_heading(ping.heading_deg));
  if (ping.has_position()) {
    for (const std::size_t at : {128, 160}) {  // ship, sensor
      put(bytes, at, ping.latitude_deg);
      put(bytes, at + 8, ping.longitude_deg);
    }
  }
  put(bytes, 192, or_zero(ping.depth_m));
  put(bytes, 196, or_zero(ping.altitude_m));
  put(bytes, 204, or_zero(ping.pitch_deg));
  put(bytes, 208, or_zero(ping.roll_deg));
  put(bytes, 216, or_zero(ping.heave_m));
}

void XtfWriter::put_channel(std::size_t at, Side side, const PingPair& pair,
                            std::span<const std::uint16_t> samples) {
  const std::span<std::byte> bytes = std::span(packet_).subspan(at);
  const TraceGeometry& geometry = pair.geometry[index(side)];
  const float seconds_per_metre = 2 / pair.ping.sound_speed_mps;
  put(bytes, 0, static_cast<std::uint16_t>(index(side)));
  put(bytes, 4, geometry.range_m());
  put(bytes, 12, geometry.first_edge_m * seconds_per_metre);
  put(bytes, 16, static_cast<float>(geometry.samples) * geometry.sample_spacing_m * seconds_per_metre);
  put(bytes, 20, or_zero(pair.ping.interval_s));
  put(bytes, 26, static_cast<std::uint16_t>(std::lround(std::clamp(geometry.frequency_khz, 0.0F, 65535.0F))));
  put(bytes, 42, static_cast<std::uint32_t>(samples.size()));
  put(bytes, 58, static_cast<std::int16_t>(std::lround(std::log2(geometry.counts_per_unit))));
  std::byte* out = bytes.data() + kChannelHeaderBytes;
  std::memcpy(out, samples.data(), samples.size_bytes());
  if (side == Side::port) {
    auto* first = reinterpret_cast<std::uint16_t*>(out);
    std::reverse(first, first + samples.size());
  }
}

void XtfWriter::write(const PingPair& pair, std::span<const std::uint16_t> port,
                      std::span<const std::uint16_t> starboard) {
  const std::array<std::span<const std::uint16_t>, 2> traces{port, starboard};
  std::size_t bytes = kPingHeaderBytes;
  std::size_t channels = 0;
  for (const auto& trace : traces) {
    if (trace.empty()) continue;
    bytes += kChannelHeaderBytes + trace.size_bytes();
    ++channels;
  }
  bytes = (bytes + kPacketAlignment - 1) / kPacketAlignment * kPacketAlignment;
  packet_.assign(bytes, std::byte{0});
  put_ping_header(pair.ping, channels, bytes);
  std::size_t at = kPingHeaderBytes;
  for (const Side side : kSides) {
    const auto& trace = traces[index(side)];
    if (trace.empty()) continue;
    put_channel(at, side, pair, trace);
    at += kChannelHeaderBytes + trace.size_bytes();
    auto& most = most_samples_[index(side)];
    most = std::max(most, static_cast<std::uint32_t>(trace.size()));
    frequency_khz_[index(side)] = pair.geometry[index(side)].frequency_khz;
  }
  out_.write(reinterpret_cast<const char*>(packet_.data()), static_cast<std::streamsize>(bytes));
  if (!out_) fail("cannot be written");
  ++pings_;
}

void XtfWriter::close() {
  if (!out_.is_open()) return;
  out_.seekp(0);
  write_file_header();
  out_.close();
  if (!out_) fail("cannot be closed");
}

}  // namespace towfish
