"""Wrong usage, configuration and input: the status and one line that names the thing."""
import subprocess
import unittest

import log_bytes
from towfish_case import DATA, PROGRAM, SCOTSMAN, TowfishCase, needs_data


class CommandLine(TowfishCase):
    def refused(self, status, *arguments):
        run = self.towfish(*arguments)
        self.assertEqual(run.returncode, status, run.stderr)
        return run.stderr

    def test_help_names_every_subcommand(self):
        run = self.towfish("--help")
        self.assertEqual(run.returncode, 0)
        for command in ("live", "replay", "source", "detector", "fusion"):
            self.assertIn(command, run.stdout)
        self.assertRegex(self.towfish("--version").stdout, r"^towfish \d+\.\d+")

    def test_unknown_options_and_no_subcommand_are_usage_errors(self):
        self.assertIn("--bogus", self.refused(2, "live", "--bogus"))
        self.refused(2)
        self.assertIn("20s", self.refused(2, "live", "--duration", "soon"))
        self.assertIn("--speed", self.refused(2, "replay", "x.xtf", "--speed", "-1"))
        self.assertIn("logs", self.refused(2, "replay"))

    def test_an_unknown_command_is_named(self):
        self.assertIn("'liev' is no command", self.refused(2, "liev"))

    def test_what_is_no_number_lies_in_no_range(self):
        for arguments in (("info", "x.xtf", "--range-m", "nan"), ("evaluate", "--log", "x", "--truth", "y", "--margin-m", "nan"),
                          ("evaluate", "--pictures", ".", "--labels", ".", "--range-m", "-5"), ("render", "x", "y", "--gamma", "nan")):
            self.assertIn("wanted a number from", self.refused(2, *arguments))

    def test_an_output_that_cannot_be_written_is_no_success(self):
        with open("/dev/full", "w") as full:
            run = subprocess.run([PROGRAM, "live", "--print-config"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn("standard output", run.stderr)
        for command in (("live", "--out", "/proc/x"), ("batch", self.folder, "--out", "/proc/x")):
            self.assertIn("/proc/x", self.refused(1, *command))

    def test_wrong_usage_leaves_earlier_results(self):
        self.out.mkdir()
        (self.out / "contacts.csv").write_text("earlier")
        log = self.folder / "log.xtf"
        log.write_bytes(log_bytes.log(3))
        for arguments in (("replay", log, "--from", "500"), ("replay", log, "--latency-csv", "/nowhere/x"),
                          ("live", "--duration", "1e9h"), ("live", "--duration", "0"), ("live", "--record", "/nowhere/x.xtf"),
                          ("live", "--record", self.out / "contacts.gpkg")):
            self.refused(2, *arguments, "--out", self.out)
        self.assertEqual((self.out / "contacts.csv").read_text(), "earlier")

    @needs_data
    def test_other_outputs_may_lie_in_a_folder_of_results_that_is_new(self):
        run = self.run_pipeline("replay", SCOTSMAN, "--speed", "max", "--latency-csv", self.out / "frames.csv")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertGreater(len((self.out / "frames.csv").read_text().splitlines()), 50)

    def test_durations_are_sums_of_parts(self):
        for wrong in ("8m10", "10sm", "1h-5m", "m", "5s ", "1e400h"):
            self.assertIn(f"'{wrong}'", self.refused(2, "live", "--duration", wrong, "--print-config"))
        for right in ("1h30m", "8m10s", "1m0.5s", "250ms", "90"):
            self.assertEqual(self.towfish("live", "--duration", right, "--print-config").returncode, 0, right)

    def test_configuration_errors_name_file_line_and_key(self):
        for text, line, key in (("deadline_ms: 50\nframe: {pings: 0}\n", 2, "frame.pings"),
                                ("\nfram: {pings: 4}\n", 2, "fram"),
                                ("ring:\n  frames: many\n", 2, "ring.frames"),
                                ("version: 2\n", 1, "version")):
            config = self.folder / "bad.yaml"
            config.write_text(text)
            message = self.refused(2, "live", "--config", config)
            self.assertIn(f"{config}:{line}", message)
            self.assertIn(key, message)

    def test_names_that_do_not_exist_are_answered_with_those_that_do(self):
        self.assertIn("harbour-flat", self.refused(2, "live", "--scenario", "nowhere"))

    def test_session_names_cannot_leave_their_folder(self):
        self.assertIn("../x", self.refused(2, "live", "--session", "../x", "--duration", "1s", "--out", self.out))

    def test_what_is_in_force_can_be_printed_and_read_back(self):
        self.assertEqual(self.towfish("replay", "--print-config").returncode, 0, "without a log")
        printed = self.towfish("live", "--print-config")
        self.assertEqual(printed.returncode, 0)
        config = self.folder / "live.yaml"
        config.write_text(printed.stdout.split("---")[0].replace("deadline_ms: 50", "deadline_ms: 51"))
        again = self.towfish("live", "--print-config", "--config", config)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(again.stdout, printed.stdout.replace("deadline_ms: 50", "deadline_ms: 51"))

    def test_shipped_configuration_says_what_the_defaults_are(self):
        config = self.folder / "empty.yaml"
        config.write_text("")
        for mode, log in (("live", ()), ("replay", ("x.xtf",))):
            with self.subTest(mode):
                self.assertEqual(self.towfish(mode, *log, "--print-config").stdout,
                                 self.towfish(mode, *log, "--print-config", "--config", config).stdout)

    def test_input_that_cannot_be_read_is_status_three(self):
        self.assertIn("/nowhere.xtf", self.refused(3, "replay", "/nowhere.xtf", "--out", self.out))
        text = self.folder / "text.xtf"
        text.write_text("this is not a recording\n" * 100)
        self.assertIn("text.xtf", self.refused(3, "replay", text, "--out", self.out))
        empty = self.folder / "empty.xtf"
        empty.write_bytes(b"")
        self.assertIn("empty.xtf", self.refused(3, "replay", empty, "--out", self.out))

    @needs_data
    def test_a_log_without_side_scan_says_so(self):
        message = self.refused(3, "replay", DATA / "r2sonic-no-sidescan.xtf", "--out", self.out)
        self.assertIn("without side-scan channels", message)

    @needs_data
    def test_a_truncated_log_is_read_to_its_end_and_the_fault_counted(self):
        cut = self.folder / "cut.xtf"
        cut.write_bytes(SCOTSMAN.read_bytes()[:1_000_000])
        run = self.run_pipeline("replay", cut, "--speed", "max")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertGreater(self.summary()["pings"]["port"], 200)
        self.assertTrue(any("trunc" in kind for kind in self.summary()["faults"]), self.summary()["faults"])


if __name__ == "__main__":
    unittest.main()
