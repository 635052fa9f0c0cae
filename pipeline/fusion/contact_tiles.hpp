#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "pipeline/fusion/page_file.hpp"
#include "pipeline/sonar/geometry.hpp"

namespace towfish {

struct BookedContact;

/// The seabed in tiles of about 32 m, each with the contacts on it: those in memory one by one, the others as
/// a place in a file. Threads: one thread.
class ContactTiles {
 public:
  using Key = std::uint64_t;
  struct Member {
    BookedContact* contact;
    Position position;
  };
  struct Tile {
    std::vector<Member> members;  ///< In memory.
    PageFile::Place aside;
    std::uint64_t touched = 0;  ///< When it was last needed, in visits to any tile.
    bool listed = false;        ///< In `resident`.
  };
  /// Where contacts without a position are.
  static constexpr Key kNowhere = ~Key{0};

  /// The tile of a position. The first one asked for becomes the origin of the tiles.
  [[nodiscard]] Key key_of(Position position);
  void enter(Key key, const Member& member);
  void leave(Key key, const BookedContact& contact);
  [[nodiscard]] Tile& at(Key key) { return tiles_.at(key); }
  [[nodiscard]] const Tile& at(Key key) const { return tiles_.at(key); }

  /// Tiles that a square of `radius_m` around a place reaches into and that have ever had contacts.
  void keys_near(Position position, double radius_m, std::vector<Key>& found) const;
  void touch(Tile& tile) noexcept { tile.touched = ++visits_; }
  [[nodiscard]] std::vector<Key> all_keys() const;
  /// Tiles with contacts in memory, the longest untouched ones first. Forgets those that have none.
  [[nodiscard]] const std::vector<Key>& resident_by_age();

 private:
  struct Index {
    std::int64_t column;
    std::int64_t row;
  };
  [[nodiscard]] Index index_of(double latitude_deg, double east_deg) const noexcept;

  std::optional<Position> origin_;
  double column_deg_ = 0;
  std::unordered_map<Key, Tile> tiles_;
  std::vector<Key> resident_;
  std::uint64_t visits_ = 0;
};

/// Degrees of latitude and longitude that a square of `radius_m` around a place reaches, a little generously.
struct DegreesAround {
  double latitude;
  double longitude;
};
DegreesAround degrees_around(Position place, double radius_m) noexcept;

/// From one longitude to another the short way round, degrees.
double longitude_difference(double from_deg, double to_deg) noexcept;

}  // namespace towfish
