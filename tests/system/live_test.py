"""Live with the simulator, from outside."""
import math
import os
import re
import signal
import subprocess
import socket
import unittest

from towfish_case import PROGRAM, TowfishCase


def metres_between(a, b):
    north = (float(a["latitude_deg"]) - float(b["latitude_deg"])) * 111_320
    east = (float(a["longitude_deg"]) - float(b["longitude_deg"])) * 111_320 * math.cos(math.radians(float(a["latitude_deg"])))
    return math.hypot(north, east)


class Live(TowfishCase):
    def test_a_run_of_twenty_seconds_finds_what_it_passed_and_loses_nothing(self):
        run = self.run_pipeline("live", "--duration", "20s")
        self.assertEqual(run.returncode, 0, run.stderr)
        frames = self.assert_no_frame_lost()
        self.assertGreater(frames["emitted"], 15)
        self.assertEqual(frames["refused"], 0)
        self.assertEqual(frames["emitted"], frames["fused"])
        truth, contacts = self.truth(), self.contacts()
        objects = {row["truth_id"] for row in truth}
        self.assertGreaterEqual(len(objects), 8)
        found = {row["truth_id"] for row in truth
                 if any(c["side"] == row["side"] and metres_between(row, c) < 3 for c in contacts)}
        self.assertGreaterEqual(len(found), 0.9 * len(objects), f"missed {objects - found}")
        self.assertEqual(self.summary()["detection"]["truth"], len(objects))
        self.assertEqual(len(contacts), self.summary()["contacts"]["total"])
        self.assert_nothing_left()

    def test_a_page_gets_the_truth_of_a_long_scenario_and_the_dashboard_lives_on(self):
        config = self.folder / "impatient.yaml"
        config.write_text("supervisor: {hang_timeout_s: 1.5}\n")
        run = self.start("live", "--scenario", "stress", "--dashboard", "--config", config)
        port = int(self.wait_for(lambda: re.search(r"dashboard http://127.0.0.1:(\d+)/", self.log()), what="address")[1])
        pid = self.role_pids()["dashboard"]
        with socket.create_connection(("127.0.0.1", port), timeout=60) as page:
            page.sendall(f"GET /feed HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
            seen = b""
            while b'"type":"truth"' not in seen:
                came = page.recv(1 << 16)
                self.assertTrue(came, f"the connection broke\n{self.log()}")
                seen = seen[-64:] + came
        self.assertEqual(self.role_pids()["dashboard"], pid)
        run.terminate()
        self.assertIn(run.wait(60), (0, 4), self.log())

    def test_a_second_run_into_the_same_folder_is_refused_and_costs_nothing(self):
        process = self.start("live", "--duration", "9s")
        self.wait_for_ping(1)
        for session in (self.name, self.name[:30] + "-2"):
            other = self.towfish("live", "--duration", "5s", "--session", session, "--out", self.out)
            self.assertEqual(other.returncode, 2, other.stderr)
            self.assertIn("name another --out", other.stderr)
        self.assertEqual(process.wait(120), 0, self.log())
        self.assertGreater(len(self.contacts()), 0)
        self.assertEqual(self.summary()["contacts"]["total"], len(self.contacts()))

    def test_a_dashboard_that_is_refused_costs_no_other_role(self):
        config = self.folder / "impatient.yaml"
        config.write_text("supervisor: {hang_timeout_s: 60}\nshore: {patience_s: 0}\n")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            run = self.start("live", "--config", config, "--dashboard-port", taken.getsockname()[1],
                             "--publish", "nats://127.0.0.1:1")
            self.wait_for(lambda: "going on without dashboard" in self.log(), what="complaint")
            self.wait_for_ping(16)
            self.assertIn("publisher", self.role_pids())
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(60), 0, self.log())
        self.assert_no_frame_lost()

    def test_all_modes_report_the_same_contacts(self):
        results = []
        for mode in ("processes", "threads", "sequential"):
            self.out = self.folder / mode
            run = self.run_pipeline("live", "--duration", "8s", "--mode", mode)
            self.assertEqual(run.returncode, 0, run.stderr)
            results.append((self.out / "contacts.csv").read_bytes())
        self.assertGreater(len(results[0].splitlines()), 3)
        self.assertEqual(results[0], results[1])
        self.assertEqual(results[0], results[2])

    def test_what_was_recorded_is_replayed_to_the_same_contacts_also_when_the_source_died(self):
        record = self.folder / "record.xtf"
        run = self.start("live", "--duration", "16s", "--record", record)
        self.wait_for_ping(48)
        os.kill(self.role_pids()["source"], signal.SIGKILL)
        self.assertEqual(run.wait(60), 0, self.log())
        self.assertEqual(self.summary()["restarts"]["source"], 1)
        pings, live = self.summary()["pings"], self.contacts()
        self.out = self.folder / "replayed"
        again = self.run_pipeline("replay", record, "--speed", "max")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.summary()["pings"], pings)
        self.assertEqual(self.summary()["faults"], {})
        columns = ("latitude_deg", "longitude_deg", "class", "side", "ping", "sample")
        self.assertGreater(len(live), 5)
        self.assertEqual([[c[k] for k in columns] for c in live], [[c[k] for k in columns] for c in self.contacts()])

    def test_ctrl_c_drains_and_the_status_is_zero(self):
        run = self.start("live")
        self.wait_for_ping(16)
        os.killpg(run.pid, signal.SIGINT)
        self.assertEqual(run.wait(60), 0, self.log())
        frames = self.assert_no_frame_lost()
        self.assertEqual(frames["emitted"], frames["fused"])
        self.assertEqual(self.summary()["pings"]["port"], self.summary()["pings"]["starboard"])
        self.assert_nothing_left()

    def test_sigterm_drains_too(self):
        run = self.start("live")
        self.wait_for_roles()
        run.terminate()
        self.assertEqual(run.wait(60), 0, self.log())
        self.assert_nothing_left()

    def test_a_terminal_that_goes_away_ends_the_run_in_order(self):
        run = self.start("live")
        self.wait_for_roles()
        os.killpg(run.pid, signal.SIGHUP)
        self.assertEqual(run.wait(60), 0, self.log())
        self.assert_no_frame_lost()
        self.assert_nothing_left()

    def test_a_run_goes_on_when_nobody_reads_what_it_says(self):
        read, write = os.pipe()
        os.close(read)
        run = subprocess.Popen([PROGRAM, *map(str, self.with_patience(("live", "--duration", "3s"))), "--session", self.name,
                                "--out", str(self.out)], stdout=write, stderr=write)
        os.close(write)
        self.assertEqual(run.wait(60), 1, "what it prints at the end is lost")
        self.assert_no_frame_lost()
        self.assert_nothing_left()

    def test_a_second_ctrl_c_ends_at_once(self):
        run = self.start("live")
        pids = self.wait_for_roles()
        os.kill(pids["fusion"], signal.SIGSTOP)  # So that draining cannot finish by itself.
        run.send_signal(signal.SIGINT)
        self.wait_for(lambda: "draining" in self.log(), what="draining")
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(60), 130, self.log())
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
