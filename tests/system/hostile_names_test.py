"""A log whose name is an attack: on spreadsheets, on browsers, on terminals, on whoever reads our files."""
import json
import os
import re
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

from fault_case import FaultCase
from towfish_case import PROGRAM

NAMES = {
    "formula": b"=cmd|'-C calc'!A0,\"x\".xtf",
    "markup": b"<img src=x onerror=alert(1)>&amp;.xtf",
    "terminal": b"\x1b[31mred\x1b]0;title\x07\n\r\xc2\x9b.xtf",
    "not UTF-8": b"\xff\xfe\xc3.xtf",
}
# Anything that a terminal obeys; line ends are ours.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class HostileNames(FaultCase):
    rows = []

    def run_bytes(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=120)

    def assert_harmless(self, output, what):
        text = output.decode()  # Not UTF-8: an error.
        self.assertIsNone(CONTROL.search(text), f"{what}: {text!r}")
        return text

    def test_every_output_is_harmless_whatever_a_log_is_called(self):
        for what, name in NAMES.items():
            with self.subTest(what):
                self.out = self.folder / what
                log = os.path.join(os.fsencode(self.folder), name)
                os.link(os.fsencode(self.survey), log) if os.stat(self.survey).st_dev == os.stat(self.folder).st_dev \
                    else os.symlink(os.fsencode(self.survey), log)
                run = self.run_bytes("replay", log, "--speed", "max", "--session", self.name, "--out", self.out)
                self.assert_harmless(run.stdout + run.stderr, what)
                if what == "not UTF-8":
                    self.assertEqual(run.returncode, 3)
                    self.assertIn(b"rename it", run.stderr)
                else:
                    self.assertEqual(run.returncode, 0, run.stderr)
                    self.assert_no_frame_lost()
                    self.look_at_results(what)
                for arguments in (("info", log), ("info", "--json", log)):
                    self.assert_harmless(self.run_bytes(*arguments).stdout, arguments)
                missing = self.run_bytes("replay", log + b"x", "--out", self.out)
                self.assertEqual(missing.returncode, 3)
                self.assert_harmless(missing.stderr, "error message")

    def look_at_results(self, what):
        table = self.assert_harmless((self.out / "contacts.csv").read_bytes(), what)
        self.assertIsNone(re.search(r'(^|[,"\n])[=+@]', table), table[:500])
        json.loads(self.assert_harmless((self.out / "contacts.geojson").read_bytes(), what))
        self.summary()
        for kind in ("kml", "html"):
            made = self.run_bytes("export", self.out / "contacts.gpkg", "--format", kind)
            self.assertEqual(made.returncode, 0, made.stderr)
            page = self.assert_harmless(made.stdout, kind)
            self.assertNotIn("<img src=x", page)
            if kind == "kml":
                ElementTree.fromstring(page)


if __name__ == "__main__":
    unittest.main()
