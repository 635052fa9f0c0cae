#ifndef TOWFISH_DETECTOR_H
#define TOWFISH_DETECTOR_H

#include <stddef.h>
#include <stdint.h>

/* A detector of your own, as a shared library that towfish loads at run time.
 *
 * The library exports one function, towfish_detector(), and nothing else that towfish looks for. A detectors
 * file names the library (a path, relative to that file):
 *
 *   library: {path: ../lib/my_detector.so, settings: "threshold=8"}
 *
 * Plain C: no C++ type, no memory that one side frees for the other. Everything passed in belongs to the
 * caller and is valid during the call only. One detector is called from one thread; two detectors (port and
 * starboard) may live in one process. What a detector must promise stands with its functions below.
 *
 * A detector that throws, crashes or does not return costs its process: it is started again, and a frame
 * over which two have died is put aside. docs/detectors.md says more; examples/detector is a whole one.
 */

/* Raised when a struct or a function here changes. Libraries built for another one are refused. */
#define TOWFISH_DETECTOR_ABI 1u

/* Side of a chip, pixels. */
#define TOWFISH_CHIP_SIZE 64

#ifdef __cplusplus
extern "C" {
#endif

enum towfish_side { TOWFISH_PORT = 0, TOWFISH_STARBOARD = 1 };

enum towfish_class {
  TOWFISH_MILEC = 0, /* An echo that is not classified. */
  TOWFISH_MILCO = 1, /* A mine-like contact. */
  TOWFISH_NOMBO = 2  /* A non-mine bottom object. */
};

/* A ping without its samples. What is not known is NaN (time: INT64_MIN). */
struct towfish_ping {
  uint64_t number;       /* 0-based count within the survey. */
  int64_t time_utc_ns;   /* Transmission, ns since 1970-01-01 UTC. */
  double latitude_deg;   /* Of the sonar, WGS 84, north positive. */
  double longitude_deg;  /* East positive. */
  float heading_deg;     /* True: where the bow points. */
  float course_deg;      /* True, over ground. */
  float speed_mps;       /* Over ground. */
  float pitch_deg;       /* + bow up. */
  float roll_deg;        /* + starboard down. */
  float heave_m;         /* + up. */
  float depth_m;         /* Of the sonar below the surface. */
  float altitude_m;      /* Of the sonar above the bottom, as recorded: a hint only. */
  float sound_speed_mps; /* Never NaN. */
  float interval_s;      /* Since the ping before. */
};

/* Consecutive pings of one side with one geometry. Sample 0 lies at the transducer (nadir) on both sides. */
struct towfish_frame {
  uint32_t side;          /* enum towfish_side */
  uint32_t pings;         /* At least 1. */
  uint32_t samples;       /* A ping; at least 1. */
  float first_edge_m;     /* Slant range at the near edge of sample 0. */
  float sample_spacing_m; /* Slant range a sample covers. */
  float frequency_khz;    /* 0: not known. */
  float counts_per_unit;  /* Of a sample, per unit of the recorder's own amplitude. */
  uint32_t reserved;
  const struct towfish_ping* ping; /* `pings` of them. */
  const uint16_t* sample;          /* Linear echo amplitude, `pings` rows of `samples`. */
};

/* Something found. Extents are inclusive; sizes in metres, NaN where not measured. */
struct towfish_detection {
  uint64_t ping; /* Its middle, among the last memory_pings(). */
  uint64_t first_ping;
  uint64_t last_ping;
  uint32_t sample; /* Far edge of the highlight, where the shadow begins. */
  uint32_t highlight_first_sample;
  uint32_t highlight_last_sample;
  uint32_t shadow_last_sample;
  uint32_t contact_class; /* enum towfish_class */
  float llr;              /* Log-likelihood ratio (natural logarithm) object : no object, -50 to 50. */
  float length_m;         /* Along track. */
  float width_m;          /* Across track, of the highlight. */
  float height_m;
  float shadow_length_m; /* In slant range. */
};

/* Where detections go. `chip`: NULL, or TOWFISH_CHIP_SIZE rows (along track, later pings lower) of as many
 * bytes (across track, nadir left), centred on `sample`, 128 at the background's level. */
struct towfish_sink {
  void* host;
  void (*report)(void* host, const struct towfish_detection* detection, const uint8_t* chip,
                 float metres_per_pixel);
};

struct towfish_detector_type {
  uint32_t abi; /* TOWFISH_DETECTOR_ABI, first in every version. */
  uint32_t reserved;
  const char* name;

  /* A detector for one side. `settings` is the text of the detectors file, "" if it has none. NULL: refused,
   * with the reason in `error` (a string of at most `error_size` bytes with its 0). */
  void* (*create)(uint32_t side, const char* settings, char* error, size_t error_size);
  void (*destroy)(void* detector);

  /* FINITE MEMORY: once so many consecutive pings have been processed, what the detector reports is the same
   * whatever came before them. After a restart it is fed that many and goes on. 1 to 4096. */
  uint32_t (*memory_pings)(const void* detector);

  /* Takes the next pings, which follow those of the call before, and reports what they complete, the same
   * however pings are cut into frames. Should allocate nothing once it runs. */
  void (*process)(void* detector, const struct towfish_frame* frame, const struct towfish_sink* sink);

  /* No more pings follow: reports what was still waiting. Then the detector is as new, for pings that do not
   * follow those before (some are missing, or the geometry is another). */
  void (*finish)(void* detector, const struct towfish_sink* sink);
};

/* What your library exports. `abi` is what towfish wants; NULL if you have none of that version. The struct
 * lives as long as the library. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const struct towfish_detector_type* towfish_detector(uint32_t abi);

typedef const struct towfish_detector_type* towfish_detector_factory(uint32_t abi);

#ifdef __cplusplus
}
#endif

#endif
