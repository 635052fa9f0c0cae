"""Vehicles that tell a shore station what they find, over a thin link that comes and goes."""
import contextlib
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

from survey_logs import SCENARIO
from thin_link import ThinLink
from towfish_case import PROGRAM, TowfishCase

SERVER = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin:/sbin")
BUILT_WITHOUT = "built without NATS" in subprocess.run(
    [PROGRAM, "worker", "--nats", "nats://127.0.0.1:1"], capture_output=True, text=True, timeout=60).stderr
LONG = bool(os.environ.get("TOWFISH_LONG_TESTS"))
OUTAGE_S = 60 if LONG else 5
COLUMNS = "class, confidence, latitude_deg, longitude_deg, looks, time_utc"


def free_ports(count):
    import socket
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def contacts_of(store, where=""):
    """The contacts as far as a contact message carries them exactly."""
    if not store.exists():
        return []
    try:
        with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=5)) as database:
            rows = database.execute(f"SELECT {COLUMNS} FROM contacts {where}").fetchall()
    except sqlite3.OperationalError:
        return []
    return sorted((kind, round(confidence * 255), round(latitude * 1e7), round(longitude * 1e7), looks, time[:19])
                  for kind, confidence, latitude, longitude, looks, time in rows)


@unittest.skipIf(BUILT_WITHOUT, "this towfish was built without libnats")
@unittest.skipUnless(SERVER, "nats-server is not installed")
class Shore(TowfishCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="towfish-shore-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        (cls.shared / "strip.yaml").write_text(SCENARIO)
        cls.strip = cls.shared / "strip.xtf"
        subprocess.run([PROGRAM, "convert", str(cls.shared / "strip.yaml"), str(cls.strip)],
                       check=True, capture_output=True, timeout=240)

    def log(self):
        return "\n".join(f"--- {log.name}\n{log.read_text()}" for log in sorted(self.folder.glob("*.log")))

    def spawn(self, name, *words):
        log = open(self.folder / f"{name}.log", "a")
        process = subprocess.Popen([str(word) for word in words], stdout=log, stderr=subprocess.STDOUT)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
            log.close()
        self.addCleanup(end)
        return process

    def server(self, name, text):
        """A server whose log says that it is ready."""
        file = self.folder / f"{name}.conf"
        file.write_text(text)
        process = self.spawn(name, SERVER, "-c", file)
        self.wait_for(lambda: "Server is ready" in (self.folder / f"{name}.log").read_text(), 30, name)
        return process

    def hub(self, over_thin_link=False):
        self.hub_port, own = free_ports(2)
        self.leaf_port = own
        if over_thin_link:
            self.link = ThinLink(own)
            self.addCleanup(self.link.end)
            self.leaf_port = self.link.port
        # Leaf nodes come back to where the hub says it is: told its own address, they would go past the thin link.
        self.server("hub", f"server_name: hub\nport: {self.hub_port}\nping_interval: \"2s\"\nping_max: 2\n"
                           f"leafnodes {{ host: 127.0.0.1, port: {own}, advertise: \"127.0.0.1:{self.leaf_port}\" }}\n"
                           f"jetstream {{ store_dir: '{self.folder}/hub', domain: shore }}\n")
        return f"nats://127.0.0.1:{self.hub_port}"

    def leaf(self, vehicle, port):
        own, = free_ports(1)
        self.server(vehicle, f"server_name: {vehicle}\nport: {own}\nping_interval: \"2s\"\nping_max: 2\n"
                             f"jetstream {{ store_dir: '{self.folder}/{vehicle}', domain: {vehicle} }}\n"
                             f"leafnodes {{ reconnect: 1, remotes: [ {{ url: 'nats-leaf://127.0.0.1:{port}' }} ] }}\n")
        return f"nats://127.0.0.1:{own}"

    def vehicle(self, name, url, speed, run=""):
        # Of a machine that is busy with other things nothing is asked but that it gets there.
        patient = self.folder / "patient.yaml"
        patient.write_text("supervisor: {hang_timeout_s: 60}\nshore: {patience_s: 120}\n")
        return self.spawn(f"vehicle-{name}{run}", PROGRAM, "replay", self.strip, "--speed", speed, "--publish", url,
                          "--config", patient,
                          "--vehicle", name, "--out", self.folder / f"out-{name}{run}",
                          "--session", f"shore-{os.getpid()}-{name}{run}")

    def station(self, url, *vehicles):
        words = [word for name in vehicles for word in ("--vehicle", name)]
        return self.spawn("station", PROGRAM, "station", "--nats", url, *words, "--out", self.out)

    def found(self, vehicle):
        return contacts_of(self.folder / f"out-{vehicle}" / "contacts.gpkg")

    def collected(self, vehicle):
        return contacts_of(self.out / "contacts.gpkg", f"WHERE source_file = '{vehicle}'")

    def kill(self, role, vehicle):
        """Where there is one."""
        found = subprocess.run(["pgrep", "-f", f"towfish {role} --session shore-{os.getpid()}-{vehicle}"],
                               capture_output=True, text=True).stdout.split()
        if found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(found[0]), signal.SIGKILL)

    def assert_collected(self, vehicle, seconds, *runs):
        expected = sorted(sum((self.found(vehicle + run) for run in runs or ("",)), []))
        self.assertGreater(len(expected), 8)
        try:
            self.wait_for(lambda: self.collected(vehicle) == expected, seconds, f"contacts of {vehicle}")
        except AssertionError as error:
            self.fail(f"{error}\nexpected {expected}\ncollected {self.collected(vehicle)}")

    def test_everything_arrives_in_order_after_the_link_was_away(self):
        url = self.hub(over_thin_link=True)
        link = self.link
        leaf = self.leaf("auv1", self.leaf_port)
        station = self.station(url, "auv1", "asv2")
        away = self.vehicle("auv1", leaf, 4)
        near = self.vehicle("asv2", url, 4)
        self.wait_for(lambda: "hearing auv1" in (self.folder / "station.log").read_text(), 60, "first word over the link")
        link.cut()
        cut_at = time.monotonic()
        for vehicle in (away, near, self.vehicle("auv1", leaf, "max", "-again")):
            self.assertEqual(vehicle.wait(240), 0, self.log())
        self.assert_collected("asv2", 120)
        time.sleep(max(0, OUTAGE_S - (time.monotonic() - cut_at)))
        missing = len(self.found("auv1")) + len(self.found("auv1-again")) - len(self.collected("auv1"))
        self.assertGreaterEqual(missing, len(self.found("auv1-again")), f"the link was not away\n{self.log()}")
        link.mend()
        mended_at = time.monotonic()
        self.assert_collected("auv1", 30 if LONG else 120, "", "-again")
        print(f"{missing} contacts missing after {mended_at - cut_at:.0f} s, all there "
              f"{time.monotonic() - mended_at:.1f} s after the link's return", flush=True)
        station.send_signal(signal.SIGINT)
        self.assertEqual(station.wait(60), 0, self.log())
        with contextlib.closing(sqlite3.connect(self.out / "contacts.gpkg")) as store:
            for name, messages, repeated in store.execute("SELECT vehicle, messages, repeated FROM vehicle_runs"):
                self.assertGreater(messages, 8, name)
                # Out of order would be passed over as repeated: only what was on its way when the link went may be.
                self.assertLessEqual(repeated, 2, name)

    def test_nothing_is_lost_or_doubled_by_kills(self):
        url = self.hub()
        leaf = self.leaf("auv1", self.leaf_port)
        station = self.station(url, "auv1")
        vehicle = self.vehicle("auv1", leaf, 2)
        self.wait_for(lambda: self.collected("auv1"), 60, "contacts")
        for _ in range(3):
            self.kill("publisher", "auv1")
            station.kill()
            station.wait()
            station = self.station(url, "auv1")
            time.sleep(1)
        self.assertEqual(vehicle.wait(240), 0, self.log())
        self.assert_collected("auv1", 60)

    def test_a_new_store_gets_all_that_an_earlier_one_had(self):
        url = self.hub()
        station = self.station(url, "auv1")
        self.assertEqual(self.vehicle("auv1", url, "max").wait(240), 0, self.log())
        self.assert_collected("auv1", 60)
        station.send_signal(signal.SIGINT)
        self.assertEqual(station.wait(60), 0, self.log())
        shutil.rmtree(self.out)
        self.station(url, "auv1")
        self.assert_collected("auv1", 60)

    def test_what_comes_by_the_leaf_is_heard_beside_what_came_without(self):
        url = self.hub()
        leaf = self.leaf("auv1", self.leaf_port)
        self.assertEqual(self.vehicle("auv1", url, "max").wait(240), 0, self.log())
        self.station(url, "auv1")
        self.assert_collected("auv1", 60)
        self.assertEqual(self.vehicle("auv1", leaf, "max", "-again").wait(240), 0, self.log())
        self.assert_collected("auv1", 60, "", "-again")

    def test_a_run_that_died_altogether_tells_its_contacts_when_the_next_one_begins(self):
        url = self.hub()
        station = self.station(url, "auv1")
        first = self.vehicle("auv1", "nats://127.0.0.1:1", 4)  # Nobody listens there.
        self.wait_for(lambda: len(self.found("auv1")) > 4, 60, "contacts")
        first.kill()
        for role in ("publisher", "source", "detector --side port", "detector --side starboard", "fusion"):
            self.kill(role, "auv1")
        before = self.found("auv1")
        second = self.vehicle("auv1", url, "max")
        self.assertEqual(second.wait(240), 0, self.log())
        expected = sorted(before + self.found("auv1"))
        self.wait_for(lambda: self.collected("auv1") == expected, 60, "contacts of both runs")


if __name__ == "__main__":
    unittest.main()
