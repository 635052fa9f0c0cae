"""Batches over NATS: several workers, some of them killed, one server of three killed, and TLS with credentials."""
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from survey_logs import SCENARIO, Packets
from towfish_case import PROGRAM, SOURCE, TowfishCase

SERVER = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin:/sbin")
BUILT_WITHOUT = "built without NATS" in subprocess.run(
    [PROGRAM, "worker", "--nats", "nats://127.0.0.1:1"], capture_output=True, text=True, timeout=60).stderr


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@unittest.skipIf(BUILT_WITHOUT, "this towfish was built without libnats")
@unittest.skipUnless(SERVER, "nats-server is not installed")
class NatsCase(TowfishCase):
    """`count` logs of `times` x 240 pings, and the contacts that a batch on this machine finds in them."""
    count = 60
    times = 1

    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="towfish-nats-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        (cls.shared / "strip.yaml").write_text(SCENARIO)
        subprocess.run([PROGRAM, "convert", str(cls.shared / "strip.yaml"), str(cls.shared / "strip.xtf")],
                       check=True, capture_output=True, timeout=240)
        packets = Packets(cls.shared / "strip.xtf")
        cls.logs = cls.shared / "logs"
        packets.write(cls.logs / "long.xtf", times=6)
        for i in range(cls.count - 1):
            first = 10 * (i % 59)
            packets.write(cls.logs / f"{i:03}.xtf", times=cls.times, first=first, end=first + 240,
                          hours=i // 59 * 12 + i % 12)
        run = subprocess.run([PROGRAM, "batch", str(cls.logs), "--out", str(cls.shared / "here"), "--jobs", "2"],
                             capture_output=True, text=True, timeout=240)
        assert run.returncode == 0, run.stderr
        cls.expected = (cls.shared / "here" / "contacts.csv").read_bytes()

    def log(self):
        return "\n".join(log.read_text() for log in self.folder.glob("*.log"))

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

    def serve(self, *words):
        port, = free_ports(1)
        self.spawn("server", SERVER, "-a", "127.0.0.1", "-p", port, "-js", "-sd", self.folder / "js", *words)
        self.wait_for(lambda: "Server is ready" in self.log(), what="server")
        return f"nats://127.0.0.1:{port}"

    def cluster(self):
        ports = free_ports(6)  # At once, else one may be given twice.
        clients, routes = ports[:3], ports[3:]
        servers = []
        for i in range(3):
            servers.append(self.spawn(
                f"server{i}", SERVER, "-a", "127.0.0.1", "-p", clients[i], "-js", "-sd", self.folder / f"js{i}",
                "-n", f"s{i}", "--cluster_name", "c", "--cluster", f"nats://127.0.0.1:{routes[i]}",
                "--routes", ",".join(f"nats://127.0.0.1:{port}" for port in routes)))
        self.wait_for(lambda: "JetStream cluster new metadata leader" in self.log(), 60, "leader")
        return servers, ",".join(f"nats://127.0.0.1:{port}" for port in clients)

    def work(self, url, *words):
        return self.spawn("worker", PROGRAM, "worker", "--nats", url, *words)

    def start_batch(self, url, *words):
        return self.spawn("batch", PROGRAM, "batch", self.logs, "--out", self.out, "--nats", url, *words)

    def assert_as_expected(self):
        self.assertEqual(self.summary()["logs"]["done"], self.count)
        self.assertEqual((self.out / "contacts.csv").read_bytes(), self.expected)


class NatsBatch(NatsCase):
    def test_three_workers_do_what_one_machine_does(self):
        url = self.serve()
        workers = [self.work(url) for _ in range(3)]
        self.assertEqual(self.start_batch(url).wait(120), 0, self.log())
        self.assert_as_expected()
        for worker in workers:
            worker.send_signal(signal.SIGINT)
            self.assertEqual(worker.wait(60), 0)

    def test_dead_workers_jobs_go_to_others(self):
        url = self.serve()
        workers = [self.work(url) for _ in range(3)]
        batch = self.start_batch(url)
        chance = random.Random(5)
        killed = 0
        while batch.poll() is None and killed < 4:
            time.sleep(0.3)
            victim = chance.randrange(3)
            workers[victim].kill()
            workers[victim] = self.work(url)
            killed += batch.poll() is None
        self.assertGreater(killed, 0, "done too soon for this test")
        self.assertEqual(batch.wait(240), 0, self.log())
        self.assert_as_expected()

    def test_a_killed_coordinator_goes_on(self):
        url = self.serve()
        workers = [self.work(url) for _ in range(2)]
        for _ in range(3):
            batch = self.start_batch(url)
            time.sleep(1)
            batch.kill()
            batch.wait()
        self.assertEqual(self.start_batch(url).wait(240), 0, self.log())
        self.assert_as_expected()
        self.assertTrue(all(worker.poll() is None for worker in workers))

    def test_one_server_of_three_may_die(self):
        servers, urls = self.cluster()
        for _ in range(2):
            self.work(urls)
        batch = self.start_batch(urls, "--nats-replicas", "3")
        self.wait_for(lambda: any((self.out / "reports").rglob("*.reports")), 60, "first reports")
        self.assertIsNone(batch.poll(), "done too soon for this test")
        servers[0].kill()
        self.assertEqual(batch.wait(300), 0, self.log())
        self.assert_as_expected()

    def test_tls_and_credentials_from_a_file(self):
        openssl = shutil.which("openssl")
        if not openssl:
            self.skipTest("openssl is not installed")
        key, certificate = self.folder / "key.pem", self.folder / "cert.pem"
        subprocess.run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                        "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                       check=True, capture_output=True)
        url = self.serve("--tls", "--tlscert", certificate, "--tlskey", key, "--user", "survey", "--pass", "secret")
        url = url.replace("nats://", "tls://")
        letter = self.folder / "credentials"
        letter.write_text("survey\nsecret\n")
        wrong = self.towfish("batch", self.logs, "--out", self.out, "--nats", url, "--nats-ca", certificate)
        self.assertIn(wrong.returncode, (2, 3), wrong.stderr)
        let_in = ("--nats-credentials", letter, "--nats-ca", certificate)
        self.work(url, *let_in)
        self.assertEqual(self.start_batch(url, *let_in).wait(240), 0, self.log())
        self.assert_as_expected()

    def test_a_worker_that_does_not_see_the_logs_costs_nothing_and_ends(self):
        other = self.folder / "other"
        shutil.copytree(self.logs, other)
        for log in other.glob("*.xtf"):
            os.truncate(log, 1000)
        url = self.serve()
        blind = [self.work(url, "--map", self.logs, place) for place in (self.folder / "absent", other)]
        batch = self.start_batch(url)
        for worker in blind:
            self.assertEqual(worker.wait(60), 2, self.log())
        self.assertIn("--map", self.log())
        self.work(url)
        self.assertEqual(batch.wait(240), 0, self.log())
        self.assert_as_expected()

    def test_workers_without_the_model_cost_nothing_and_end(self):
        models = SOURCE / "tests" / "detectors" / "models"
        model, detector = self.folder / "mine.onnx", self.folder / "mine.yaml"
        detector.write_text("classifier: {model: mine.onnx}\n")
        shutil.copy(models / "chip.onnx", model)
        url = self.serve()
        batch = self.start_batch(url, "--detector", detector)
        self.wait_for(lambda: (self.out / "ledger.sqlite").exists(), 60, "ledger")
        time.sleep(1)
        other = bytearray((models / "chip.onnx").read_bytes())
        other[len(other) // 2] ^= 1  # A weight.
        for content in (None, None, b"no model", other):
            model.unlink(missing_ok=True)
            if content is not None:
                model.write_bytes(content)
            self.assertEqual(self.work(url).wait(60), 2, self.log())
        shutil.copy(models / "chip.onnx", model)
        self.work(url)
        self.assertEqual(batch.wait(240), 0, self.log())
        self.assertEqual(self.summary()["logs"]["done"], self.count)

    def test_refused_logins_are_tried_again(self):
        port, = free_ports(1)
        letter = self.folder / "credentials"
        letter.write_text("survey\nsecret\n")

        def serve(password):
            server = self.spawn(f"server-{password}", SERVER, "-a", "127.0.0.1", "-p", port, "-js", "-sd", self.folder / "js",
                                "--user", "survey", "--pass", password)
            self.wait_for(lambda: "Server is ready" in (self.folder / f"server-{password}.log").read_text(), 30, "server")
            return server
        url = f"nats://127.0.0.1:{port}"
        server = serve("secret")
        worker = self.work(url, "--nats-credentials", letter)
        self.wait_for(lambda: "waiting for jobs" in self.log(), 30, "worker")
        batch = self.start_batch(url, "--nats-credentials", letter)
        self.wait_for(lambda: any((self.out / "reports").rglob("*.reports")), 60, "first reports")
        server.kill()
        server.wait()
        server = serve("another")
        time.sleep(4)
        server.kill()
        server.wait()
        self.assertIsNone(batch.poll(), self.log())
        self.spawn("server-again", SERVER, "-a", "127.0.0.1", "-p", port, "-js", "-sd", self.folder / "js", "--user",
                   "survey", "--pass", "secret")
        self.assertEqual(batch.wait(120), 0, self.log())
        self.assert_as_expected()
        self.assertIsNone(worker.poll())

    def test_no_server_is_said_clearly(self):
        port, = free_ports(1)
        run = self.towfish("batch", self.logs, "--out", self.out, "--nats", f"nats://127.0.0.1:{port}")
        self.assertEqual(run.returncode, 3)
        self.assertIn(str(port), run.stderr)


if __name__ == "__main__":
    unittest.main()
