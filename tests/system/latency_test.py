"""Latency from outside: the log of frames, towfish top, its Prometheus text, real-time settings, doctor."""
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import unittest
import urllib.request

from towfish_case import PROGRAM, TowfishCase

WORK = ("emit", "queue", "detect", "pair", "fuse")


class Latency(TowfishCase):
    def frames_in(self, file):
        return list(csv.DictReader(file.read_text().splitlines()))

    def assert_stages_add_up(self, rows):
        for row in rows:
            self.assertEqual(sum(int(row[stage + "_ns"]) for stage in WORK), int(row["total_ns"]), row)
            self.assertEqual(int(row["committed_ns"]) - int(row["last_due_ns"]), int(row["total_ns"]), row)
            self.assertTrue(all(int(row[stage + "_ns"]) >= 0 for stage in WORK), row)

    def test_the_stages_of_every_frame_add_up_to_its_total(self):
        frames, trace = self.folder / "frames.csv", self.folder / "trace.json"
        run = self.run_pipeline("live", "--duration", "6s", "--latency-csv", frames, "--trace", trace)
        self.assertEqual(run.returncode, 0, run.stderr)
        rows = self.frames_in(frames)
        self.assertEqual(len(rows), 2 * self.assert_no_frame_lost()["fused"])
        self.assert_stages_add_up(rows)
        total = self.summary()["latency_us"]["total"]
        self.assertAlmostEqual(max(int(row["total_ns"]) for row in rows) / 1000, total["max"], delta=0.1)
        worst = self.summary()["latency_us"]["worst"]
        self.assertEqual(sorted(int(row["total_ns"]) for row in rows)[-len(worst):],
                         sorted(round(1000 * frame["total"]) for frame in worst))
        events = json.loads(trace.read_text() + "{}]")
        for stage in ("fill", "detect", "fuse"):
            self.assertEqual(sum(e.get("name") == stage and e["ph"] == "X" for e in events), len(rows), stage)
        for stage in ("emit", "queue", "pair"):
            for phase in "be":
                self.assertEqual(sum(e.get("name") == stage and e["ph"] == phase for e in events), len(rows), stage)

    def test_a_fusion_that_is_killed_leaves_a_whole_log_of_frames(self):
        frames = self.folder / "frames.csv"
        run = self.start("live", "--latency-csv", frames)
        self.wait_for_ping(32)
        os.kill(self.role_pids()["fusion"], signal.SIGKILL)
        self.wait_for_ping(96)
        run.terminate()
        self.assertEqual(run.wait(60), 0, self.log())
        rows = self.frames_in(frames)
        self.assert_stages_add_up([row for row in rows if None not in row.values()])
        self.assertEqual(frames.read_text().count("sequence,"), 1)
        self.assert_no_frame_lost()

    def test_top_shows_the_session_and_changes_nothing(self):
        run = self.start("live")
        self.wait_for_ping(32)

        def seen_well():
            once = self.towfish("top", self.name, "--once", "--json")
            self.assertEqual(once.returncode, 0, once.stderr)
            seen = json.loads(once.stdout)
            ages = [role["heartbeat_age_s"] for role in seen["roles"].values() if role["alive"]]
            return seen if max(ages) < 2 else None
        seen = self.wait_for(seen_well, what="fresh signs of life")
        self.assertEqual(seen["session"], self.name)
        self.assertGreater(seen["frames"]["emitted"], 0)
        for role in ("source", "port-detector", "starboard-detector", "fusion"):
            self.assertEqual(seen["roles"][role]["state"], "running")
            self.assertTrue(seen["roles"][role]["alive"])
        text = self.towfish("top", self.name, "--once").stdout
        for word in ("port frames", "starboard reports", "total", "fusion", "heartbeat"):
            self.assertIn(word, text)
        run.terminate()
        self.assertEqual(run.wait(60), 0, self.log())
        self.assert_no_frame_lost()

    def test_the_figures_of_top_fit_each_other_and_the_run(self):
        run = self.start("live")
        self.wait_for_ping(64)
        seen = json.loads(self.towfish("top", self.name, "--once", "--json").stdout)
        frames, pings, latency = seen["frames"], seen["pings"], seen["latency_us"]
        self.assertEqual(frames["emitted"], frames["fused"] + frames["refused"] + frames["quarantined"] + frames["in_flight"])
        self.assertGreaterEqual(frames["fused"], 1)
        self.assertGreaterEqual(pings["next"], 64)
        self.assertIn(pings["next"] - 16 * frames["emitted"], range(0, 33))
        self.assertAlmostEqual(seen["rates"]["pings_per_s"], pings["next"] / seen["uptime_s"], delta=0.1)
        self.assertAlmostEqual(seen["rates"]["frames_per_s"], frames["fused"] / seen["uptime_s"], delta=0.01)
        self.assertLess(seen["rates"]["pings_per_s"], 1.01 * 15e6 / latency["fill"]["p50"])  # no faster than the sonar pings
        for stage in ("fill", *WORK, "total"):
            self.assertIn(latency[stage]["count"] - 2 * frames["fused"], range(-2, 3), stage)
            figures = [latency[stage][key] for key in ("p50", "p90", "p99", "p999", "max")]
            self.assertEqual(figures, sorted(figures), stage)
            self.assertGreaterEqual(figures[0], 0, stage)
        self.assertGreaterEqual(latency["total"]["p50"], max(latency[stage]["p50"] for stage in WORK))
        pids = {name: role["pid"] for name, role in seen["roles"].items() if role["pid"]}
        self.assertEqual(pids, self.role_pids())
        self.assertTrue(all(0 <= role["busy"] <= 1 for role in seen["roles"].values()), seen["roles"])

        text = self.towfish("top", self.name, "--once").stdout
        ping, emitted, fused = map(int, re.search(r"^ping (\d+) .*\nframes (\d+) = fused (\d+) ", text, re.M).groups())
        self.assertGreaterEqual((ping, emitted, fused), (pings["next"], frames["emitted"], frames["fused"]))
        for name, pid in pids.items():
            self.assertRegex(text, rf"(?m)^{name} +{pid}  running +0 ")
        table = {line.split()[0]: line.split()[1:6] for line in text.splitlines() if line.split()[:1] in [["fill"], ["total"]]}
        for figures in table.values():
            self.assertEqual([float(f) for f in figures], sorted(float(f) for f in figures))
        self.assertEqual(float(table["fill"][0]), latency["fill"]["p50"])
        run.terminate()
        self.assertEqual(run.wait(60), 0, self.log())

    def test_prometheus_can_scrape_a_session_until_it_ends(self):
        run = self.start("live")
        self.wait_for_ping(16)
        server = subprocess.Popen([PROGRAM, "top", self.name, "--prometheus", "0"], stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.kill)
        url = server.stderr.readline().strip()
        self.assertTrue(url.startswith("http://127.0.0.1:"), url)
        text = urllib.request.urlopen(url, timeout=10).read().decode()
        self.assertIn('towfish_frame_pairs_total{result="emitted"}', text)
        self.assertIn('towfish_role_up{role="fusion"} 1', text)
        for line in text.splitlines():
            self.assertTrue(line.startswith("# ") or len(line.rsplit(" ", 1)) == 2 and float(line.rsplit(" ", 1)[1]) >= 0, line)
        run.terminate()
        self.assertEqual(run.wait(60), 0, self.log())
        self.assertEqual(server.wait(60), 0)

    def test_top_without_a_session_says_what_to_do(self):
        run = self.towfish("top", "no-such-session", "--once")
        self.assertEqual(run.returncode, 2)
        self.assertIn("no-such-session", run.stderr)

    def run_realtime(self, *before):
        """A short live run that asks for everything, as `before` starts it."""
        config = self.folder / "realtime.yaml"
        config.write_text("realtime:\n  priority: 20\n  lock_memory: true\n  fusion_cpu: 0\n  source_cpu: 1023\n")
        run = subprocess.run([*before, PROGRAM, "live", "--duration", "3s", "--config", str(config), "--session", self.name,
                              "--out", str(self.out)], capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assert_no_frame_lost()
        return run, self.summary()["environment"]

    def test_realtime_settings_are_applied_where_allowed_and_reported(self):
        run, environment = self.run_realtime()
        self.assertIn("CPU 1023", run.stderr)  # No machine of ours has it: warned of, and gone on.
        self.assertEqual(environment["scheduling_by_role"]["fusion"]["cpu"], 0)
        self.assertIsNone(environment["scheduling_by_role"]["source"]["cpu"])
        allowed = json.loads(self.towfish("doctor", "--json").stdout)["findings"]
        fifo = next(f for f in allowed if f["about"] == "SCHED_FIFO")["good"]
        self.assertEqual(environment["scheduling_by_role"]["port-detector"]["priority"], 20 if fifo else 0)
        self.assertEqual(environment["scheduling_by_role"]["source"]["priority"], 22 if fifo else 0)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "needs root, to give privileges up")
    def test_without_the_privilege_it_warns_and_runs_all_the_same(self):
        run, environment = self.run_realtime("prlimit", "--rtprio=0", "--memlock=65536", "setpriv",
                                             "--bounding-set=-sys_nice,-ipc_lock", "--inh-caps=-sys_nice,-ipc_lock")
        self.assertIn("SCHED_FIFO priority 21 is refused", run.stderr)
        self.assertIn("memory cannot be locked", run.stderr)
        self.assertTrue(environment["scheduling"].startswith("SCHED_OTHER"), environment["scheduling"])

    def test_doctor_tells_what_the_machine_allows(self):
        run = self.towfish("doctor", "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        report = json.loads(run.stdout)
        self.assertGreater(report["machine"]["cores"], 0)
        for finding in report["findings"]:
            self.assertTrue(finding["good"] or finding["advice"], finding)
        self.assertGreater(report["wake_up_lateness_us"]["SCHED_OTHER"]["p50"], 0)


if __name__ == "__main__":
    unittest.main()
