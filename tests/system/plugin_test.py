"""Detectors that are loaded at run time: the example, built as a stranger would, and ones that misbehave."""
import os
import pathlib
import random
import struct
import subprocess
import unittest
import zlib

from towfish_case import SOURCE, TowfishCase

BUILD = pathlib.Path(os.environ["TOWFISH_BUILD"])
BAD = BUILD / "tests" / "detectors" / "plugin" / "bad_detector.so"


def write_waterfall(file, pings=320, columns=600):
    """A grey picture of noise, nadir in the middle, with a bright patch and its shadow on either side."""
    noise = random.Random(5)
    rows = []
    for ping in range(pings):
        row = bytearray(noise.randint(40, 80) for _ in range(columns))
        if 200 <= ping < 212:
            for start, level in ((440, 250), (450, 5), (150, 250), (135, 5)):
                row[start:start + 10] = bytes([level] * 10)
        rows.append(b"\0" + bytes(row))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", columns, pings, 8, 0, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b""))


class Plugin(TowfishCase):
    def setUp(self):
        super().setUp()
        self.waterfall = self.folder / "waterfall.png"
        write_waterfall(self.waterfall)

    def configure(self, library, settings="", hang_timeout_s=60):
        detector = self.folder / "own.yaml"
        detector.write_text(f"least_llr: -4\nlibrary:\n  path: {library}\n  settings: \"{settings}\"\n")
        config = self.folder / "pipeline.yaml"
        config.write_text(f"detector: {detector}\nsupervisor: {{hang_timeout_s: {hang_timeout_s}}}\n")
        return detector, config

    def shell(self, *command):
        run = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=240)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_the_example_is_built_against_what_is_installed_and_finds_contacts(self):
        prefix, build = self.folder / "installed", self.folder / "build"
        self.shell("cmake", "--install", BUILD, "--component", "detector", "--prefix", prefix)
        self.shell("cmake", "-S", SOURCE / "examples" / "detector", "-B", build, "-G", "Ninja",
                   f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release")
        self.shell("cmake", "--build", build)
        _, config = self.configure("build/bright_spots.so", "threshold=6")  # relative to the detectors file
        run = self.run_pipeline("replay", self.waterfall, "--speed", "max", "--config", config)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assert_no_frame_lost()
        self.assertEqual(sorted(contact["side"] for contact in self.contacts()), ["port", "starboard"])

    def misbehave(self, settings, sign, hang_timeout_s=60):
        """One frame kills the detectors of both sides twice each; all the others are fused."""
        _, config = self.configure(BAD, settings, hang_timeout_s)
        run = self.run_pipeline("replay", self.waterfall, "--speed", "max", "--config", config)
        self.assertEqual(run.returncode, 4, run.stderr)
        self.assertIn(sign, run.stderr)
        frames = self.assert_no_frame_lost()
        self.assertEqual(frames["quarantined"], 1, run.stderr)
        self.assertEqual(frames["refused"], 0, run.stderr)
        self.assertEqual(self.summary()["restarts"]["port-detector"], 2)
        self.assertEqual(self.summary()["restarts"]["starboard-detector"], 2)
        self.assertEqual(sorted(file.name for file in (self.out / "quarantine").iterdir()),
                         ["port-3.frame", "starboard-3.frame"])
        self.assertGreater(max(int(contact["ping"]) for contact in self.contacts()), 100)
        self.assert_nothing_left()

    def test_one_that_throws_costs_a_frame_and_not_the_run(self):
        self.misbehave("throw 55", "as I was told")

    def test_one_that_crashes_costs_a_frame_and_not_the_run(self):
        self.misbehave("crash 55", "killed by signal 11")

    def test_one_that_never_returns_costs_a_frame_and_not_the_run(self):
        self.misbehave("hang 55", "no sign of life", hang_timeout_s=5)

    def test_one_that_cannot_be_loaded_is_wrong_configuration(self):
        for library, settings, found in (("gone.so", "", "no such file"), (BAD.parent / "no_factory.so", "", "no function"),
                                         (BAD.parent / "other_version.so", "", "version 99"), (BAD, "refuse", "not today")):
            with self.subTest(found):
                detector, config = self.configure(library, settings)
                run = self.run_pipeline("replay", self.waterfall, "--config", config)
                self.assertEqual(run.returncode, 2, run.stderr)
                self.assertIn(f"{detector}:3: key 'library.path'", run.stderr)
                self.assertIn(found, run.stderr)


if __name__ == "__main__":
    unittest.main()
