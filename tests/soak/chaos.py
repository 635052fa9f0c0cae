"""Seeded faults from outside: roles are killed, stopped for a while, or stopped for good."""
import os
import random
import signal
import time

from processes import ROLES, role_pids

# What is done, how often of 100 times, and to how many roles at once.
DEEDS = (("kill", 60, 1), ("kill", 10, 2), ("pause", 20, 1), ("hang", 10, 1))


class Chaos:
    """One fault a turn; what was done is counted in `done` and, a line each, in `diary`."""

    def __init__(self, session, seed, mean_s):
        self.session, self.random, self.mean_s = session, random.Random(seed), mean_s
        self.done, self.diary = {}, []
        self.next_at = time.monotonic() + self._pause()
        self.paused = []

    def _pause(self):
        return 0.3 + self.random.expovariate(1) * self.mean_s

    def turn(self):
        """Does what is due by now; to be called often."""
        now = time.monotonic()
        for until, pid in [entry for entry in self.paused if entry[0] <= now]:
            self._send(pid, signal.SIGCONT)
            self.paused.remove((until, pid))
        if now < self.next_at:
            return
        self.next_at = now + self._pause()
        deed, _, count = self.random.choices(DEEDS, [weight for _, weight, _ in DEEDS])[0]
        roles = self.random.sample(ROLES, count)
        length_s = self.random.uniform(0.05, 1.2)
        pids = role_pids(self.session)
        for role in roles:
            if role in pids:
                self._do(deed, role, pids[role], length_s)

    def _do(self, deed, role, pid, length_s):
        if not self._send(pid, signal.SIGKILL if deed == "kill" else signal.SIGSTOP):
            return
        if deed == "pause":
            self.paused.append((time.monotonic() + length_s, pid))
        self.done[deed] = self.done.get(deed, 0) + 1
        self.diary.append(f"{time.monotonic():.3f} {deed} {role} {pid}")

    @staticmethod
    def _send(pid, number):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True
