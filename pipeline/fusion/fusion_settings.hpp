#pragma once

namespace towfish {

/// Where the sonar was and how well that is known.
struct PlacementSettings {
  float forward_m = 0;
  float starboard_m = 0;
  float layback_m = 0;
  float declination_deg = 0;
  float heading_offset_deg = 0;
  float max_speed_mps = 15;
  float navigation_sigma_m = 1;
  float heading_sigma_deg = 1;
  float pitch_sigma_deg = 1;
  float altitude_sigma = 0.03F;
  float range_sigma = 0.004F;
  float pick_sigma_m = 0.25F;
  float object_depth_m = 1;
  float object_depth_sigma_m = 0.4F;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("forward_m", forward_m, "m", -100, 100, "Sonar ahead of the point whose position is recorded.");
    v.number("starboard_m", starboard_m, "m", -100, 100, "Sonar to starboard of that point.");
    v.number("layback_m", layback_m, "m", 0, 5000,
             "Towed sonar behind that point along the course, if the log has not taken it off already.");
    v.number("declination_deg", declination_deg, "deg", -180, 180,
             "Added to recorded headings; not 0 only where they are magnetic. East positive.");
    v.number("heading_offset_deg", heading_offset_deg, "deg", -180, 180, "Compass error, added to headings.");
    v.number("max_speed_mps", max_speed_mps, "m/s", 0.5, 100,
             "A fix that would need a higher speed is a jump of the navigation.");
    v.number("navigation_sigma_m", navigation_sigma_m, "m", 0, 1000,
             "Standard deviation of recorded positions, each axis.");
    v.number("heading_sigma_deg", heading_sigma_deg, "deg", 0, 30, "Standard deviation of the heading.");
    v.number("pitch_sigma_deg", pitch_sigma_deg, "deg", 0, 30, "Standard deviation of the pitch.");
    v.number("altitude_sigma", altitude_sigma, "of altitude", 0, 1,
             "Standard deviation of the tracked altitude.");
    v.number("range_sigma", range_sigma, "of range", 0, 0.2, "Standard deviation of the sound speed.");
    v.number("pick_sigma_m", pick_sigma_m, "m", 0.01, 10,
             "Standard deviation of the detector's choice of an object's middle, each axis.");
    v.number(
        "object_depth_m", object_depth_m, "m", 0, 20,
        "Usual extent of an object away from the sonar. Its highlight is its near face only, so its middle "
        "lies farther out by half of what the highlight is narrower than this.");
    v.number("object_depth_sigma_m", object_depth_sigma_m, "m", 0, 20, "Standard deviation of that extent.");
  }
};

/// Which detections are one look.
struct LookSettings {
  float piece_gap_m = 0.8F;
  float in_shadow_m = 2;
  float crowd_gap_m = 1.5F;
  int crowd_detections = 5;
  float extended_m = 8;
  float extended_nombo_m = 4;
  int settle_pings = 400;
  int report_pings = 600;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("piece_gap_m", piece_gap_m, "m", 0, 10, "Highlights no farther apart are pieces of one object.");
    v.number("in_shadow_m", in_shadow_m, "m", 0, 10,
             "A highlight in the shadow of another, or at its end, is a piece of the same object if it is no "
             "farther behind.");
    v.number(
        "crowd_gap_m", crowd_gap_m, "m", 0, 50,
        "Highlights or shadows no farther apart may belong to one extended object; twice that between two "
        "that are extended themselves.");
    v.number("crowd_detections", crowd_detections, "detections", 2, 1000,
             "At least so many in a row make an extended object.");
    v.number("extended_m", extended_m, "m", 1, 1000, "An object at least so long is extended, and no mine.");
    v.number("extended_nombo_m", extended_nombo_m, "m", 1, 1000,
             "And so is one at least so long that the detector calls a NOMBO.");
    v.number("settle_pings", settle_pings, "pings", 1, 100000,
             "A look may still grow by detections that end so long after it.");
    v.number("report_pings", report_pings, "pings", 0, 100000,
             "So long after its last ping a detection may still be reported: at most 200 by the default and "
             "judged, 500 by trained at 0.1 m a ping, which needs more where pings are closer. Looks are "
             "matched with earlier passes after this and settle_pings.");
  }
};

/// Which looks are one contact, and how sure that makes it.
struct ResightingSettings {
  float gate_probability = 0.999F;
  float pass_turn_deg = 15;
  int decide_pings = 1000;
  float prior = 0.5F;
  float look_llr_max = 8;
  float look_correlation = 0.4F;
  float pd_good = 0.8F;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("gate_probability", gate_probability, "", 0.5, 0.99999,
             "Share of true re-sightings whose distance passes the gate.");
    v.number("pass_turn_deg", pass_turn_deg, "deg", 5, 180,
             "A turn by more than this begins a new pass: from another heading a place may be seen again.");
    v.number("decide_pings", decide_pings, "pings", 1, 1000000,
             "Looks are matched with earlier passes once in so many pings.");
    v.number("prior", prior, "", 0.0001, 0.9999,
             "Probability that a detection is an object, before its score.");
    v.number("look_llr_max", look_llr_max, "", 0.1, 50, "No single look counts for more than this.");
    v.number(
        "look_correlation", look_correlation, "", 0, 1,
        "Correlation of the scores of looks at one thing: a stone that looks like a mine does so again.");
    v.number(
        "pd_good", pd_good, "", 0.01, 0.999,
        "Probability that an object in well covered seabed is detected; a pass that sees nothing there takes "
        "-ln(1 - this) away.");
  }
};

/// Which seabed counts as seen, and which as seen well.
struct CoverageSettings {
  float nadir = 0.3F;
  float good_near = 0.7F;
  float good_far = 0.9F;
  float altitude_min = 0.04F;
  float altitude_max = 0.3F;
  float pd_fair = 0.4F;
  float widest_gap_m = 100;
  float smallest_hole_m2 = 10;

  template <class Visitor>
  void describe(Visitor& v) {
    v.number("nadir", nadir, "of altitude", 0, 10,
             "Nothing is seen nearer to the track than this, on the ground.");
    v.number("good_near", good_near, "of altitude", 0, 10, "From here on the bottom is seen well,");
    v.number("good_far", good_far, "of ground range", 0.1, 1, "as far as here.");
    v.number("altitude_min", altitude_min, "of range", 0, 1, "Below this altitude nothing is seen well,");
    v.number("altitude_max", altitude_max, "of range", 0, 1, "nor above this one.");
    v.number("pd_fair", pd_fair, "", 0, 0.999,
             "Probability that an object in seabed not so well seen is detected.");
    v.number("widest_gap_m", widest_gap_m, "m", 1, 10000,
             "Unseen seabed between seen seabed is a hole if it is no wider than this.");
    v.number("smallest_hole_m2", smallest_hole_m2, "m2", 0, 1e6, "Smaller holes are not listed.");
  }
};

/// Settings of fusion.
struct FusionSettings {
  PlacementSettings placement;
  LookSettings looks;
  ResightingSettings resighting;
  CoverageSettings coverage;

  template <class Visitor>
  void describe(Visitor& v) {
    v.group("placement", placement, "Where the sonar was, and how well that is known.");
    v.group("looks", looks, "Which detections are one look.");
    v.group("resighting", resighting, "Which looks are one contact.");
    v.group("coverage", coverage, "Which seabed counts as seen.");
  }
};

}  // namespace towfish
