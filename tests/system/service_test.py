"""towfish under a service manager: what it says to systemd, and the unit file."""
import os
import shutil
import socket
import subprocess
import unittest

from towfish_case import PROGRAM, SOURCE, TowfishCase


class Service(TowfishCase):
    def test_systemd_is_told_when_it_is_ready_alive_and_stopping(self):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(listener.close)
        listener.bind(str(self.folder / "notify"))
        listener.settimeout(60)
        os.environ.update(NOTIFY_SOCKET=str(self.folder / "notify"), WATCHDOG_USEC="400000")
        try:
            run = self.start("live")
        finally:
            del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]
        told = []
        while told[-3:] != ["WATCHDOG=1"] * 3 or "READY=1" not in told:
            told.append(listener.recv(200).decode())
        self.wait_for_roles()
        run.terminate()
        while told[-1] != "STOPPING=1":
            told.append(listener.recv(200).decode())
        self.assertEqual(run.wait(60), 0, self.log())
        self.assertEqual(told.count("READY=1"), 1)
        self.assertEqual(set(told), {"READY=1", "WATCHDOG=1", "STOPPING=1"})

    def test_the_unit_file_is_one_and_hardened(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("systemd-analyze is not installed")
        unit = self.folder / "towfish.service"
        text = (SOURCE / "config" / "systemd" / "towfish.service.in").read_text()
        unit.write_text(text.replace("@CMAKE_INSTALL_FULL_BINDIR@/towfish", PROGRAM).replace("@CMAKE_INSTALL_FULL_DOCDIR@", "/tmp")
                        .replace("@CMAKE_INSTALL_FULL_DATADIR@", "/tmp"))
        verified = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60)
        self.assertEqual((verified.returncode, verified.stderr), (0, ""))
        exposure = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=25", unit],
                                  capture_output=True, text=True, timeout=60)
        self.assertEqual(exposure.returncode, 0, exposure.stdout[-400:])


if __name__ == "__main__":
    unittest.main()
