"""Roles and the supervisor are killed while they work: nothing may be lost, nothing left behind."""
import os
import signal
import sqlite3
import time
import unittest

from towfish_case import ROLES, SCOTSMAN, TowfishCase, needs_data


class Death(TowfishCase):
    def undisturbed(self):
        self.out = self.folder / "undisturbed"
        run = self.run_pipeline("replay", SCOTSMAN, "--speed", "max")
        self.assertEqual(run.returncode, 0, run.stderr)
        contacts = (self.out / "contacts.csv").read_bytes()
        self.out = self.folder / "disturbed"
        return contacts

    def kill(self, role):
        """SIGKILL; returns after how many seconds a successor was started."""
        pid = self.wait_for(lambda: self.role_pids().get(role), what=role)
        os.kill(pid, signal.SIGKILL)
        killed_at = time.monotonic()
        self.wait_for(lambda: f"{role} (pid {pid}) killed by signal 9" in self.log(), what=f"successor of {role}")
        return time.monotonic() - killed_at

    @needs_data
    def test_every_role_killed_in_the_middle_of_a_replay_costs_no_frame_and_no_contact(self):
        expected = self.undisturbed()
        noticed_s = []
        for role in ROLES:
            with self.subTest(role=role):
                self.out = self.folder / role
                run = self.start("replay", SCOTSMAN, "--speed", "6")
                self.wait_for_ping(40)
                noticed_s.append(self.kill(role))
                self.assertEqual(run.wait(60), 0, self.log())
                self.assertEqual((self.out / "contacts.csv").read_bytes(), expected)
                frames = self.assert_no_frame_lost()
                self.assertEqual(frames["emitted"], frames["fused"])
                self.assertEqual(self.summary()["restarts"][role], 1)
                self.assert_nothing_left()
        self.assertLess(min(noticed_s), 1.0)  # A busy machine delays some of them.

    @needs_data
    def test_all_roles_killed_again_and_again_cost_nothing_either(self):
        expected = self.undisturbed()
        run = self.start("replay", SCOTSMAN, "--speed", "3")
        self.wait_for_ping(20)
        for turn in range(8):
            self.kill(ROLES[turn % 4])
            time.sleep(0.3)
        self.assertEqual(run.wait(60), 0, self.log())
        self.assertEqual((self.out / "contacts.csv").read_bytes(), expected)
        self.assert_no_frame_lost()

    def test_a_stopped_role_is_found_killed_and_replaced(self):
        config = self.folder / "default.yaml"
        config.write_text("")
        run = self.start("live", "--config", config)
        self.wait_for_ping(16)
        os.kill(self.role_pids()["port-detector"], signal.SIGSTOP)
        self.wait_for(lambda: "no sign of life" in self.log(), what="notice")
        run.terminate()
        self.assertEqual(run.wait(60), 0, self.log())
        frames = self.assert_no_frame_lost()
        self.assertEqual(frames["emitted"], frames["fused"])
        self.assertGreaterEqual(self.summary()["restarts"]["port-detector"], 1)

    def test_without_a_supervisor_the_roles_end_and_the_next_start_removes_the_segment(self):
        run = self.start("live")
        self.wait_for_ping(16)
        run.kill()
        run.wait()
        self.wait_for(lambda: not self.role_pids(), 60, "end of the orphans")
        self.assertTrue(self.segment().exists())
        other = self.towfish("live", "--duration", "1s", "--session", self.name + "2", "--out", self.folder / "other")
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertFalse(self.segment().exists())
        self.assertIn(self.name, other.stderr)

    def test_a_living_session_is_never_removed_and_its_name_is_taken(self):
        run = self.start("live")
        self.wait_for_roles()
        other = self.towfish("live", "--duration", "1s", "--session", self.name + "2", "--out", self.folder / "other")
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertTrue(self.segment().exists())
        same = self.towfish("live", "--duration", "1s", "--session", self.name, "--out", self.folder / "same")
        self.assertEqual(same.returncode, 2)
        self.assertIn("running already", same.stderr)
        run.terminate()
        self.assertEqual(run.wait(60), 0, self.log())

    def test_fusion_that_dies_while_its_store_is_locked_waits_for_it(self):
        config = self.folder / "few-restarts.yaml"
        config.write_text("supervisor: {most_restarts: 2, hang_timeout_s: 60}\n")
        run = self.start("live", "--config", config)
        pids = self.wait_for_roles()
        self.wait_for_ping(32)
        other = sqlite3.connect(self.out / "contacts.gpkg", isolation_level=None, timeout=30)
        other.execute("BEGIN IMMEDIATE")
        os.kill(pids["fusion"], signal.SIGKILL)
        self.wait_for(lambda: "waiting for that" in self.log(), what="complaint")
        time.sleep(3)
        other.execute("ROLLBACK")
        other.close()
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(60), 0, self.log())
        self.assert_no_frame_lost()
        self.assertEqual(self.summary()["restarts"]["fusion"], 1)

    def test_a_role_that_cannot_be_kept_alive_ends_the_run_with_status_five(self):
        config = self.folder / "no-restarts.yaml"
        config.write_text("supervisor: {most_restarts: 0}\n")
        run = self.start("live", "--config", config)
        os.kill(self.wait_for_roles()["fusion"], signal.SIGKILL)
        self.assertEqual(run.wait(60), 5, self.log())
        self.assertIn("cannot be kept alive", self.log())
        self.assertEqual(self.summary()["exit_status"], 5)
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
