"""A system test whose runs are disturbed: an undisturbed replay to compare with, and rows for docs/faults.md."""
import os
import pathlib
import subprocess
import tempfile
import time

import fault_table
from towfish_case import PATIENT, PROGRAM, SCOTSMAN, TowfishCase

FAULTY = os.environ["TOWFISH_FAULTY"]
# A role that hangs while it starts is found soon enough for a test.
IMPATIENT = "supervisor: {start_timeout_s: 8}\n"


class FaultCase(TowfishCase):
    survey = None

    @classmethod
    def setUpClass(cls):
        """One log and what an undisturbed replay makes of it, for all tests."""
        cls.shared = tempfile.TemporaryDirectory(prefix="towfish-faults-")
        folder = pathlib.Path(cls.shared.name)
        cls.survey = SCOTSMAN
        if not SCOTSMAN.exists():
            cls.survey = folder / "survey.xtf"
            cls.command("live", "--duration", "30s", "--record", cls.survey, "--out", folder / "recorded")
        cls.command("replay", cls.survey, "--speed", "max", "--out", folder / "undisturbed")
        cls.expected = (folder / "undisturbed" / "contacts.csv").read_bytes()
        cls.rows = []

    @classmethod
    def tearDownClass(cls):
        cls.shared.cleanup()
        if fault_table.WRITES:
            fault_table.write(cls.rows)

    @staticmethod
    def command(*arguments):
        subprocess.run([PROGRAM, *map(str, arguments)], check=True, capture_output=True, timeout=240)

    def config(self, text=PATIENT):
        file = self.folder / "config.yaml"
        file.write_text(text)
        return file

    def start_faulty(self, fault, *arguments):
        """The program with that fault in it; MARK tells when it happened."""
        self.mark = self.folder / "mark"
        for file in (self.mark, pathlib.Path(f"{self.mark}.over")):
            file.unlink(missing_ok=True)
        os.environ.update(TOWFISH_FAULT=fault, TOWFISH_FAULT_MARK=str(self.mark))
        try:
            return self.start(*arguments, program=FAULTY)
        finally:
            del os.environ["TOWFISH_FAULT"], os.environ["TOWFISH_FAULT_MARK"]

    def replay(self, fault, speed="12"):
        hangs = any(kind in fault for kind in (" stop ", " loop "))
        return self.start_faulty(fault, "replay", self.survey, "--speed", speed, "--config",
                                 self.config(IMPATIENT if hangs else PATIENT))

    def assert_same_contacts(self):
        self.assertEqual((self.out / "contacts.csv").read_bytes(), self.expected)

    def assert_seen(self, text):
        self.assertIn(text, self.log())

    def seconds_until_normal(self):
        """From the fault to the successor's first work."""
        over = pathlib.Path(f"{self.mark}.over")
        self.assertTrue(over.exists(), "no successor has worked")
        return (int(over.read_text()) - int(self.mark.read_text())) * 1e-9

    def tell(self, title, seen, lost, status, normal):
        """One row of the table: kept to be written, or compared with what stands there."""
        if isinstance(normal, float):
            normal = f"{normal:.1f} s" if normal >= 0.1 else "< 0.1 s"
        row = fault_table.line(title, seen, lost, status, normal)
        if fault_table.WRITES:
            self.rows.append(row)
        else:
            self.assertIn(fault_table.without_time(row), map(fault_table.without_time, fault_table.rows_in_page()),
                          f"docs/faults.md does not say this: run with TOWFISH_WRITE_DOCS=1\n{row}")
