#include "sim/scene.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "pipeline/sonar/error.hpp"
#include "sim/random.hpp"
#include "sim/scenario.hpp"
#include "sim/survey.hpp"

namespace towfish::sim {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
constexpr int kTries = 200;

/// Bottom mines are laid more often than moored ones; wrecks are placed by hand.
constexpr Shape kMines[] = {Shape::cylinder,       Shape::cylinder, Shape::cylinder, Shape::truncated_cone,
                            Shape::truncated_cone, Shape::wedge,    Shape::wedge,    Shape::sphere};
constexpr Shape kClutter[] = {Shape::rock,   Shape::rock, Shape::tyre,
                              Shape::anchor, Shape::pipe, Shape::crab_pot};

Shape random_shape(FieldKind kind, std::uint64_t random) {
  const bool mine = kind == FieldKind::mines || (kind == FieldKind::both && (random & 1) == 0);
  const std::span<const Shape> shapes = mine ? std::span<const Shape>(kMines) : kClutter;
  return shapes[static_cast<std::size_t>(uniform(random) * static_cast<double>(shapes.size()))];
}

bool has_room(const std::vector<Solid>& solids, const ObjectSettings& object, double separation_m) {
  return std::all_of(solids.begin(), solids.end(), [&](const Solid& solid) {
    return std::hypot(solid.settings().east_m - object.east_m, solid.settings().north_m - object.north_m) >=
           separation_m;
  });
}

ObjectSettings strewn(const FieldSettings& field, std::uint64_t seed) {
  const double along = uniform(hash(seed, 1), -0.5, 0.5) * field.length_m;
  const double across = uniform(hash(seed, 2), -0.5, 0.5) * field.width_m;
  const double sin = std::sin(field.direction_deg * kDegree);
  const double cos = std::cos(field.direction_deg * kDegree);
  ObjectSettings object;
  object.shape = random_shape(field.kind, hash(seed, 3));
  object.east_m = field.east_m + along * sin + across * cos;
  object.north_m = field.north_m + along * cos - across * sin;
  object.heading_deg = uniform(hash(seed, 4), 0, 360);
  object.burial = object.shape == Shape::sphere ? 0 : uniform(hash(seed, 5), 0, field.burial);
  object.mooring_m = uniform(hash(seed, 6), 1.2, 2.2);
  object.reflectivity_db = uniform(hash(seed, 7), -0.5, 0.5) * field.reflectivity_spread_db;
  return object;
}

void strew(const FieldSettings& field, std::uint64_t seed, Bottom& bottom, std::vector<Solid>& solids) {
  for (int i = 0; i < field.count; ++i) {
    int tries = 0;
    ObjectSettings object = strewn(field, hash(seed, i));
    while (!has_room(solids, object, field.separation_m)) {
      if (++tries == kTries) {
        throw UsageError("fields: no room for object " + std::to_string(i + 1) + " of " +
                         std::to_string(field.count) + " at separation_m " +
                         std::to_string(field.separation_m) + "; make the field larger or the count smaller");
      }
      object = strewn(field, hash(seed, i, tries));
    }
    solids.emplace_back(object, bottom.at(object.east_m, object.north_m).height_m);
  }
}

struct Box {
  double west = 1e9, east = -1e9, south = 1e9, north = -1e9;
};

Box swath(const Scenario& scenario) {
  const Survey survey(scenario.vehicle, scenario.seed);
  Box box;
  const double step_s = std::max(survey.duration_s() / 2000, 0.5);
  for (double t = 0; t < survey.duration_s() + step_s; t += step_s) {
    const Pose pose = survey.pose(t);
    const double reach = scenario.sonar.range_m;
    box.west = std::min(box.west, pose.east_m - reach);
    box.east = std::max(box.east, pose.east_m + reach);
    box.south = std::min(box.south, pose.north_m - reach);
    box.north = std::max(box.north, pose.north_m + reach);
  }
  return box;
}

/// Diameters by a power law with twice the rocks at two thirds the size, as fragments have.
double rock_size_m(const RocksSettings& rocks, double u) {
  constexpr double kPower = -1.7;
  const double low = std::pow(rocks.smallest_m, kPower);
  const double high = std::pow(std::max(rocks.largest_m, rocks.smallest_m), kPower);
  return std::pow(low + u * (high - low), 1 / kPower);
}

void add_rocks(const Scenario& scenario, Bottom& bottom, std::vector<Solid>& solids) {
  const RocksSettings& rocks = scenario.seabed.rocks;
  if (rocks.per_100_m2 <= 0) return;
  constexpr double kMostRocks = 200000;
  const Box box = swath(scenario);
  const double area = (box.east - box.west) * (box.north - box.south);
  const double wanted = area / 100 * rocks.per_100_m2;
  if (wanted > kMostRocks) {
    throw UsageError("seabed.rocks.per_100_m2: makes " + std::to_string(std::llround(wanted)) +
                     " rocks in the survey's area, at most 200000 are wanted");
  }
  Lattice crowd(hash(scenario.seed, 40), 12);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(wanted); ++i) {
    const std::uint64_t seed = hash(scenario.seed, 41, i);
    ObjectSettings rock;
    rock.shape = Shape::rock;
    rock.east_m = uniform(hash(seed, 1), box.west, box.east);
    rock.north_m = uniform(hash(seed, 2), box.south, box.north);
    const double bare = normal_cdf(crowd.at(rock.east_m, rock.north_m));
    if (uniform(hash(seed, 3)) < rocks.clustering * (bare > 0.4 ? 1 : 0)) continue;
    rock.length_m = rock_size_m(rocks, uniform(hash(seed, 4)));
    rock.width_m = rock.length_m * uniform(hash(seed, 5), 0.55, 1);
    rock.height_m = rock.length_m * uniform(hash(seed, 6), 0.3, 0.7);
    rock.burial = uniform(hash(seed, 7), 0.1, 0.6);
    rock.heading_deg = uniform(hash(seed, 8), 0, 360);
    solids.emplace_back(rock, bottom.at(rock.east_m, rock.north_m).height_m);
  }
}

}  // namespace

Scene make_scene(const Scenario& scenario, Bottom& bottom) {
  Scene scene;
  for (const ObjectSettings& object : scenario.objects) {
    scene.solids.emplace_back(object, bottom.at(object.east_m, object.north_m).height_m);
  }
  for (std::size_t i = 0; i < scenario.fields.size(); ++i) {
    strew(scenario.fields[i], hash(scenario.seed, 30 + i, scenario.fields[i].seed), bottom, scene.solids);
  }
  scene.objects = scene.solids.size();
  add_rocks(scenario, bottom, scene.solids);
  return scene;
}

}  // namespace towfish::sim
