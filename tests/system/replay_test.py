"""Replay of a real recording, from outside."""
import csv
import unittest

from towfish_case import DATA, SCOTSMAN, TowfishCase, needs_data


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


if __name__ == "__main__":
    unittest.main()
