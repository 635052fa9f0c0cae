"""Replay of a real recording, from outside."""
import csv
import os
import unittest

from survey_logs import SCENARIO, Packets
from towfish_case import DATA, PATIENT, SCOTSMAN, TowfishCase, needs_data


def marked(kind):
    rows = csv.DictReader(line for line in (DATA / "scotsman-iver2.contacts.csv").open() if not line.startswith("#"))
    return [row for row in rows if row["kind"] == kind]


@needs_data
class Replay(TowfishCase):
    def replay(self, out, *arguments):
        self.out = self.folder / out
        run = self.run_pipeline("replay", SCOTSMAN, *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return (self.out / "contacts.csv").read_bytes()

    def test_the_recording_is_read_whole_and_its_clear_contacts_are_found(self):
        self.replay("max", "--speed", "max")
        self.assertEqual(self.summary()["pings"], {"port": 461, "starboard": 461})
        frames = self.assert_no_frame_lost()
        self.assertEqual(frames["emitted"], frames["fused"])
        contacts = self.contacts()
        clear = marked("clear")
        found = [row for row in clear
                 if any(c["side"] == row["side"] and abs(int(c["ping"]) - int(row["ping"])) <= 10
                        and abs(int(c["sample"]) - int(row["sample"])) <= 35 for c in contacts)]
        self.assertEqual(len(clear), 8)
        self.assertGreaterEqual(len(found), 6, [c for c in contacts if c["side"] == "port"])
        for contact in contacts:
            self.assertGreater(float(contact["slant_range_m"]), float(contact["altitude_m"]), contact)

    def test_contacts_do_not_depend_on_speed_or_mode(self):
        fastest = self.replay("max", "--speed", "max")
        self.assertGreater(len(fastest.splitlines()), 3)
        self.assertEqual(fastest, self.replay("paced", "--speed", "10"))
        self.assertEqual(fastest, self.replay("threads", "--speed", "max", "--mode", "threads"))
        self.assertEqual(fastest, self.replay("sequential", "--speed", "max", "--mode", "sequential"))

    def test_contacts_do_not_depend_on_the_frame_length(self):
        results = set()
        for pings in (1, 7, 64, 256):
            config = self.folder / f"{pings}.yaml"
            config.write_text(f"frame: {{pings: {pings}}}\n")
            results.add(self.replay(str(pings), "--speed", "max", "--config", config))
        self.assertEqual(len(results), 1)

    def test_two_logs_are_one_survey(self):
        self.out = self.folder / "two"
        run = self.run_pipeline("replay", SCOTSMAN, SCOTSMAN, "--speed", "max")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.summary()["pings"], {"port": 922, "starboard": 922})


class MadeLogs(TowfishCase):
    """Logs of a short simulated survey, damaged on purpose."""

    def packets(self, scenario=SCENARIO):
        (self.folder / "strip.yaml").write_text(scenario)
        strip = self.folder / "strip.xtf"
        run = self.towfish("convert", self.folder / "strip.yaml", strip)
        self.assertEqual(run.returncode, 0, run.stderr)
        packets = Packets(strip)
        strip.unlink()
        return packets

    def test_a_source_that_reads_long_is_not_killed(self):
        packets = self.packets()
        log = self.folder / "hole.xtf"
        with log.open("wb") as out:
            out.write(packets.header + b"".join(packets.pings[:300]))
            out.seek(1_500_000_000, os.SEEK_CUR)
            out.write(b"".join(packets.pings[300:600]))
        config = self.folder / "impatient.yaml"
        config.write_text("supervisor: {hang_timeout_s: 0.3}\n")
        run = self.run_pipeline("replay", log, "--speed", "max", "--config", config)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("has been reading", run.stderr)
        self.assertEqual(self.summary()["restarts"]["source"], 0)
        self.assertEqual(self.summary()["pings"], {"port": 600, "starboard": 600})

    def test_in_every_mode_a_log_that_goes_wrong_leaves_what_was_found(self):
        packets = self.packets()
        longer = self.packets(SCENARIO.replace("samples: 512", "samples: 30000").replace("{length_m: 60", "{length_m: 3"))
        log = self.folder / "longer.xtf"
        log.write_bytes(packets.header + b"".join(packets.pings[:480] + longer.pings))
        config = self.folder / "short.yaml"
        config.write_text(PATIENT + "frame: {samples: 512}\n")
        results = set()
        for mode in ("processes", "threads", "sequential"):
            self.out = self.folder / mode
            run = self.run_pipeline("replay", log, "--speed", "max", "--mode", mode, "--config", config)
            self.assertEqual(run.returncode, 3, run.stderr)
            self.assertIn("raise frame.samples", run.stderr)
            self.assertEqual(self.summary()["frames"]["fused"], 30)
            results.add((self.out / "contacts.csv").read_bytes())
            self.assert_nothing_left()
        self.assertEqual(len(results), 1)
        self.assertGreater(len(results.pop().splitlines()), 3)


if __name__ == "__main__":
    unittest.main()
