#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/sonar/geometry.hpp"

/// Geometry blobs of an OGC GeoPackage (OGC 12-128r18, clause 2.1.3): "GP" header, then well-known binary,
/// little-endian, longitude first, WGS 84 (EPSG 4326).
namespace towfish::geopackage {

/// An empty point if it has no position.
std::vector<std::uint8_t> point(Position position);
std::vector<std::uint8_t> line(std::span<const Position> points);
/// One ring without holes, closed here: its first point need not be repeated.
std::vector<std::uint8_t> polygon(std::span<const Position> ring);

/// The coordinates of a point, line or polygon written by this file; none from anything else.
std::vector<Position> coordinates(std::span<const std::uint8_t> blob);

}  // namespace towfish::geopackage
