"""Conditioning and the highlight-shadow test on a strip of pings: the same formulas as detectors/conditioning.cpp,
clutter.cpp and highlight_shadow.cpp, with OpenCV's box filters."""
import cv2
import numpy as np

import bottom

CELL_M = 0.08
LEAST_SCORE = 5 * np.exp(-1.5 / 6)  # log-likelihood ratio -1.5 with the shipped calibration {even: 5, slope: 6}
REACH_PINGS = 256


def box_sum(image, rows, columns):
    """Sums over (2 rows + 1) x (2 columns + 1); what lies outside counts nothing."""
    return cv2.boxFilter(image, -1, (2 * columns + 1, 2 * rows + 1), normalize=False, borderType=cv2.BORDER_CONSTANT)


def box_mean(image, there, rows, columns):
    return box_sum(image, rows, columns) / np.maximum(box_sum(there, rows, columns), 1)


def log_cells(traces, per_cell):
    cells = traces.shape[1] // per_cell
    mean = traces[:, :cells * per_cell].reshape(traces.shape[0], cells, per_cell).mean(axis=2, dtype=np.float32)
    return (20 * np.log10(np.floor(mean) + 1)).astype(np.float32)


def condition(log, cell_m, spacing_m, altitude_m):
    """Level over the local background in dB, aligned by the bottom; where there is any; the bottom's cells."""
    rows, cells = log.shape
    first = bottom.track(log, cell_m, altitude_m)
    place = np.arange(cells)[None, :] + first[:, None]
    there = (place < cells).astype(np.float32)
    aligned = np.take_along_axis(log, np.minimum(place, cells - 1), axis=1) * there
    flat = aligned - box_mean(aligned, there, 32, 0)
    gain = box_mean(np.clip(flat, -6, 6) * there, there, 0, max(4, round(4.0 / cell_m)))
    flat = np.clip(flat - gain, -24, 24) * there
    local = box_mean(np.clip(flat, -6, 6) * there, there, int(np.clip(round(2.0 / spacing_m), 3, 40)),
                     max(4, round(2.0 / cell_m)))
    return np.clip(flat - local, -24, 24) * there, there, first


def clutter(level, there, cell_m, spacing_m, half_m):
    """Restlessness of means over 2 half_m across track: an average where detectors/clutter.cpp takes a rank of tiles."""
    rows, columns = int(np.clip(round(0.15 / spacing_m), 0, 6)), int(np.clip(round(half_m / cell_m), 0, 64))
    calm = np.clip(cv2.blur(np.clip(level, -12, 12), (2 * columns + 1, 2 * rows + 1), borderType=cv2.BORDER_CONSTANT),
                   -6, 6)
    far = int(np.clip(round(3.0 / spacing_m), 4, 48)), max(4, round(3.0 / cell_m))
    return np.sqrt(np.maximum(box_mean(calm * calm, there, *far), 0))


def highlight_shadow(level, small, large, cell_m, spacing_m):
    rows, columns = level.shape
    best = np.zeros_like(level)
    clipped = np.clip(level, -15, 15)
    worth = 1 / (small + 1.2)
    shadow_worth = {m: 1 / (small + np.float32(min(np.log(m / 0.3) / np.log(2.0 / 0.3), 1)) * (large - small + 0.55) + 1.2)
                    for m in (0.3, 0.5, 1.0, 2.0)}
    for length_m in (0.3, 0.6, 1.2):
        half = int(np.clip(round(0.5 * length_m / spacing_m), 1, 16))
        sums = cv2.boxFilter(clipped, -1, (1, 2 * half + 1), normalize=False, borderType=cv2.BORDER_CONSTANT)
        sums /= 2 * half + 1
        pad = max(3, round(2.0 / cell_m)) + 2
        prefix = np.zeros((rows, columns + 2 * pad + 1), np.float32)
        np.cumsum(sums, axis=1, out=prefix[:, pad + 1:pad + 1 + columns])
        prefix[:, pad + 1 + columns:] = prefix[:, pad + columns, None]

        def at(shift):
            return prefix[:, pad + shift:pad + shift + columns]

        highlight = np.zeros_like(level)
        for metres in (0.25, 0.5, 1.0):
            w = max(2, round(metres / cell_m))
            np.maximum(highlight, (at(1) - at(1 - w)) * ((metres / 0.5) ** 0.15 / w), out=highlight)
        for metres in (0.3, 0.5, 1.0, 2.0):
            w = max(3, round(metres / cell_m))
            shadow = np.maximum((at(2) - at(2 + w)) * (metres ** 0.2 / w), 0)
            both = np.minimum(highlight, shadow + 5) * worth + shadow * shadow_worth[metres]
            np.maximum(best, (length_m / 0.6) ** 0.15 * both, out=best)
    return best


def on_grid(spacing_m):
    """Eight steps an octave, as along_track.cpp."""
    return float(2 ** (np.round(np.log2(np.clip(spacing_m, 0.005, 5.0)) * 8) / 8))


def detect(traces, sample_m, spacing_m, altitude_m):
    """[(row, sample, score)] of a strip: highest scores within a metre, sample = far edge of the highlight."""
    spacing_m = on_grid(spacing_m)
    per_cell = max(1, round(CELL_M / sample_m))
    cell_m = per_cell * sample_m
    log = log_cells(traces, per_cell)
    level, there, first = condition(log, cell_m, spacing_m, altitude_m)
    small, large = (clutter(level, there, cell_m, spacing_m, half_m) for half_m in (0.15, 1.0))
    score = highlight_shadow(level, small, large, cell_m, spacing_m) * there
    score[:, :round(0.3 / cell_m) + 1] = 0
    along, across = int(np.clip(round(1.0 / spacing_m), 1, 24)), max(1, round(1.0 / cell_m))
    highest = cv2.dilate(score, np.ones((2 * along + 1, 2 * across + 1), np.uint8))
    rows, cells = np.nonzero((score == highest) & (score >= LEAST_SCORE))
    samples = (cells + first[rows] + 1) * per_cell - 1
    return [(int(r), int(s), float(score[r, c])) for r, s, c in zip(rows, samples, cells)]
