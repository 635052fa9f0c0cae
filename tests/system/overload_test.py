"""More input than a detector can take, live: pairs are refused and counted, nothing grows, and it ends when the load does."""
import csv
import pathlib
import time
import unittest

from fault_case import FaultCase
from towfish_case import PATIENT

RING, SHED_FROM, PINGS = 8, 4, 4
SLOW_S, SLOW_FRAMES, FIRST_SLOW = 0.4, 16, 100
# 75 pings a second: until the frames that a detector remembers are there (354 pings), a ring holds more.
SCENARIO = """title: Short range
seed: 3
sonar: {frequency_khz: 600, bandwidth_khz: 40, beam_deg: 0.4, range_m: 10, samples: 256}
water: {depth_m: 10}
vehicle: {speed_mps: 2, altitude_m: 3, survey: {length_m: 100, lines: 1}}
seabed: {ground: {sediment: fine_sand, roughness_m: 0.01, roughness_scale_m: 2}}
"""


def private_kib(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return int(status.split("RssAnon:")[1].split()[0])
    except (OSError, IndexError):
        return None


class Overload(FaultCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = []

    @classmethod
    def tearDownClass(cls):
        pass

    def test_pairs_are_refused_and_counted_latency_and_memory_stay_bounded_and_it_recovers(self):
        """A detector that takes 400 ms a frame for 6.4 s gets 19 frames a second."""
        scenario = self.folder / "scenario.yaml"
        scenario.write_text(SCENARIO)
        log = self.folder / "frames.csv"
        run = self.start_faulty(f"port-detector slow frame={FIRST_SLOW}", "live", "--scenario", scenario, "--duration", "18s",
                                "--latency-csv", log, "--config", self.config(f"frame: {{pings: {PINGS}}}\nring: {{frames: {RING}, shed_from: {SHED_FROM}}}\n{PATIENT}"))
        pids, memory = self.wait_for_roles(), {}
        looked, longest_s = time.monotonic(), 0
        while run.poll() is None:
            longest_s = max(longest_s, time.monotonic() - looked)
            looked = time.monotonic()
            for role, pid in pids.items():
                if (kib := private_kib(pid)) is not None:
                    memory.setdefault(role, []).append(kib)
            time.sleep(0.2)
        self.assertIn(run.returncode, (0, 4), self.log())
        if longest_s > 2:
            self.skipTest(f"this machine stood still for {longest_s:.1f} s: no latency can be told")
        frames = self.assert_no_frame_lost()
        self.assertGreater(frames["refused"], 10)
        self.assertEqual(frames["quarantined"], 0)
        self.assert_latency_is_bounded_by_the_ring(log)
        self.assert_shedding_is_declared(frames["fused"])
        for role, samples in memory.items():
            self.assertLess(max(samples[len(samples) // 2:]) - max(samples[:len(samples) // 2]), 4096, (role, samples))
        self.assertEqual(sum(self.summary()["restarts"].values()), 0)

    def assert_shedding_is_declared(self, fused):
        """The slow frames, and those behind them, are scanned without one algorithm; the rest with all of them."""
        less = {kind: count for kind, count in self.summary()["faults"].items() if kind.startswith("scanned_without_")}
        self.assertEqual(list(less), ["scanned_without_cfar"])
        self.assertGreaterEqual(less["scanned_without_cfar"], SLOW_FRAMES - SHED_FROM)
        self.assertLess(less["scanned_without_cfar"], fused)
        self.assertIn("leaves out its costliest algorithm", self.summary()["policy"])

    def assert_latency_is_bounded_by_the_ring(self, log):
        with log.open() as file:
            rows = [row for row in csv.DictReader(file) if row["side"] == "port"]
        waited = [(int(row["sequence"]), int(row["queue_ns"]) * 1e-9) for row in rows]
        # All that stand before it in the ring (and the one in hand), at the pace of the slowest that were seen.
        slowest = sorted(int(row["detect_ns"]) * 1e-9 for row in rows)[-(RING + 3):]
        self.assertLess(max(wait for _, wait in waited), 1.2 * sum(slowest) + 0.3)
        self.assertGreater(max(wait for _, wait in waited), 2 * SLOW_S, "there was no overload")
        first = next(i for i, (sequence, _) in enumerate(waited) if sequence >= FIRST_SLOW)
        # Once no longer slow it takes a whole ring in no time: what comes later waits for nobody.
        after = [wait for _, wait in waited[first + SLOW_FRAMES + RING:]]
        self.assertGreater(len(after), 20, "refused until the end")
        self.assertLess(sorted(after)[len(after) // 2], SLOW_S)


if __name__ == "__main__":
    unittest.main()
