"""towfish evaluate from outside: what it prints, what it writes, how it ends."""
import json
import signal
import subprocess
import unittest

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

    def test_two_kinds_of_detector_in_one_file_are_refused(self):
        file = self.folder / "both.yaml"
        file.write_text(f"classifier: {{model: {MODELS / 'chip.onnx'}}}\nnetwork: {{model: {MODELS / 'window-v8.onnx'}}}\n")
        text = self.evaluate("--scenario", "rocky", "--detector", file, status=2).stderr
        self.assertIn(f"{file}: found the keys 'network', 'classifier' together", text)

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
