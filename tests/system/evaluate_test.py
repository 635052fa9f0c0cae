"""towfish evaluate from outside: what it prints, what it writes, how it ends."""
import json
import signal
import subprocess
import unittest

from survey_logs import SCENARIO, Packets
from towfish_case import PROGRAM, SOURCE, TowfishCase

MODELS = SOURCE / "tests" / "detectors" / "models"


class Evaluate(TowfishCase):
    def evaluate(self, *arguments, status=0):
        run = self.towfish("evaluate", *arguments)
        self.assertEqual(run.returncode, status, run.stderr)
        return run

    def test_json_has_the_documented_keys_and_a_curve_that_rises(self):
        curve = self.folder / "roc.csv"
        run = self.evaluate("--scenario", "harbour-flat", "--pings", "900", "--seed", "3", "--json", "--roc-csv", curve,
                            "--roc-png", self.folder / "roc.png")
        result = json.loads(run.stdout)
        self.assertEqual(set(result), {"truth", "frames", "pd", "false_per_frame", "false_per_km2", "roc", "reliability"})
        self.assertGreater(result["truth"], 3)
        self.assertEqual(result["frames"], 57)
        self.assertEqual(set(result["roc"][0]), {"confidence", "pd", "false_per_frame", "false_per_km2"})
        for earlier, later in zip(result["roc"], result["roc"][1:]):
            self.assertGreater(earlier["confidence"], later["confidence"])
            self.assertLessEqual(earlier["pd"], later["pd"])
            self.assertLessEqual(earlier["false_per_frame"], later["false_per_frame"])
        self.assertEqual(len(curve.read_text().splitlines()), len(result["roc"]) + 1)
        self.assertTrue((self.folder / "roc.png").read_bytes().startswith(b"\x89PNG"))

    def test_text_says_how_it_matched_and_shows_the_tables(self):
        text = self.evaluate("--scenario", "harbour-flat,rocky", "--pings", "500", "--seed", "3-4").stdout
        for wanted in ("Match: far edge of the highlight within 2 m", "By range:", "By bottom:", "By shape:", "By algorithm",
                       "95 %", "Reliability"):
            self.assertIn(wanted, text)

    def test_a_calibration_is_a_detectors_file(self):
        file = self.folder / "calibrated.yaml"
        self.evaluate("--scenario", "harbour-flat,rocky", "--pings", "1500", "--seed", "1", "--calibrate", file)
        self.assertIn("Correlation", file.read_text())
        self.evaluate("--scenario", "harbour-flat", "--pings", "100", "--detector", file)

    def test_a_classifier_is_one_more_algorithm(self):
        file = self.folder / "with-network.yaml"
        file.write_text(f"classifier: {{model: {MODELS / 'chip.onnx'}}}\n")
        text = self.evaluate("--scenario", "harbour-flat", "--pings", "700", "--detector", file).stdout
        self.assertIn("  classifier  ", text)
        file.write_text(f"least_llr: 0\nclassifier:\n  model: {MODELS / 'window-v8.onnx'}\n")
        self.assertIn(f"{file}:3: key 'classifier.model'", self.evaluate("--scenario", "rocky", "--detector", file, status=2).stderr)

    def test_outputs_are_neither_what_is_read_nor_each_other(self):
        own = self.folder / "own.yaml"
        own.write_text((SOURCE / "config" / "scenarios" / "rocky.yaml").read_text())
        self.assertIn("is to be read", self.evaluate("--scenario", own, "--roc-csv", own, status=2).stderr)
        self.assertEqual(own.read_text(), (SOURCE / "config" / "scenarios" / "rocky.yaml").read_text())
        same = self.folder / "same"
        text = self.evaluate("--scenario", own, "--roc-csv", same, "--roc-png", self.folder / "." / "same", status=2).stderr
        self.assertIn("--roc-csv", text)

    def test_a_detector_of_the_users_own_is_not_calibrated(self):
        detector = self.folder / "own.yaml"
        detector.write_text("library: {path: own.so}\n")
        text = self.evaluate("--scenario", "rocky", "--detector", detector, "--calibrate", self.folder / "out.yaml", status=2)
        self.assertIn("--calibrate", text.stderr)

    def test_contacts_and_boxes_beyond_what_was_read_are_left_out(self):
        (self.folder / "strip.yaml").write_text(SCENARIO)
        log, marks = self.folder / "strip.xtf", self.folder / "marks.csv"
        subprocess.run([PROGRAM, "convert", self.folder / "strip.yaml", log], check=True, capture_output=True, timeout=240)
        marks.write_text("clear,port,50,200\nclear,port,150,200\n")
        run = self.evaluate("--log", log, "--truth", marks, "--pings", "100", "--json")
        self.assertEqual(json.loads(run.stdout)["truth"], 1)
        self.assertIn("left out", run.stderr)
        self.assertEqual(json.loads(self.evaluate("--log", log, "--truth", marks, "--json").stdout)["truth"], 2)
        pictures, labels = self.folder / "pictures", self.folder / "labels"
        pictures.mkdir()
        labels.mkdir()
        subprocess.run([PROGRAM, "render", log, pictures / "a.png"], check=True, capture_output=True, timeout=240)
        (labels / "a.txt").write_text("0 0.2 0.1 0.05 0.05\n0 0.2 0.9 0.05 0.05\n")
        given = ("--pictures", pictures, "--labels", labels, "--json")
        self.assertEqual(json.loads(self.evaluate(*given, "--pings", "100").stdout)["truth"], 1)
        self.assertEqual(json.loads(self.evaluate(*given).stdout)["truth"], 2)

    def test_of_a_list_of_contacts_only_those_of_this_log_count(self):
        (self.folder / "strip.yaml").write_text(SCENARIO)
        strip = self.folder / "strip.xtf"
        self.assertEqual(self.towfish("convert", self.folder / "strip.yaml", strip).returncode, 0)
        packets = Packets(strip)
        own, other = self.folder / "line 1, north.xtf", self.folder / "line 2.xtf"
        packets.write(own, end=500)
        packets.write(other, hours=1)
        self.assertEqual(self.run_pipeline("replay", other, own, "--speed", "max").returncode, 0)
        truth = self.out / "contacts.csv"
        rows = [row for row in self.contacts() if row["class"] == "MILCO"]
        of_own = [row for row in rows if row["source_file"] == own.name]
        self.assertTrue(0 < len(of_own) < len(rows))
        run = self.evaluate("--log", own, "--truth", truth, "--json")
        self.assertEqual(json.loads(run.stdout)["truth"], len(of_own))
        self.assertIn("rows of other logs are left out", run.stderr)
        renamed = own.rename(self.folder / "renamed.xtf")
        self.assertIn("found 2 logs, none of them", self.evaluate("--log", renamed, "--truth", truth, status=3).stderr)

    def test_two_kinds_of_detector_in_one_file_are_refused(self):
        file = self.folder / "both.yaml"
        file.write_text(f"library: {{path: /there/own.so}}\nnetwork: {{model: {MODELS / 'window-v8.onnx'}}}\n")
        text = self.evaluate("--scenario", "rocky", "--detector", file, status=2).stderr
        self.assertIn(f"{file}: found the keys 'library', 'network' together", text)

    def test_what_it_cannot_write_is_no_fault_of_the_input(self):
        for option in ("--chips", "--windows"):
            text = self.evaluate("--scenario", "rocky", "--pings", "50", option, "/dev/null/there", status=1).stderr
            self.assertIn("/dev/null/there", text)

    def test_wrong_truth_and_seeds_are_named(self):
        for seeds in ("1-x", "-1"):
            self.assertIn(f"found '{seeds}'", self.evaluate("--scenario", "rocky", f"--seed={seeds}", status=2).stderr)
        self.assertIn("/nowhere.csv", self.evaluate("--log", "/nowhere.xtf", "--truth", "/nowhere.csv", status=3).stderr)
        self.evaluate(status=2)

    def test_an_interrupt_ends_it_with_what_was_seen(self):
        run = subprocess.Popen([PROGRAM, "evaluate", "--scenario", "harbour-flat", "--seed", "1-1000"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.kill)
        self.assertIn("seed 1", run.stderr.readline())
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 130, err)
        self.assertIn("stopped", err)
        self.assertIn("Match:", out)


if __name__ == "__main__":
    unittest.main()
