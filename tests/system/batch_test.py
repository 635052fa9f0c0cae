"""Batches of logs, from outside: the same result on any number of workers, whoever is killed and when."""
import contextlib
import csv
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from survey_logs import SCENARIO, Packets
from towfish_case import PROGRAM, SOURCE, TowfishCase


class Batch(TowfishCase):
    @classmethod
    def setUpClass(cls):
        """One long log that is cut, several short ones, and what a batch with one worker makes of them."""
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="towfish-batch-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        (cls.shared / "strip.yaml").write_text(SCENARIO)
        subprocess.run([PROGRAM, "convert", str(cls.shared / "strip.yaml"), str(cls.shared / "strip.xtf")],
                       check=True, capture_output=True, timeout=240)
        cls.packets = Packets(cls.shared / "strip.xtf")
        cls.logs = cls.shared / "logs"
        cls.packets.write(cls.logs / "long.xtf", times=10)
        for i in range(6):
            cls.packets.write(cls.logs / "short" / f"{i}.xtf", first=30 * i, hours=i)
        cls.expected_out = cls.shared / "expected"
        begin = time.monotonic()
        run = subprocess.run([PROGRAM, "batch", str(cls.logs), "--out", str(cls.expected_out), "--jobs", "1"],
                             capture_output=True, text=True, timeout=240)
        cls.undisturbed_s = time.monotonic() - begin
        assert run.returncode == 0, run.stderr
        cls.expected = (cls.expected_out / "contacts.csv").read_bytes()

    def batch(self, *arguments, logs=None, **options):
        return self.towfish("batch", logs or self.logs, "--out", self.out, *arguments, **options)

    def start_batch(self, *arguments, logs=None):
        process = subprocess.Popen([PROGRAM, "batch", str(logs or self.logs), "--out", str(self.out), *arguments],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
        self.addCleanup(end)
        return process

    def log(self):
        return "(a batch leaves no log)"

    @staticmethod
    def workers_of(parent):
        """Living worker processes and the logs that they have open."""
        workers = {}
        for entry in pathlib.Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
                stat = (entry / "stat").read_text().rsplit(")", 1)[1].split() if words else []
                if words[:2] != [b"towfish", b"worker"] or int(stat[1]) != parent or stat[0] == "Z":
                    continue
                links = [os.readlink(link) for link in (entry / "fd").iterdir()]
                workers[int(entry.name)] = [link for link in links if link.endswith(".xtf")]
            except OSError:
                continue
        return workers

    def assert_as_expected(self):
        self.assertEqual((self.out / "contacts.csv").read_bytes(), self.expected)
        self.assertEqual(self.summary()["logs"]["done"], 7)

    def test_the_result_is_the_same_for_any_number_of_workers(self):
        self.assertGreater(len(self.expected.splitlines()), 50)
        for jobs in (2, 4):
            self.out = self.folder / str(jobs)
            run = self.batch("--jobs", jobs)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assert_as_expected()
        self.assertGreater(len(list((self.out / "reports").rglob("*.reports"))), 10)

    def test_one_long_log_gives_what_its_replay_gives_whatever_the_frame_length(self):
        config = self.folder / "frames.yaml"
        config.write_text("frame: {pings: 100}\n")
        run = self.batch("--jobs", "2", "--config", config, logs=self.logs / "long.xtf")
        self.assertEqual(run.returncode, 0, run.stderr)
        of_batch = self.contacts()
        self.out = self.folder / "replay"
        self.run_pipeline("replay", self.logs / "long.xtf", "--speed", "max")
        of_replay = self.contacts()
        for contact in of_batch + of_replay:
            del contact["source_file"]
        self.assertGreater(len(of_replay), 50)
        self.assertEqual(of_batch, of_replay)

    def test_workers_killed_at_random_cost_nothing_but_time(self):
        seed = int(os.environ.get("TOWFISH_SEED", random.randrange(1000)))
        chance = random.Random(seed)
        process = self.start_batch("--jobs", "2")
        killed = 0
        while process.poll() is None:
            workers = self.workers_of(process.pid)
            for pid in chance.sample(sorted(workers), min(1, len(workers))):
                os.kill(pid, signal.SIGKILL)
                killed += 1
            time.sleep(chance.uniform(0.1, 0.5) if workers else 0.01)
        self.assertGreater(killed, 0, f"seed {seed}")
        run = self.batch("--retry-failed")
        self.assertEqual(run.returncode, 0, f"seed {seed}: {run.stderr}")
        self.assert_as_expected()

    def test_a_batch_killed_again_and_again_ends_with_the_same_result(self):
        seed = int(os.environ.get("TOWFISH_SEED", random.randrange(1000)))
        chance = random.Random(seed)
        unfinished = 0
        for turn in range(8):
            process = self.start_batch("--jobs", "2")
            self.wait_for(lambda: self.workers_of(process.pid) or process.poll() is not None, 60, "a worker")
            try:
                process.wait(chance.uniform(0, self.undisturbed_s / 8) if turn else 0)
            except subprocess.TimeoutExpired:
                workers = self.workers_of(process.pid)
                process.kill()
                process.wait()
                unfinished += 1
                self.wait_for(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in workers), 60,
                              "end of the workers")
        self.assertGreater(unfinished, 0, f"seed {seed}")
        run = self.batch()
        self.assertEqual(run.returncode, 0, f"seed {seed}: {run.stderr}")
        self.assert_as_expected()
        self.assertFalse(list((self.out / "reports").rglob("*.part")))

    def test_reports_that_were_damaged_since_are_made_again(self):
        self.assertEqual(self.batch().returncode, 0)
        reports = sorted((self.out / "reports").rglob("*.reports"))
        reports[1].unlink()
        os.truncate(reports[2], 100)
        with open(reports[3], "r+b") as file:
            file.seek(200)
            byte = file.read(1)[0]
            file.seek(200)
            file.write(bytes([byte ^ 1]))
        run = self.batch()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stderr.count("made once more"), 3, run.stderr)
        self.assert_as_expected()

    def test_a_log_over_which_two_workers_died_is_set_aside_until_it_is_retried(self):
        for turn in range(20):  # A log this short may be done before it is seen to be open.
            self.out = self.folder / f"turn{turn}"
            process = self.start_batch("--jobs", "1")
            victims = set()
            while process.poll() is None:
                for pid, logs in self.workers_of(process.pid).items():
                    if any(log.endswith("3.xtf") for log in logs):
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                            victims.add(pid)
            if len(victims) >= 2:
                break
        self.assertEqual((process.returncode, len(victims) >= 2), (4, True))
        self.assertEqual(self.summary()["logs"]["set_aside"], 1)
        self.assertEqual([failure["log"] for failure in self.summary()["failures"]], ["short/3.xtf"])
        self.assertEqual(self.batch().returncode, 4)
        self.assertEqual(self.batch("--retry-failed").returncode, 0)
        self.assert_as_expected()

    def test_a_broken_log_is_reported_and_the_others_are_done(self):
        logs = self.folder / "logs"
        shutil.copytree(self.logs, logs)
        (logs / "broken.xtf").write_bytes(b"\x7b" + bytes(5000))
        (logs / "notes.txt").write_text("weather fine\n")
        run = self.batch("--jobs", "2", logs=logs)
        self.assertEqual(run.returncode, 4, run.stderr)
        self.assertIn("broken.xtf", run.stdout)
        self.assertEqual(self.summary()["logs"]["failed"], 1)
        self.assert_as_expected()

    def test_a_copy_is_told_and_changes_nothing(self):
        logs = self.folder / "logs"
        shutil.copytree(self.logs, logs)
        shutil.copy(logs / "long.xtf", logs / "same.xtf")
        shutil.copy(logs / "short" / "3.xtf", logs / "short" / "9.xtf")
        run = self.batch("--jobs", "2", logs=logs)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual((self.out / "contacts.csv").read_bytes(), self.expected)
        self.assertEqual(self.summary()["copies"], [{"log": "same.xtf", "of": "long.xtf"},
                                                    {"log": "short/9.xtf", "of": "short/3.xtf"}])
        self.assertEqual(self.summary()["logs"]["done"], 9)
        self.assertIn("same.xtf", run.stdout)

    def test_a_log_that_changed_or_went_is_noticed(self):
        logs = self.folder / "logs"
        shutil.copytree(self.logs, logs)
        self.packets.write(logs / "short" / "2.xtf", first=200)
        self.packets.write(logs / "more.xtf", hours=12)
        self.batch(logs=logs)
        self.assertNotEqual((self.out / "contacts.csv").read_bytes(), self.expected)
        shutil.copy(self.logs / "short" / "2.xtf", logs / "short" / "2.xtf")
        (logs / "more.xtf").unlink()
        self.assertEqual(self.batch(logs=logs).returncode, 0)
        self.assert_as_expected()
        rows = csv.DictReader((self.out / "contacts.csv").open())
        self.assertEqual({chip.name for chip in (self.out / "chips").iterdir()},
                         {f"{row['contact_id']}.png" for row in rows})
        for chip in (self.out / "chips").iterdir():
            self.assertEqual(chip.read_bytes(), (self.expected_out / "chips" / chip.name).read_bytes())

    def test_control_c_ends_cleanly_and_the_same_command_goes_on(self):
        process = self.start_batch("--jobs", "2")
        self.wait_for(lambda: self.workers_of(process.pid), what="workers")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 130)
        self.assertEqual(self.batch().returncode, 0)
        self.assert_as_expected()

    def test_scripts_get_json_or_silence(self):
        run = self.batch("--progress", "json", logs=self.logs / "short")
        events = [json.loads(line) for line in run.stdout.splitlines()]
        self.assertEqual([events[0]["event"], events[-1]["event"]], ["progress", "finished"])
        self.assertEqual(events[-1]["summary"]["logs"]["done"], 6)
        quiet = self.batch("--quiet", logs=self.logs / "short")
        self.assertEqual((quiet.stdout, quiet.stderr, quiet.returncode), ("", "", 0))

    def test_the_bench_tells_what_workers_gain_and_what_the_machine_gives(self):
        report = self.folder / "bench.json"
        run = self.towfish("bench", "batch", "--pings", "100", "--repetitions", "1", "--json", report)
        self.assertEqual(run.returncode, 0, run.stderr)
        for name in ("many", "large"):
            case = json.loads(report.read_text())["experiments"][name]["cases"][0]
            figures = case["figures"]
            one, all_s = figures["one_worker_s"]["median"], figures["workers_s"]["median"]
            self.assertGreater(one, 0)
            self.assertGreater(figures["machine_gives"]["median"], 0)
            self.assertAlmostEqual(figures["efficiency"]["median"], one / (case["x"] * all_s), places=6)

    def test_two_batches_do_not_share_a_folder_and_no_logs_is_an_error(self):
        process = self.start_batch("--jobs", "1")
        self.wait_for(lambda: self.workers_of(process.pid), what="a worker")
        process.send_signal(signal.SIGSTOP)  # So that it is not done too soon.
        second = self.batch()
        self.assertEqual(second.returncode, 2, second.stderr)
        self.assertIn("another run or batch", second.stderr)
        empty = self.folder / "empty"
        empty.mkdir()
        self.out = self.folder / "other"
        self.assertEqual(self.batch(logs=empty).returncode, 3)
        self.assertEqual(self.batch(logs=self.folder / "absent").returncode, 3)

    def test_a_place_named_twice_changes_nothing_when_it_goes_on(self):
        for _ in range(2):
            self.assertEqual(self.batch(self.logs / "short").returncode, 0)
            self.assertEqual(self.summary()["logs"]["done"], 7)
            self.assertEqual(self.summary()["logs"]["copies"], 0)

    def test_another_model_under_the_same_name_is_noticed(self):
        models = SOURCE / "tests" / "detectors" / "models"
        detector = self.folder / "mine.yaml"
        detector.write_text("classifier: {model: mine.onnx}\n")
        shutil.copy(models / "chip.onnx", self.folder / "mine.onnx")
        logs = self.logs / "short"
        self.assertEqual(self.batch("--detector", detector, logs=logs).returncode, 0)
        other = bytearray((models / "chip.onnx").read_bytes())
        other[len(other) // 2] ^= 1  # A weight.
        (self.folder / "mine.onnx").write_bytes(other)
        run = self.batch("--detector", detector, logs=logs)
        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertIn("other detector settings", run.stderr)

    def test_contacts_name_the_log_they_came_from(self):
        rows = list(csv.DictReader((self.expected_out / "contacts.csv").open()))
        self.assertEqual({row["source_file"] for row in rows} - {"long.xtf"}, {f"short/{i}.xtf" for i in range(6)})


if __name__ == "__main__":
    unittest.main()
