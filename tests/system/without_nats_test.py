"""The program as it is without libnats: all but what needs it works, and that says what is missing."""
import os
import subprocess
import unittest

from survey_logs import SCENARIO
from towfish_case import PROGRAM, TowfishCase

WITHOUT = os.environ["TOWFISH_WITHOUT_NATS"]
URL = "nats://127.0.0.1:4222"


class WithoutNats(TowfishCase):
    def run_program(self, program, *arguments):
        return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=240)

    def test_what_needs_it_says_what_is_missing_and_leaves_nothing(self):
        for command in (("worker", "--nats", URL),
                        ("batch", self.folder, "--nats", URL, "--out", self.out),
                        ("station", "--nats", URL, "--vehicle", "auv1", "--out", self.out),
                        ("live", "--duration", "1s", "--publish", URL, "--out", self.out)):
            with self.subTest(command[0]):
                run = self.run_program(WITHOUT, *command)
                self.assertEqual(run.returncode, 2, run.stderr)
                self.assertIn("built without NATS: install libnats-dev", run.stderr)
                self.assertFalse(self.out.exists())

    def test_a_batch_on_one_machine_gives_the_same(self):
        (self.folder / "strip.yaml").write_text(SCENARIO)
        log = self.folder / "strip.xtf"
        self.assertEqual(self.run_program(WITHOUT, "convert", self.folder / "strip.yaml", log).returncode, 0)
        contacts = []
        for program in (WITHOUT, PROGRAM):
            out = self.folder / f"out{len(contacts)}"
            run = self.run_program(program, "batch", log, "--out", out)
            self.assertEqual(run.returncode, 0, run.stderr)
            contacts.append((out / "contacts.csv").read_bytes())
        self.assertGreater(len(contacts[0].splitlines()), 8)
        self.assertEqual(*contacts)


if __name__ == "__main__":
    unittest.main()
