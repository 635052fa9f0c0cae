"""What the system tests share: running the built program as a user would, and looking at what it leaves."""
import csv
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from processes import ROLES, role_pids

PROGRAM = os.environ["TOWFISH_PROGRAM"]
SOURCE = pathlib.Path(os.environ["TOWFISH_SOURCE"])
DATA = SOURCE.parent / "shared" / "data"
SCOTSMAN = DATA / "scotsman-iver2.xtf"
# For runs that are about something else: of a machine that is busy with other things nothing is asked but that it gets
# there, so no role that merely had to wait for a processor is taken for one that hangs.
PATIENT = "supervisor: {hang_timeout_s: 60}\n"


class TowfishCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="towfish-system-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.name = f"test-{os.getpid()}-{self.id().rsplit('.', 1)[-1]}"[:36].replace(".", "-")
        self.out = self.folder / "out"

    def towfish(self, *arguments, timeout=240, **options):
        """Runs to the end."""
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, **options)

    def with_patience(self, arguments):
        if "--config" in arguments:
            return arguments
        config = self.folder / "patient.yaml"
        config.write_text(PATIENT)
        return (*arguments, "--config", config)

    def run_pipeline(self, *arguments, **options):
        """A run to the end; patient unless it has a configuration of its own."""
        return self.towfish(*self.with_patience(arguments), "--session", self.name, "--out", self.out, **options)

    def start(self, *arguments, program=PROGRAM):
        """The same in the background; killed at the latest when the test ends."""
        log = open(self.folder / "log", "w")
        process = subprocess.Popen([program, *map(str, self.with_patience(arguments)), "--session", self.name, "--out", str(self.out)],
                                   stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

        def end():
            if process.poll() is None:
                process.kill()
                process.wait()
            for pid in self.role_pids().values():
                os.kill(pid, signal.SIGKILL)
        self.addCleanup(end)
        self.addCleanup(log.close)
        return process

    def log(self):
        return (self.folder / "log").read_text()

    def role_pids(self):
        """The living processes of this test's session, by role."""
        return role_pids(self.name)

    def wait_for(self, condition, seconds=60, what="condition"):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.01)
        self.fail(f"{what} did not come within {seconds} s\n{self.log()}")

    def wait_for_roles(self):
        return self.wait_for(lambda: (pids := self.role_pids()) and len(pids) == 4 and pids, what="four roles")

    def wait_for_ping(self, ping):
        """Until the status line says that this many pings were emitted."""
        def come():
            pings = [int(line.split("ping")[1].split()[0]) for line in self.log().splitlines() if " s  ping " in line]
            return pings and pings[-1] >= ping
        self.wait_for(come, 60, f"ping {ping}")

    def segment(self):
        return pathlib.Path("/dev/shm") / f"towfish.{self.name}"

    def assert_nothing_left(self):
        self.wait_for(lambda: not self.role_pids(), 60, "end of all roles")
        self.assertFalse(self.segment().exists(), "the segment is still there")

    def summary(self):
        return json.loads((self.out / "summary.json").read_text())

    def contacts(self):
        with (self.out / "contacts.csv").open() as table:
            return list(csv.DictReader(table))

    def truth(self):
        with (self.out / "truth.csv").open() as table:
            return list(csv.DictReader(table))

    def assert_no_frame_lost(self):
        frames = self.summary()["frames"]
        self.assertEqual(frames["emitted"], frames["fused"] + frames["refused"] + frames["quarantined"])
        self.assertEqual(frames["lost"], 0)
        return frames


def needs_data(test):
    return unittest.skipUnless(SCOTSMAN.exists(), f"no recordings in {DATA}")(test)
