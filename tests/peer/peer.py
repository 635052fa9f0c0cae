#!/usr/bin/env python3
"""A side-scan pipeline as a Python user would write it: the reader hands frames of 16 pings to two worker processes,
one a side, through multiprocessing.Queue; each conditions strips of pings and looks for highlights with shadows.

Something to compare with (towfish bench peer), nothing to install."""
import argparse
import json
import multiprocessing
import sqlite3
import time

import numpy as np

import cv2
import detector
import xtf

FRAME_PINGS = 16
STRIP_PINGS = 512


class Strip:
    """Gathers frames of one side; detects whenever STRIP_PINGS new ones have all their neighbours."""

    def __init__(self):
        self.traces = np.empty((0, 0), np.uint16)
        self.first = 0     # Number of the first ping held.
        self.decided = 0   # Pings below this have been searched.
        self.found = []

    def push(self, frame):
        number, spacing_m, sample_m, altitude_m, traces = frame
        self.traces = traces if self.traces.size == 0 else np.concatenate([self.traces, traces])
        self.facts = sample_m, spacing_m, altitude_m
        if self.first + len(self.traces) >= self.decided + STRIP_PINGS + detector.REACH_PINGS:
            self.search(self.decided + STRIP_PINGS)

    def search(self, end):
        for row, sample, score in detector.detect(self.traces, *self.facts):
            ping = self.first + row
            if self.decided <= ping < end:
                self.found.append((ping, sample, score))
        self.decided = end
        keep = max(0, end - detector.REACH_PINGS - self.first)
        keep -= keep % detector.bottom.BLOCK
        self.traces = self.traces[keep:]
        self.first += keep

    def finish(self):
        if self.traces.size:
            self.search(self.first + len(self.traces))
        return self.found


def work(queue, results, side):
    cv2.setNumThreads(1)
    strip = Strip()
    while (frame := queue.get()) is not None:
        strip.push(frame)
    results.put((side, strip.finish()))


def run(path):
    """All detections: {side: [(ping, sample, score)]}."""
    queues = [multiprocessing.Queue(maxsize=16) for _ in range(2)]
    results = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=work, args=(queues[s], results, s)) for s in range(2)]
    for worker in workers:
        worker.start()
    frames = [[], []]
    facts = None
    for number, spacing_m, sample_m, altitude_m, traces in xtf.pings(path):
        facts = number, spacing_m, sample_m, altitude_m
        for side in range(2):
            frames[side].append(traces[side])
            if len(frames[side]) == FRAME_PINGS:
                queues[side].put((*facts, np.stack(frames[side])))
                frames[side] = []
    for side in range(2):
        if frames[side]:
            queues[side].put((*facts, np.stack(frames[side])))
        queues[side].put(None)
    found = dict(results.get() for _ in workers)
    for worker in workers:
        worker.join()
    return found


def looks(store):
    """The looks in a contacts.gpkg: {side: [(ping, sample, llr)]}."""
    found = {0: [], 1: []}
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        for side, ping, sample, llr in database.execute("SELECT side, ping, sample, llr FROM looks"):
            found[0 if side == "port" else 1].append((ping, sample, llr))
    return found


def matched(ours, theirs, pings, samples):
    """How many of `ours` have one of `theirs` near."""
    return sum(any(abs(p - q) <= pings and abs(s - t) <= samples for q, t, _ in theirs) for p, s, _ in ours)


def agreement(peer, store, strong=2.0):
    """Share of the clear detections (log-likelihood ratio at least `strong`) of either that the other made as well."""
    own = looks(store)
    clear, hit = 0, 0
    for side in (0, 1):
        strong_peer = [d for d in peer[side] if 6 * np.log(d[2] / 5) >= strong]
        strong_own = [d for d in own[side] if d[2] >= strong]
        clear += len(strong_peer) + len(strong_own)
        hit += matched(strong_peer, own[side], 12, 40) + matched(strong_own, peer[side], 12, 40)
    return hit / clear if clear else 1.0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log")
    parser.add_argument("--compare", metavar="GPKG", help="what towfish found in the same log")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    began = time.monotonic()
    found = run(options.log)
    answer = {"wall_s": time.monotonic() - began, "detections": sum(map(len, found.values()))}
    if options.compare:
        answer["agree_percent"] = 100 * agreement(found, options.compare)
    print(json.dumps(answer) if options.json else answer)


if __name__ == "__main__":
    main()
