#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <string>

#include "pipeline/logs/log.hpp"
#include "pipeline/picture/picture.hpp"
#include "pipeline/settings/settings.hpp"
#include "sim/sidescan.hpp"
#include "tests/likeness/likeness.hpp"

namespace {

using namespace towfish;
using namespace towfish::likeness;

constexpr const char* kUsage =
    "usage: likeness LOG CONTACTS.csv SCENARIO.yaml [PICTURES_FOLDER]\n"
    "Prints the same statistics of a recorded log's port side and of a scenario's, as a Markdown table; "
    "writes\n"
    "real.png and simulated.png, port to the left, if a folder is given.\n";

/// Lines `clear,port,PING,SAMPLE,...`.
std::vector<Mark> clear_port_marks(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw InputError(file + ": cannot be opened");
  std::vector<Mark> marks;
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string kind, side;
    Mark mark;
    char comma = 0;
    if (std::getline(fields, kind, ',') && std::getline(fields, side, ',') && kind == "clear" &&
        side == "port" && fields >> mark.ping >> comma >> mark.sample) {
      marks.push_back(mark);
    }
  }
  return marks;
}

std::vector<Mark> port_marks(const Sidescan& source) {
  std::vector<Mark> marks;
  for (const TruthLook& look : source.truth()) {
    if (look.visible && look.side == Side::port) marks.push_back({look.ping, look.sample});
  }
  return marks;
}

void row(const std::string& what, double real, double simulated) {
  std::printf("| %s | %.3f | %.3f |\n", what.c_str(), real, simulated);
}

void print_table(const Waterfall& real, const Waterfall& simulated, const Contrast& real_contrast,
                 const Contrast& simulated_contrast) {
  std::printf("| port side | real | simulated |\n| --- | --- | --- |\n");
  for (int band = 2; band < 10; band += 2) {
    row("amplitude spread, " + std::to_string(band * 10) + " to " + std::to_string(band * 10 + 20) +
            " % of range",
        real.spread(band / 10.0, band / 10.0 + 0.2), simulated.spread(band / 10.0, band / 10.0 + 0.2));
  }
  for (const int lag : {1, 2, 3, 5}) {
    row("correlation across track, lag " + std::to_string(lag) + " samples", real.correlation(0, lag),
        simulated.correlation(0, lag));
  }
  for (const int lag : {1, 2, 3, 5}) {
    row("correlation along track, lag " + std::to_string(lag) + " pings", real.correlation(lag, 0),
        simulated.correlation(lag, 0));
  }
  row("highlight over background (median of objects)", real_contrast.highlight, simulated_contrast.highlight);
  row("shadow over background (median of objects)", real_contrast.shadow, simulated_contrast.shadow);
  std::printf("| Hellinger distance of the histograms | | %.3f |\n",
              hellinger(real.histogram(), simulated.histogram()));
}

void write_picture(const std::string& file, PingSource& source, std::size_t pings) {
  cv::Mat1f sides[2];
  for (const Side side : kSides) sides[index(side)] = Waterfall(source, side, 0, pings).amplitudes();
  cv::Mat1f both;
  cv::flip(sides[0], sides[0], 1);
  cv::hconcat(sides[0], sides[1], both);
  const auto white = static_cast<float>(3 * cv::mean(both)[0]);
  Picture picture(static_cast<std::uint32_t>(both.cols), static_cast<std::uint32_t>(both.rows), 1);
  for (int y = 0; y < both.rows; ++y) {
    for (int x = 0; x < both.cols; ++x) {
      const float level = std::min(both(y, x) / white, 1.0F);
      picture.row(static_cast<std::size_t>(y))[static_cast<std::size_t>(x)] =
          static_cast<std::uint8_t>(255 * std::pow(level, 0.6F));
    }
  }
  write_png(file, picture);
}

int run(int argc, char** argv) {
  const auto log = open_log(argv[1]);
  Scenario scenario;
  settings::read(std::filesystem::path(argv[3]), scenario);
  Sidescan sidescan(scenario);
  constexpr std::size_t kAll = 100000;
  const Waterfall real(*log, Side::port, 0, kAll);
  const auto pings = static_cast<std::size_t>(real.amplitudes().rows);
  const Waterfall simulated(sidescan, Side::port, 0, pings);
  print_table(real, simulated, real.contrast(clear_port_marks(argv[2])),
              simulated.contrast(port_marks(sidescan)));
  if (argc > 4) {
    write_picture(std::string(argv[4]) + "/real.png", *log, pings);
    write_picture(std::string(argv[4]) + "/simulated.png", sidescan, pings);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "likeness: %s\n", error.what());
    return 3;
  }
}
