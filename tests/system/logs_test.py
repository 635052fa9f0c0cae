"""Recorded logs through the built program: info, convert, render, replay, and files that are not what they seem."""
import datetime
import json
import os
import pathlib
import signal
import struct
import unittest

import log_bytes
import png
from towfish_case import DATA, PROGRAM, SCOTSMAN, TowfishCase, needs_data

NOBODY = 65534


class Logs(TowfishCase):
    def write(self, name, data):
        file = self.folder / name
        file.write_bytes(data)
        return file

    def info(self, *arguments):
        run = self.towfish("info", "--json", *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def convert(self, log, *arguments):
        out = self.folder / "converted.xtf"
        run = self.towfish("convert", log, out, *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return out

    def refused(self, status, *arguments, **options):
        run = self.towfish(*arguments, **options)
        self.assertEqual(run.returncode, status, run.stderr)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        return run.stderr


class BadInput(Logs):
    def test_what_is_no_log_is_status_three_and_one_line_that_names_it(self):
        folder = self.folder / "empty-folder"
        folder.mkdir()
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        words = {self.folder / "absent.xtf": "No such file", pathlib.Path("/dev/null"): "not a regular file",
                 folder: "folder", pipe: "not a regular file",
                 self.write("zero.xtf", b""): "is empty",
                 self.write("text.xtf", b"name,depth\n" * 200): "is a text file",
                 self.write("text.txt", "Tiefenmessung über Grund\n".encode()): "is a text file",
                 self.write("wrong.xtf", bytes(range(9, 200)) * 20): "no known format",
                 self.write("short.xtf", log_bytes.log(2)[:700]): "too short",
                 self.write("header.xtf", log_bytes.file_header()): "without a readable side-scan ping"}
        for file, word in words.items():
            for command in (("info", file), ("convert", file, self.folder / "out.xtf"),
                            ("render", file, self.folder / "out.png"), ("replay", file, "--out", self.out)):
                with self.subTest(f"{command[0]} {file.name}"):
                    message = self.refused(3, *command)
                    self.assertIn(str(file), message)
                    self.assertIn(word, message)

    def test_what_may_not_be_read_is_status_three(self):
        if os.geteuid() != 0 or not os.access(PROGRAM, os.X_OK):
            self.skipTest("only root can become somebody who may not read")
        file = self.write("secret.xtf", log_bytes.log(3))
        locked = self.folder / "locked"
        locked.mkdir()
        self.folder.chmod(0o755)
        file.chmod(0o600)
        locked.chmod(0o700)
        copy = self.folder / "towfish"  # where the build lies others may not look
        copy.write_bytes(pathlib.Path(PROGRAM).read_bytes())
        copy.chmod(0o755)
        for path in (file, locked, locked / "below.xtf"):
            run = self.towfish("info", path, executable=str(copy), user=NOBODY, cwd="/")
            self.assertEqual(run.returncode, 3, run.stderr)
            self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
            self.assertIn("Permission denied", run.stderr)

    def test_one_bad_log_among_others_keeps_none_of_them_from_being_told(self):
        good = self.write("good.xtf", log_bytes.log(5))
        run = self.towfish("info", "--json", self.folder / "absent.xtf", good)
        self.assertEqual(run.returncode, 3)
        absent, told = json.loads(run.stdout)
        self.assertIn("No such file", absent["error"])
        self.assertEqual(told["pings"], 5)

    def test_what_is_wrong_inside_is_counted_and_the_rest_read(self):
        whole = log_bytes.log(40)
        size = len(log_bytes.ping(0, [[0] * 16] * 2))
        at = 1024 + 20 * size
        lying = bytearray(whole)
        struct.pack_into("<I", lying, at + 10, 0x0FFFFFF0)
        absurd = bytearray(whole)
        for n in range(40):
            struct.pack_into("<dd", absurd, 1024 + n * size + 160, float("nan"), 1e300)
            struct.pack_into("<f", absurd, 1024 + n * size + 212, float("inf"))
        for name, data, pings, fault in (
                ("truncated", whole[:-size // 2], 39, {"kind": "truncated_tail", "count": 1, "first_at": 1024 + 39 * size}),
                ("garbage", whole[:at] + b"\xce\xfa" + bytes(333) + whole[at:], 40,
                 {"kind": "garbage_between_packets", "count": 1, "first_at": at}),
                ("lying", bytes(lying), 39, {"kind": "garbage_between_packets", "count": 1, "first_at": at}),
                ("absurd", bytes(absurd), 40, {"kind": "position_absurd", "count": 40, "first_at": 1024})):
            with self.subTest(name):
                told = self.info(self.write(f"{name}.xtf", data))
                self.assertEqual(told["pings"], pings)
                self.assertEqual(told["faults"], [fault])
        self.assertEqual(told["bounds_deg"], [None] * 4)

    @needs_data
    def test_recordings_without_a_pair_say_what_they_have(self):
        self.assertIn("without side-scan channels", self.refused(3, "info", DATA / "r2sonic-no-sidescan.xtf"))
        message = self.refused(3, "info", DATA / "humminbird-B001.SON")
        self.assertIn("1727 pings", message)
        self.assertIn("no side-scan pair", message)


class InfoConvertRender(Logs):
    @needs_data
    def test_info_knows_what_is_known_of_the_recording(self):
        pings = list(log_bytes.read_pings(SCOTSMAN.read_bytes()))
        told = self.info(SCOTSMAN)
        self.assertEqual((told["format"], told["pings"], told["frequency_khz"]), ("XTF", 461, 600))
        for side in ("port", "starboard"):
            self.assertEqual(told[side], {"pings": 461, "least_samples": 1024, "most_samples": 1024})
        self.assertAlmostEqual(told["range_m"], 29.98, delta=0.01)
        self.assertAlmostEqual(told["mean_interval_s"], 0.11, delta=0.01)
        self.assertAlmostEqual(told["mean_altitude_m"], sum(p["altitude_m"] for p in pings[1:]) / 460, delta=1e-3)
        self.assertEqual(told["first_time_utc"], pings[0]["time"].isoformat(timespec="milliseconds") + "Z")
        self.assertAlmostEqual(told["mean_speed_mps"], sum(p["speed_mps"] for p in pings[1:]) / 460, delta=0.02)
        self.assertAlmostEqual(told["distance_m"], told["mean_speed_mps"] * told["duration_s"], delta=5)
        south, west, north, east = told["bounds_deg"]
        for p in pings[1:]:
            self.assertTrue(south <= p["latitude"] <= north and west <= p["longitude"] <= east)
        self.assertEqual(told["faults"], [{"kind": "position_zero", "count": 1, "first_at": 1024}])
        human = self.towfish("info", SCOTSMAN).stdout
        for words in ("461", "600 kHz", "29.98 m", "1024", "far to nadir", "position_zero: 1, first at 1024"):
            self.assertIn(words, human)

    @needs_data
    def test_a_converted_log_keeps_samples_exactly_and_navigation_as_read(self):
        out = self.convert(SCOTSMAN)
        before = list(log_bytes.read_pings(SCOTSMAN.read_bytes()))
        after = list(log_bytes.read_pings(out.read_bytes()))
        self.assertEqual(len(after), 461)
        for b, a in zip(before, after):
            for what in ("time", "port", "starboard", "heading_deg", "altitude_m"):
                self.assertEqual(a[what], b[what], what)
            if b is not before[0]:  # which has no speed of its own
                self.assertAlmostEqual(a["speed_mps"], b["speed_mps"], delta=1e-5)
        shown = [n for n in range(2, 461) if before[n]["latitude"] != before[n - 1]["latitude"]]
        self.assertGreater(len(shown), 200)
        for n in shown:  # where the recorder showed a new position
            self.assertEqual(after[n]["latitude"], before[n]["latitude"])
        told, again = self.info(SCOTSMAN), self.info(out)
        for key in ("pings", "range_m", "first_time_utc", "last_time_utc", "frequency_khz", "starboard"):
            self.assertEqual(told[key], again[key], key)
        first = out.read_bytes()
        twice = self.folder / "twice.xtf"
        self.assertEqual(self.towfish("convert", out, twice).returncode, 0)
        self.assertEqual([p["port"] for p in log_bytes.read_pings(twice.read_bytes())],
                         [p["port"] for p in log_bytes.read_pings(first)])

    def test_a_part_is_converted_by_ping_and_by_time(self):
        log = self.write("log.xtf", log_bytes.log(100))
        by_ping = self.convert(log, "--from", 30, "--to", 45).read_bytes()
        self.assertEqual([p["port"] for p in log_bytes.read_pings(by_ping)],
                         [p["port"] for p in log_bytes.read_pings(log.read_bytes())][30:45])
        by_time = self.convert(log, "--from", "2020-06-01T12:00:03Z", "--to", "2020-06-01T12:00:04.5Z").read_bytes()
        self.assertEqual(by_time[1024:], by_ping[1024:])
        self.assertEqual(len(list(log_bytes.read_pings(self.convert(log, "--to", "2099-01-01T00:00:00Z").read_bytes()))), 100)
        message = self.refused(2, "convert", log, self.folder / "x.xtf", "--from", "2099-01-01T00:00:00Z")
        self.assertIn("--from '2099", message)
        self.assertIn("no ping", self.refused(2, "convert", log, self.folder / "x.xtf", "--from", 100))
        self.assertFalse((self.folder / "x.xtf").exists())

    def test_a_repeated_log_goes_on_in_time(self):
        log = self.write("log.xtf", log_bytes.log(10))
        times = [p["time"] for p in log_bytes.read_pings(self.convert(log, "--repeat", 3).read_bytes())]
        self.assertEqual(times, [times[0] + datetime.timedelta(milliseconds=100 * n) for n in range(30)])

    def test_what_is_read_is_not_written_over(self):
        log = self.write("log.xtf", log_bytes.log(3))
        truth = self.write("truth.csv", b"kind,side,ping,sample,last_ping,last_sample\nclear,port,1,2,,\n")
        link = self.folder / "link.xtf"
        link.symlink_to(log)
        for arguments in (("convert", log, log), ("convert", log, link), ("render", log, log), ("render", log, truth, "--contacts", truth),
                          ("evaluate", "--log", log, "--truth", truth, "--roc-csv", log),
                          ("evaluate", "--log", log, "--truth", truth, "--calibrate", truth),
                          ("replay", log, "--latency-csv", link), ("replay", log, "--trace", log)):
            with self.subTest(arguments[0]):
                self.assertIn("which is to be read", self.refused(2, *arguments))
        self.assertEqual(log.read_bytes(), log_bytes.log(3))
        self.assertTrue(truth.read_bytes().startswith(b"kind"))

    @needs_data
    def test_a_rendered_waterfall_has_its_size_colours_and_marks(self):
        out = self.folder / "picture.png"
        run = self.towfish("render", SCOTSMAN, out, "--plain", "--max-width", 512, "--max-height", 231)
        self.assertEqual(run.returncode, 0, run.stderr)
        width, height, rows = png.read(out)
        self.assertEqual((width, height), (512, 231))
        lit = [pixel for row in rows for pixel in row if 20 < pixel[0] < 255]
        for red, green, blue in lit:  # copper: red leads, and the others follow it in proportion
            self.assertAlmostEqual(green / red, 0.625, delta=0.05)
            self.assertAlmostEqual(blue / red, 0.398, delta=0.05)
        for column in (255, 256):  # the transmit burst beside nadir, then the water column, then the bottom
            outwards = 1 if column == 256 else -1
            burst, water, bottom = (sum(row[column + outwards * away][0] for row in rows) / height
                                    for away in (0, 12, 150))
            self.assertGreater(burst, 200)
            self.assertLess(water, 40)
            self.assertGreater(bottom, 80)
        grey = self.folder / "grey.png"
        self.assertEqual(self.towfish("render", SCOTSMAN, grey, "--colour-map", "grey", "--plain", "--from", 100,
                                      "--to", 150).returncode, 0)
        width, height, rows = png.read(grey)
        self.assertEqual(height, 50)
        self.assertTrue(all(r == g == b for row in rows for r, g, b in row))
        self.assertIn("copper", self.refused(2, "render", SCOTSMAN, grey, "--colour-map", "pink"))
        self.refused(2, "render", SCOTSMAN, grey, "--from", 5000)


@needs_data
class ReplayOfAPart(Logs):
    def replay(self, name, *arguments, timeout=240):
        self.out = self.folder / name
        run = self.run_pipeline("replay", *arguments, timeout=timeout)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assert_no_frame_lost()
        return (self.out / "contacts.csv").read_bytes()

    def test_ping_numbers_and_times_give_the_same_part_at_any_speed(self):
        times = [p["time"] for p in log_bytes.read_pings(SCOTSMAN.read_bytes())]
        by_ping = self.replay("ping", SCOTSMAN, "--from", 220, "--to", 380, "--speed", "max")
        self.assertEqual(self.summary()["pings"], {"port": 160, "starboard": 160})
        contacts = self.contacts()
        self.assertGreater(len(contacts), 0)
        for contact in contacts:
            self.assertTrue(220 <= int(contact["ping"]) < 380, contact)
        between = ("--from", times[220].isoformat() + "Z", "--to", times[380].isoformat() + "Z")
        self.assertEqual(by_ping, self.replay("time", SCOTSMAN, *between, "--speed", "20"))

    def test_a_part_may_reach_over_several_logs(self):
        self.replay("two", SCOTSMAN, SCOTSMAN, "--from", 400, "--to", 520, "--speed", "max")
        self.assertEqual(self.summary()["pings"], {"port": 120, "starboard": 120})

    def test_a_start_after_the_end_is_wrong_usage(self):
        for place in ("461", "2099-01-01T00:00:00Z"):
            run = self.run_pipeline("replay", SCOTSMAN, "--from", place, "--speed", "max")
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertIn("ends before it", run.stderr)
        self.refused(2, "replay", SCOTSMAN, "--from", "noon", "--out", self.out)

    def test_a_loop_goes_on_until_it_is_told_to_end(self):
        process = self.start("replay", SCOTSMAN, "--loop", "--speed", "max")
        self.wait_for_ping(1000)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(120), 0, self.log())
        self.assertGreaterEqual(self.summary()["pings"]["port"], 1000)
        self.assert_no_frame_lost()
        self.assert_nothing_left()

    def test_pauses_are_cut_to_what_was_asked_for(self):
        data = bytearray(log_bytes.log(40, samples=64))
        size = (len(data) - 1024) // 40
        for n in range(20, 40):  # eight hours later
            data[1024 + n * size + 18] += 8
        config = self.folder / "patient.yaml"
        config.write_text("max_gap_s: 86400\n")
        self.replay("gap", self.write("gap.xtf", bytes(data)), "--speed", "10", "--config", config, "--max-gap", "500ms",
                    timeout=200)  # 2880 s if it were not cut
        self.assertEqual(self.summary()["pings"], {"port": 40, "starboard": 40})

    def test_the_channel_can_be_chosen(self):
        four = self.write("four.xtf", log_bytes.log(40, samples=64, channels=4))
        self.replay("high", four, "--speed", "max")
        self.replay("low", four, "--speed", "max", "--channel", "400kHz")
        self.assertIn("no channel pair 7", self.refused(2, "replay", four, "--channel", "7", "--out", self.out))


if __name__ == "__main__":
    unittest.main()
