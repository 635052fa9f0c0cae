#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "detectors/conditioning.hpp"
#include "detectors/onnx/window_picture.hpp"
#include "pipeline/evaluation/trial.hpp"
#include "pipeline/sonar/frame.hpp"

namespace towfish::evaluation {

/// What is at a place of one side: its middle and size in pings and samples.
struct Labelled {
  int label = 0;
  Side side = Side::port;
  double ping = 0;
  double sample = 0;
  double pings = 0;
  double samples = 0;
};

/// Looks as labels: 0 a mine, 1 an object that is none, 2 either of them where it cannot be seen. The middle
/// is the far edge of the highlight, the size the object's longer side, a metre at least.
std::vector<Labelled> labels_of(const std::vector<TruthLook>& looks, const Trial& trial);
/// Boxes of a picture as labels of the same numbers.
std::vector<Labelled> labels_of(const std::vector<Box>& boxes, const Trial& trial);

/// A folder of pictures as a network sees them that finds objects by itself (NetworkSettings), each with a
/// YOLO label file, for training one: NAME.png and NAME.txt (`class x y width height`, parts of the picture).
/// Windows follow each other along track without overlap and begin at nadir; what lies behind their last
/// column is not in them. Threads: one thread.
class WindowSet {
 public:
  static constexpr int kWidth = 1024;
  static constexpr int kHeight = 512;
  static constexpr PixelSize kPixel{.across_m = 0.05F, .along_m = 0.1F};

  /// Begins a new one. Throws std::runtime_error where it cannot be written.
  explicit WindowSet(const std::filesystem::path& folder);

  /// What follows is of this recording, after which its windows are named.
  void begin(const std::string& source);
  /// Takes the next frame of its side; writes the windows that it completes.
  void take(const FrameView& frame);
  /// Ends the recording: writes what is in its windows. `geometry`: by index(side).
  void label(const std::vector<Labelled>& labels, const std::array<TraceGeometry, 2>& geometry);

 private:
  struct Window {
    Side side;
    std::uint64_t first_ping;
    int rows;  ///< Of pings.
  };
  struct Strip {
    Conditioning conditioning{kPixel.across_m};
    WindowPicture picture;
    std::uint64_t next_ping = UINT64_MAX;
    std::int64_t begun = 0;  ///< Row at which the next window begins.
  };
  void draw_ready(Strip& strip, Side side);
  void finish(Strip& strip, Side side);
  void cut(Strip& strip, Side side, int rows);
  [[nodiscard]] std::filesystem::path file_of(const Window& window, const char* extension) const;
  void write(const Window& window, const std::vector<Labelled>& labels, float sample_spacing_m) const;

  std::filesystem::path folder_;
  std::string stem_;
  std::array<Strip, 2> strips_;
  std::vector<Window> windows_;  ///< Of this recording.
};

}  // namespace towfish::evaluation
