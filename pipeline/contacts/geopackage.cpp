#include "pipeline/contacts/geopackage.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace towfish::geopackage {

namespace {

static_assert(std::endian::native == std::endian::little);

enum class Shape : std::uint32_t { point = 1, line = 2, polygon = 3 };
/// Well-known binary has no other word for an empty point.
constexpr Position kEmptyPoint{std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::quiet_NaN()};
constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kEnvelopeBytes = 32;
constexpr std::size_t kShapeBytes = 5;
constexpr std::size_t kPointBytes = 16;
constexpr std::uint8_t kLittleEndian = 1;
constexpr std::uint8_t kWithEnvelope = 1 << 1;
constexpr std::uint8_t kEmpty = 1 << 4;

/// A geometry blob being filled from its beginning.
class Blob {
 public:
  Blob(Shape shape, std::uint8_t flags, std::span<const Position> envelope, std::size_t body_bytes)
      : bytes_(kHeaderBytes + (envelope.empty() ? 0 : kEnvelopeBytes) + kShapeBytes + body_bytes) {
    const auto with_envelope = envelope.empty() ? std::uint8_t{0} : kWithEnvelope;
    append(std::array<std::uint8_t, 4>{'G', 'P', 0,
                                       static_cast<std::uint8_t>(flags | with_envelope | kLittleEndian)});
    append(std::int32_t{4326});
    if (!envelope.empty()) append_envelope(envelope);
    append(kLittleEndian);
    append(static_cast<std::uint32_t>(shape));
  }
  template <class T>
  void append(const T& value) {
    std::memcpy(bytes_.data() + used_, &value, sizeof value);
    used_ += sizeof value;
  }
  void append(Position position) {
    append(position.longitude_deg);
    append(position.latitude_deg);
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  void append_envelope(std::span<const Position> points) {
    const auto [west, east] = std::ranges::minmax(points, {}, &Position::longitude_deg);
    const auto [south, north] = std::ranges::minmax(points, {}, &Position::latitude_deg);
    append(west.longitude_deg);
    append(east.longitude_deg);
    append(south.latitude_deg);
    append(north.latitude_deg);
  }
  std::vector<std::uint8_t> bytes_;
  std::size_t used_ = 0;
};

template <class T>
T read(std::span<const std::uint8_t>& in) {
  T value{};
  if (in.size() < sizeof value) {
    in = {};
    return value;
  }
  std::memcpy(&value, in.data(), sizeof value);
  in = in.subspan(sizeof value);
  return value;
}

}  // namespace

std::vector<std::uint8_t> point(Position position) {
  const bool known = std::isfinite(position.latitude_deg) && std::isfinite(position.longitude_deg);
  Blob blob(Shape::point, known ? 0 : kEmpty, {}, kPointBytes);
  blob.append(known ? position : kEmptyPoint);
  return blob.take();
}

std::vector<std::uint8_t> line(std::span<const Position> points) {
  Blob blob(Shape::line, points.empty() ? kEmpty : 0, points, 4 + points.size() * kPointBytes);
  blob.append(static_cast<std::uint32_t>(points.size()));
  for (const Position position : points) blob.append(position);
  return blob.take();
}

std::vector<std::uint8_t> polygon(std::span<const Position> ring) {
  if (ring.empty()) {
    Blob blob(Shape::polygon, kEmpty, {}, 4);
    blob.append(std::uint32_t{0});
    return blob.take();
  }
  Blob blob(Shape::polygon, 0, ring, 8 + (ring.size() + 1) * kPointBytes);
  blob.append(std::uint32_t{1});
  blob.append(static_cast<std::uint32_t>(ring.size() + 1));
  for (const Position position : ring) blob.append(position);
  blob.append(ring.front());
  return blob.take();
}

std::vector<Position> coordinates(std::span<const std::uint8_t> blob) {
  if (blob.size() < kHeaderBytes || blob[0] != 'G' || blob[1] != 'P') return {};
  const std::size_t header = kHeaderBytes + ((blob[3] & kWithEnvelope) != 0 ? kEnvelopeBytes : 0);
  if (blob.size() < header + 5) return {};
  std::span<const std::uint8_t> in = blob.subspan(header + 1);
  const auto shape = static_cast<Shape>(read<std::uint32_t>(in));
  if (shape == Shape::polygon && read<std::uint32_t>(in) == 0) return {};
  std::size_t count = shape == Shape::point ? 1 : read<std::uint32_t>(in);
  count = std::min(count, in.size() / (2 * sizeof(double)));
  std::vector<Position> points(count);
  for (Position& position : points) {
    position.longitude_deg = read<double>(in);
    position.latitude_deg = read<double>(in);
  }
  return points;
}

}  // namespace towfish::geopackage
