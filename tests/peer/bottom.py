"""The first bottom return, block by block: how much brighter it is beyond a range than before it, and the path
through the blocks that is brightest without leaping."""
import numpy as np

BLOCK = 8
STRIDE = 4
MOVE_DB = 0.35
LEAP_DB = 14.0


def scores(log, cell_m, altitude_m):
    """One row a block of BLOCK pings, one column a range bin of `per_bin` cells; also `per_bin`."""
    cells = log.shape[1]
    per_bin = max(1, -(-int(cells * 0.8) // 320))
    bins = cells // per_bin
    bin_m = cell_m * per_bin
    blocks = log.shape[0] // BLOCK
    mean = log[:blocks * BLOCK, :bins * per_bin].reshape(blocks, BLOCK, bins, per_bin).mean(axis=(1, 3))
    prefix = np.concatenate([np.zeros((blocks, 1)), np.cumsum(mean, axis=1)], axis=1)

    def step(width):
        edges = np.arange(bins)
        low, high = np.maximum(edges - width, 0), np.minimum(edges + width, bins)
        before = (prefix[:, edges] - prefix[:, low]) / np.maximum(edges - low, 1)
        return (prefix[:, high] - prefix[:, edges]) / np.maximum(high - edges, 1) - before

    sharp, lasting = step(max(1, round(0.4 / bin_m))), step(max(2, round(1.5 / bin_m)))
    score = np.clip(np.minimum(1.5 * sharp, lasting), -3, 15)
    hinted = altitude_m / bin_m
    off = np.abs(np.arange(bins) - hinted) / max(1.0, 0.3 * hinted)
    if altitude_m > 0:
        score += 1.5 * np.maximum(0, 1 - off)
    score[:, :max(1, round(0.35 / bin_m))] = 0
    score[:, int(bins * 0.8):] = 0
    return score, per_bin


def path(score):
    """Viterbi over all blocks at once; the bin of each block."""
    blocks, bins = score.shape
    best = score[0].copy()
    came = np.zeros((blocks, bins), np.int32)
    moves = np.arange(-STRIDE, STRIDE + 1)
    for block in range(1, blocks):
        padded = np.pad(best, STRIDE, constant_values=-np.inf)
        options = np.stack([padded[STRIDE + m:STRIDE + m + bins] - MOVE_DB * abs(m) for m in moves])
        pick = options.argmax(axis=0)
        value = options[pick, np.arange(bins)]
        source = np.arange(bins) + moves[pick]
        leap = best.max() - LEAP_DB
        source[value < leap] = best.argmax()
        came[block] = source
        best = np.maximum(value, leap) + score[block]
    bin_of = np.empty(blocks, np.int32)
    bin_of[-1] = best.argmax()
    for block in range(blocks - 1, 0, -1):
        bin_of[block - 1] = came[block, bin_of[block]]
    return bin_of


def track(log, cell_m, altitude_m):
    """The cell at which the bottom begins, by row."""
    score, per_bin = scores(log, cell_m, altitude_m)
    bins = path(score)
    coarse = np.repeat(bins, BLOCK) * per_bin
    coarse = np.pad(coarse, (0, log.shape[0] - coarse.size), mode="edge")
    return smooth(refine(log, coarse, cell_m))


def refine(log, coarse, cell_m):
    """The sharpest rise over five pings within 0.8 m of the tracked place."""
    rows, cells = log.shape
    reach, width = max(2, round(0.8 / cell_m)), max(1, round(0.4 / cell_m))
    stacked = sum(np.pad(log, ((2, 2), (0, 0)), mode="edge")[k:k + rows] for k in range(5)) / 5
    prefix = np.concatenate([np.zeros((rows, 1)), np.cumsum(stacked, axis=1)], axis=1)
    at = np.clip(coarse[:, None] + np.arange(-reach, reach + 1)[None, :], width, cells - width)
    row = np.arange(rows)[:, None]
    rise = (prefix[row, at + width] - 2 * prefix[row, at] + prefix[row, at - width]) / width
    pick = rise.argmax(axis=1)
    found = at[np.arange(rows), pick]
    return np.where(rise.max(axis=1) >= 3, found, coarse)


def smooth(bottom):
    """Median of five."""
    padded = np.pad(bottom, 2, mode="edge")
    return np.median(np.stack([padded[k:k + bottom.size] for k in range(5)]), axis=0).astype(np.int32)
