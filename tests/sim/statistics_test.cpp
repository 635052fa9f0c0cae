#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pipeline/sonar/geometry.hpp"
#include "sim/water.hpp"
#include "tests/sim/scenarios.hpp"

namespace towfish {
namespace {

/// Amplitudes of a picture in uPa: rows of pings, the receiver's gain taken out again.
class Picture {
 public:
  Picture(const Scenario& scenario, Side side, std::size_t pings) : samples_(scenario.sonar.samples) {
    Sidescan source(scenario);
    const double spacing = scenario.sonar.range_m / samples_;
    for (const auto& trace : traces(source, side, pings)) {
      for (int i = 0; i < samples_; ++i) {
        const double range = (i + 0.5) * spacing;
        const double gain_db = scenario.sonar.gain_db + scenario.sonar.tvg_db_per_decade * std::log10(range) +
                               scenario.sonar.tvg_db_per_km * range / 1000;
        values_.push_back(trace[static_cast<std::size_t>(i)] * std::pow(10, -gain_db / 20));
      }
    }
  }
  [[nodiscard]] std::size_t pings() const { return values_.size() / static_cast<std::size_t>(samples_); }
  [[nodiscard]] double at(std::size_t ping, int sample) const {
    return values_[ping * static_cast<std::size_t>(samples_) + static_cast<std::size_t>(sample)];
  }
  [[nodiscard]] double mean(int sample) const {
    double sum = 0;
    for (std::size_t ping = 0; ping < pings(); ++ping) sum += at(ping, sample);
    return sum / static_cast<double>(pings());
  }
  [[nodiscard]] double mean_power(int first, int last) const {
    double sum = 0;
    for (std::size_t ping = 0; ping < pings(); ++ping) {
      for (int i = first; i < last; ++i) sum += at(ping, i) * at(ping, i);
    }
    return sum / static_cast<double>(pings() * static_cast<std::size_t>(last - first));
  }

 private:
  int samples_;
  std::vector<double> values_;
};

/// Amplitudes over their mean at the same range.
std::vector<double> levelled(const Picture& picture, int first, int last) {
  std::vector<double> values;
  for (int i = first; i < last; ++i) {
    const double mean = picture.mean(i);
    for (std::size_t ping = 0; ping < picture.pings(); ++ping) values.push_back(picture.at(ping, i) / mean);
  }
  return values;
}

Scenario quiet(Scenario scenario) {
  scenario.sonar.noise_db = -60;
  scenario.sonar.leak_db = -60;
  scenario.sonar.gain_db = -66;
  scenario.water.volume_db = -150;
  scenario.water.surface_db = -100;
  return scenario;
}

TEST(Statistics, AmplitudeSpreadOnAFlatBottomIsRayleigh) {
  const auto values = levelled(Picture(flat_bottom(), Side::port, 400), 200, 1000);
  double power = 0;
  for (const double value : values) power += (value - 1) * (value - 1);
  const double spread = std::sqrt(power / static_cast<double>(values.size()));
  RecordProperty("spread", std::to_string(spread));
  EXPECT_NEAR(spread, 0.5227, 0.03 * 0.5227);
}

TEST(Statistics, LooksNarrowTheSpreadAsTheirNumberDemands) {
  Scenario scenario = flat_bottom();
  scenario.sonar.looks = 4;
  const auto values = levelled(Picture(scenario, Side::port, 200), 200, 1000);
  double power = 0;
  for (const double value : values) power += (value - 1) * (value - 1);
  // root of a gamma variable of shape 4: mean gamma(4.5) / gamma(4) / 2
  const double mean = std::tgamma(4.5) / std::tgamma(4) / 2;
  EXPECT_NEAR(std::sqrt(power / static_cast<double>(values.size())), std::sqrt(1 - mean * mean) / mean,
              0.008);
}

TEST(Statistics, MeanLevelFollowsTheSonarEquation) {
  Scenario scenario = quiet(flat_bottom());
  scenario.sonar.vertical_beam_deg = 60;
  const Picture picture(scenario, Side::starboard, 150);
  const double sound_speed = sim::sound_speed_mps(scenario.water);
  const double alpha = sim::absorption_db_per_km(scenario.water, 600) / 1000;
  const double aperture = 1.39156 / std::sin(30 * M_PI / 180);
  double worst_db = 0;
  for (int first = 160; first + 32 <= 1000; first += 32) {
    const double range = (first + 16) * 50.0 / 1024;
    const double grazing = std::asin(6 / range);
    const double cell = sound_speed / 2 / 40000 / std::cos(grazing) * range * 0.4 * M_PI / 180;
    const double u = aperture * std::sin(grazing - 25 * M_PI / 180);
    const double pattern_db = u == 0 ? 0 : 40 * std::log10(std::abs(std::sin(u) / u));
    const double expected = 220 - 40 * std::log10(range) - 2 * alpha * range - 25 +
                            20 * std::log10(std::sin(grazing)) + 10 * std::log10(cell) + pattern_db;
    const double found = 10 * std::log10(picture.mean_power(first, first + 32));
    worst_db = std::max(worst_db, std::abs(found - expected));
    EXPECT_NEAR(found, expected, 1) << range << " m";
  }
  RecordProperty("worst_db", std::to_string(worst_db));
}

TEST(Statistics, PortAndStarboardOfAnUnrelatedBottomAreUncorrelated) {
  const auto port = levelled(Picture(flat_bottom(), Side::port, 200), 200, 1000);
  const auto starboard = levelled(Picture(flat_bottom(), Side::starboard, 200), 200, 1000);
  double product = 0;
  double power = 0;
  for (std::size_t i = 0; i < port.size(); ++i) {
    product += (port[i] - 1) * (starboard[i] - 1);
    power += 0.5 * ((port[i] - 1) * (port[i] - 1) + (starboard[i] - 1) * (starboard[i] - 1));
  }
  RecordProperty("correlation", std::to_string(product / power));
  EXPECT_LT(std::abs(product / power), 0.02);
}

double correlation_at(const Scenario& scenario, int lag_samples) {
  const Picture picture(scenario, Side::port, 60);
  double product = 0;
  double power = 0;
  std::vector<double> means;
  for (int i = 0; i < scenario.sonar.samples; ++i) means.push_back(picture.mean_power(i, i + 1));
  for (std::size_t ping = 0; ping < picture.pings(); ++ping) {
    for (int i = 300; i < 900; ++i) {
      const auto level = [&](int at) {
        return picture.at(ping, at) * picture.at(ping, at) / means[static_cast<std::size_t>(at)] - 1;
      };
      product += level(i) * level(i + lag_samples);
      power += level(i) * level(i);
    }
  }
  return product / power;
}

TEST(Statistics, SpeckleIsAsLongInRangeAsThePulse) {
  Scenario scenario = flat_bottom();
  scenario.sonar.bandwidth_khz = 40;  // c/2B 1.9 cm, a sample 4.9 cm
  EXPECT_LT(correlation_at(scenario, 1), 0.05);
  scenario.sonar.bandwidth_khz = 5;  // c/2B 15 cm, three samples
  EXPECT_GT(correlation_at(scenario, 1), 0.4);
  EXPECT_LT(correlation_at(scenario, 6), 0.05);
}

/// Distribution function of the intensity (mean 1) of a K-distribution of this shape: Jakeman and Pusey 1976.
double k_cdf(double intensity, double shape) {
  if (intensity <= 0) return 0;
  const double x = 2 * std::sqrt(shape * intensity);
  return 1 - 2 / std::tgamma(shape) * std::pow(x / 2, shape) * std::cyl_bessel_k(shape, x);
}

/// Intensities on ground of this texture over those expected, at places far enough apart to be independent.
std::vector<double> textured(double shape) {
  Scenario scenario = quiet(flat_bottom());
  const Picture even(scenario, Side::port, 150);
  scenario.seabed.ground.texture_shape = shape;
  scenario.seabed.ground.texture_scale_m = 0.2;
  const Picture picture(scenario, Side::port, 1600);
  std::vector<double> intensities;
  for (int i = 200; i < 1000; i += 20) {
    const double expected = even.mean_power(i - 8, i + 8);
    for (std::size_t ping = 0; ping < picture.pings(); ping += 10) {
      intensities.push_back(picture.at(ping, i) * picture.at(ping, i) / expected);
    }
  }
  std::sort(intensities.begin(), intensities.end());
  return intensities;
}

double kolmogorov_distance(const std::vector<double>& sorted, double shape) {
  double worst = 0;
  const auto n = static_cast<double>(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double expected = k_cdf(sorted[i], shape);
    worst = std::max({worst, std::abs(expected - static_cast<double>(i) / n),
                      std::abs(expected - static_cast<double>(i + 1) / n)});
  }
  return worst;
}

class KDistributed : public testing::TestWithParam<double> {};

TEST_P(KDistributed, PatchesHaveTheShapeAskedFor) {
  const double shape = GetParam();
  const auto sorted = textured(shape);
  const double critical = 1.63 / std::sqrt(static_cast<double>(sorted.size()));  // 1 % level
  RecordProperty("distance", std::to_string(kolmogorov_distance(sorted, shape)));
  RecordProperty("critical", std::to_string(critical));
  EXPECT_LT(kolmogorov_distance(sorted, shape), critical) << sorted.size() << " values";
  EXPECT_GT(kolmogorov_distance(sorted, 2 * shape), critical);
  EXPECT_GT(kolmogorov_distance(sorted, shape / 2), critical);
}

INSTANTIATE_TEST_SUITE_P(Shapes, KDistributed, testing::Values(0.7, 2.0, 5.0), [](const auto& shape) {
  return "Nu" + std::to_string(std::lround(shape.param * 10));
});

struct Standing {
  const char* name;
  Shape shape;
  double east_m;
  double height_m;
};

class ShadowOf : public testing::TestWithParam<Standing> {};

/// Mean amplitude of the pings at closest approach, smoothed over three samples.
std::vector<double> shadow_profile(const Scenario& scenario, const TruthLook& look) {
  Sidescan source(scenario);
  source.seek(look.ping - 1);
  std::vector<double> profile(static_cast<std::size_t>(scenario.sonar.samples));
  for (const auto& trace : traces(source, look.side, 3)) {
    for (std::size_t i = 1; i + 1 < profile.size(); ++i)
      profile[i] += (trace[i - 1] + trace[i] + trace[i + 1]) / 9.0;
  }
  return profile;
}

TEST_P(ShadowOf, GivesBackTheObjectsHeight) {
  Scenario scenario = quiet(flat_bottom());
  scenario.sonar.samples = 4096;
  scenario.sonar.noise_db = 30;
  scenario.sonar.looks = 8;
  scenario.objects = {{.shape = GetParam().shape,
                       .east_m = GetParam().east_m,
                       .north_m = 50,
                       .height_m = GetParam().height_m}};
  const auto looks = Sidescan(scenario).truth();
  ASSERT_EQ(looks.size(), 1U);
  ASSERT_TRUE(looks[0].visible);
  EXPECT_EQ(looks[0].side, GetParam().east_m > 0 ? Side::starboard : Side::port);
  const auto profile = shadow_profile(scenario, looks[0]);
  const double background =
      std::accumulate(profile.begin() + looks[0].sample - 200, profile.begin() + looks[0].sample - 100, 0.0) /
      100;

  std::size_t end = looks[0].sample + 8;
  ASSERT_LT(profile[end], 0.3 * background) << "no shadow at the truth's sample";
  while (end < profile.size() && profile[end] < 0.35 * background) ++end;

  const double spacing = 50.0 / 4096;
  const double length = (static_cast<double>(end) - looks[0].sample) * spacing;
  const double height = height_from_shadow_m(6, static_cast<float>(length),
                                             static_cast<float>(static_cast<double>(end) * spacing));
  RecordProperty("error_percent", std::to_string(100 * (height / GetParam().height_m - 1)));
  EXPECT_NEAR(height, GetParam().height_m, 0.05 * GetParam().height_m);
}

INSTANTIATE_TEST_SUITE_P(Objects, ShadowOf,
                         testing::Values(Standing{"CylinderNear", Shape::cylinder, 15, 0.5},
                                         Standing{"CylinderFar", Shape::cylinder, -38, 0.5},
                                         Standing{"Cone", Shape::truncated_cone, 25, 0.46},
                                         Standing{"Pot", Shape::crab_pot, -20, 0.4},
                                         Standing{"TallBox", Shape::crab_pot, 30, 1.0}),
                         [](const auto& standing) { return standing.param.name; });

}  // namespace
}  // namespace towfish
