"""Every kind of fault in every role, and from outside: nothing is lost that is not counted, and docs/faults.md says so.

All rows with TOWFISH_ALL_FAULTS=1 (ctest --preset chaos), else a few of each kind.
"""
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

import fault_rows
from fault_case import FAULTY, FaultCase

EVERYTHING = os.environ.get("TOWFISH_ALL_FAULTS") == "1"
ROWS = fault_rows.ALL if EVERYTHING else fault_rows.FEW
only_with_everything = unittest.skipUnless(EVERYTHING, "not among the few of every run: TOWFISH_ALL_FAULTS=1")


class Roles(FaultCase):
    def test_a_fault_in_any_role_at_any_time_costs_no_frame_and_no_contact(self):
        for number, row in enumerate(ROWS):
            with self.subTest(row.title):
                self.out = self.folder / str(number)
                run = self.replay(row.fault)
                if row.moment == "drain" and row.role == "source":
                    self.wait_for_ping(100)
                    run.terminate()
                self.assertEqual(run.wait(120), 0, self.log())
                self.assert_seen(row.seen)
                frames = self.assert_no_frame_lost()
                self.assertEqual(frames["emitted"], frames["fused"])
                self.assertGreaterEqual(self.summary()["restarts"][row.role], 1)
                if row.moment != "drain" or row.role != "source":
                    self.assert_same_contacts()
                self.assert_nothing_left()
                self.tell(row.title, f"`{row.seen}`, `starting it again`", 0, 0, self.seconds_until_normal())

    def test_a_frame_that_kills_its_detectors_is_quarantined_and_can_be_seen_to_kill(self):
        run = self.replay("port-detector crash frame=14 always")
        self.assertEqual(run.wait(120), 4, self.log())
        self.assert_seen("killed by signal 11 (Segmentation fault) over frame 14")
        frames = self.assert_no_frame_lost()
        self.assertEqual((frames["quarantined"], frames["fused"]), (1, frames["emitted"] - 1))
        self.assertEqual(self.summary()["restarts"]["port-detector"], 2)
        kept = self.out / "quarantine" / "port-14.frame"
        again = self.towfish("detector", "--frame", kept)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn('"sequence": 14', again.stdout)
        environment = dict(os.environ, TOWFISH_FAULT="port-detector crash frame=14 always")
        dies = subprocess.run([FAULTY, "detector", "--frame", kept], env=environment, capture_output=True, timeout=60)
        self.assertEqual(dies.returncode, -signal.SIGSEGV, dies.stderr)
        self.tell("a detector crashes on one particular frame, always", "`is passed over`, the frame in `quarantine/`",
                  "1, counted as quarantined", 4, "two restarts")

    def test_a_frame_is_not_to_blame_for_four_kills_from_outside(self):
        run = self.replay("port-detector kill frame=14 always")
        self.assertEqual(run.wait(120), 4, self.log())
        self.assert_no_frame_lost()
        self.assertEqual(self.log().count("killed by signal 9 (Killed) over frame 14"), 6, self.log())
        self.tell("a detector is killed (-9) over one particular frame, always",
                  "`is passed over` after six times: the kernel kills too when memory is short, and the frame may be why",
                  "1, counted as quarantined", 4, "six restarts")

    def test_a_pair_that_kills_fusion_is_quarantined(self):
        run = self.replay("fusion crash frame=9 always")
        self.assertEqual(run.wait(120), 4, self.log())
        self.assert_seen("pair 9 is passed over")
        frames = self.assert_no_frame_lost()
        self.assertEqual((frames["quarantined"], frames["fused"]), (1, frames["emitted"] - 1))
        self.assertEqual({file.name for file in (self.out / "quarantine").iterdir()},
                         {"port-9.report", "starboard-9.report"})
        self.tell("fusion crashes on one particular pair, always", "`is passed over`, its reports in `quarantine/`",
                  "1, counted as quarantined", 4, "two restarts")

    @only_with_everything
    def test_a_source_that_always_crashes_at_one_ping_ends_the_run_with_what_came_before(self):
        run = self.replay("source crash done=200 always")
        self.assertEqual(run.wait(120), 5, self.log())
        self.assert_seen("source cannot be kept alive")
        frames = self.assert_no_frame_lost()
        self.assertEqual(frames["emitted"], frames["fused"])
        self.assert_nothing_left()
        self.tell("the source crashes at one particular ping, always", "`cannot be kept alive`, results up to there",
                  "0 of those emitted", 5, "never")

    def test_a_detector_has_no_system_calls_but_files_clock_futex_and_memory(self):
        run = self.replay("starboard-detector forbidden done=5")
        self.wait_for_ping(100)
        status = pathlib.Path(f"/proc/{self.role_pids()['port-detector']}/status").read_text()
        self.assertEqual(run.wait(120), 0, self.log())
        if "not confined" in self.log() or fault_rows.SANITIZED:
            self.skipTest("no seccomp here")
        self.assertIn("Seccomp:\t2", status)
        self.assertNotIn("exited with status", self.log())
        self.assertEqual(self.summary()["restarts"]["starboard-detector"], 0)
        self.assertTrue(self.mark.exists())
        self.assert_same_contacts()


class Surroundings(FaultCase):
    def start_replay(self, log=None, speed="6"):
        return self.start("replay", log or self.survey, "--speed", speed, "--config", self.config())

    def assert_all_well(self, run):
        self.assertEqual(run.wait(120), 0, self.log())
        frames = self.assert_no_frame_lost()
        self.assertEqual(frames["emitted"], frames["fused"])
        self.assert_same_contacts()
        self.assert_nothing_left()

    @only_with_everything
    def test_without_a_supervisor_the_roles_finish_what_was_emitted(self):
        run = self.start_replay()
        self.wait_for_ping(100)
        run.kill()
        run.wait()
        self.wait_for(lambda: not self.role_pids(), 60, "end of the orphans")
        with sqlite3.connect(self.out / "contacts.gpkg") as store:
            frames, = store.execute("SELECT count(*) FROM frames").fetchone()
        # Two reports a pair, the ends counted with them: both sides of every pair are there.
        self.assertEqual(frames % 2, 0)
        self.assertGreater(frames, 8)
        other = self.towfish("live", "--duration", "1s", "--session", self.name + "2", "--out", self.folder / "other")
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertFalse(self.segment().exists())
        self.tell("supervisor killed (-9)", "`the supervisor is gone: finishing what is in flight`; "
                  "the store is whole, no summary; the next start removes the segment", "0 of those emitted", "-", "next start")

    def test_a_full_disk_is_waited_for(self):
        self.out.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", self.out], capture_output=True).returncode != 0:
            self.skipTest("a small disk cannot be mounted here (no privilege)")
        self.addCleanup(subprocess.run, ["umount", "-l", self.out])
        run = self.start_replay()
        self.wait_for_ping(60)
        filler = self.out / "filler"
        with open(filler, "wb", buffering=0) as out, self.assertRaises(OSError):
            while True:
                out.write(bytes(4096))
        self.wait_for(lambda: "waiting for that" in self.log(), 60, "complaint")
        filler.unlink()
        freed = time.monotonic()
        paused = self.summary_line()
        self.wait_for(lambda: self.summary_line() > paused, 60, "further frames")
        normal = time.monotonic() - freed
        self.assert_all_well(run)
        self.assertGreaterEqual(self.summary()["faults"]["store_unavailable"], 1)
        self.tell("disk full while writing contacts, room later", "`make room on that disk: waiting for that`", 0, 0,
                  max(normal, 1.0))

    def summary_line(self):
        """Frames fused, as the last status line says."""
        lines = [line for line in self.log().splitlines() if "  frames " in line]
        return int(lines[-1].split("  frames ")[1].split()[0]) if lines else 0

    def test_a_store_that_another_program_has_locked_is_waited_for(self):
        run = self.start_replay()
        self.wait_for_ping(60)
        other = sqlite3.connect(self.out / "contacts.gpkg", isolation_level=None, timeout=30)
        other.execute("BEGIN IMMEDIATE")
        self.wait_for(lambda: "waiting for that" in self.log(), 60, "complaint")
        other.execute("ROLLBACK")
        other.close()
        self.assert_all_well(run)
        self.tell("store locked by another program for a while", "`close the other program ...: waiting for that`", 0, 0,
                  "0.3 s after it lets go")

    @only_with_everything
    def test_a_segment_that_was_removed_harms_only_when_a_role_has_to_be_replaced(self):
        run = self.start_replay()
        self.wait_for_ping(60)
        self.segment().unlink()
        self.assert_all_well(run)
        self.tell("segment removed from /dev/shm", "nothing", 0, 0, "at once")
        self.out = self.folder / "second"
        run = self.start_replay()
        self.wait_for_ping(60)
        pid = self.role_pids()["port-detector"]
        self.segment().unlink()
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(run.wait(60), 5, self.log())
        self.assert_seen("was removed from /dev/shm")
        self.assertEqual(self.summary()["exit_status"], 5)
        self.assert_nothing_left()
        self.tell("segment removed, then a role dies", "`cannot be started again: the segment ... was removed`",
                  "those in flight, counted", 5, "next start")

    def test_a_truncated_segment_ends_the_run_and_says_why(self):
        run = self.start_replay()
        self.wait_for_ping(60)
        os.truncate(self.segment(), 0)
        self.assertEqual(run.wait(60), 5, self.log())
        self.assert_seen("was truncated by another program")
        self.assert_nothing_left()
        exported = self.towfish("export", self.out / "contacts.gpkg", "--format", "csv")
        self.assertEqual(exported.returncode, 0, exported.stderr)
        self.tell("segment truncated by another program", "`was truncated by another program`, contacts in the store",
                  "those in flight", 5, "next start")

    @only_with_everything
    def test_two_sessions_of_one_name_the_second_is_refused(self):
        run = self.start_replay()
        self.wait_for_roles()
        same = self.towfish("live", "--duration", "1s", "--session", self.name, "--out", self.folder / "same")
        self.assertEqual(same.returncode, 2)
        self.assertIn("running already", same.stderr)
        there = self.towfish("live", "--duration", "1s", "--session", self.name[:30] + "-2", "--out", self.out)
        self.assertEqual(there.returncode, 2)
        self.assertIn("another run or batch writes its results there", there.stderr)
        self.assert_all_well(run)
        self.tell("a second run into the same folder", "`another run or batch writes its results there`", 0, "2 (the second)",
                  "at once")
        self.tell("a second session of the same name", "`is running already; choose another name`", 0, "2 (the second)", "at once")

    def test_a_wall_clock_that_is_stepped_changes_nothing(self):
        library = next((f"/usr/lib/{where}/faketime/libfaketime.so.1" for where in ("x86_64-linux-gnu", "aarch64-linux-gnu")
                        if os.path.exists(f"/usr/lib/{where}/faketime/libfaketime.so.1")), None)
        if library is None:
            self.skipTest("libfaketime is not installed")
        clock = self.folder / "clock"
        clock.write_text("+0\n")
        fake = {"LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        os.environ.update(fake)
        try:
            run = self.start_replay()
        finally:
            for key in fake:
                del os.environ[key]
        self.wait_for_ping(60)
        clock.write_text("+3600\n")
        self.wait_for_ping(200)
        clock.write_text("-86400\n")
        self.assert_all_well(run)
        self.assertEqual(sum(self.summary()["restarts"].values()), 0)
        self.tell("wall clock stepped an hour ahead, then a day back", "nothing: only CLOCK_MONOTONIC is waited by", 0, 0, "at once")

    @only_with_everything
    def test_a_log_that_grows_is_read_to_where_it_ended_when_it_was_opened(self):
        data = self.survey.read_bytes()
        log = self.folder / "growing.xtf"
        log.write_bytes(data[:len(data) * 3 // 5])
        self.command("replay", log, "--speed", "max", "--out", self.folder / "before")
        run = self.start_replay(log)
        self.wait_for_ping(40)
        with log.open("ab") as out:
            out.write(data[len(data) * 3 // 5:])
        self.assertEqual(run.wait(120), 0, self.log())
        self.assertEqual((self.out / "contacts.csv").read_bytes(), (self.folder / "before" / "contacts.csv").read_bytes())
        self.assert_no_frame_lost()
        self.tell("log grows while it is read", "nothing: it ends where it ended when it was opened", 0, 0, "at once")

    @only_with_everything
    def test_a_log_that_vanishes_is_read_on(self):
        log = self.folder / "vanishing.xtf"
        shutil.copy(self.survey, log)
        run = self.start_replay(log)
        self.wait_for_ping(60)
        log.unlink()
        # The results name the log; they cannot look into it any more.
        self.assertEqual(run.wait(120), 0, self.log())
        frames = self.assert_no_frame_lost()
        self.assertEqual(frames["emitted"], frames["fused"])
        self.tell("log vanishes while it is read", "nothing: it stays open", 0, 0, "at once")

    def test_a_log_that_vanishes_and_a_source_that_dies_then_end_the_run_in_order(self):
        log = self.folder / "vanishing.xtf"
        shutil.copy(self.survey, log)
        run = self.start_replay(log)
        self.wait_for_ping(60)
        pid = self.role_pids()["source"]
        log.unlink()
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(run.wait(120), 3, self.log())
        self.assert_seen("vanishing.xtf")
        frames = self.assert_no_frame_lost()
        self.assertEqual(frames["emitted"], frames["fused"])
        self.tell("log vanishes, then the source dies", "`vanishing.xtf: No such file`; results up to there",
                  "0 of those emitted", 3, "never")

    @only_with_everything
    def test_a_log_that_is_cut_short_while_it_is_read_ends_there(self):
        log = self.folder / "cut.xtf"
        shutil.copy(self.survey, log)
        run = self.start_replay(log)
        self.wait_for_ping(60)
        os.truncate(log, log.stat().st_size * 4 // 5)
        self.assertEqual(run.wait(120), 0, self.log())
        frames = self.assert_no_frame_lost()
        self.assertEqual(frames["emitted"], frames["fused"])
        self.tell("log cut short while it is read", "the fault is counted in the summary", "0 of those emitted", 0, "at once")


if __name__ == "__main__":
    unittest.main()
