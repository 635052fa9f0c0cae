"""Memory and open files of a session's processes while it runs."""
import pathlib
import time

from processes import role_pids

SETTLED_S = 60


class Growth:
    """Samples every process once a second. What a process had at its first minute is compared with what it has
    later, and what young processes of a role have early with what young ones have late: a state that grows with
    the survey would show there although its holder is killed again and again."""

    def __init__(self, session, supervisor):
        self.session, self.supervisor = session, supervisor
        self.since, self.first, self.last, self.peak_fds = {}, {}, {}, {}
        self.next_at = 0

    def turn(self):
        now = time.monotonic()
        if now < self.next_at:
            return
        self.next_at = now + 1
        roles = role_pids(self.session)
        if len(roles) < 2:  # Not begun, or already writing its results.
            return
        for role, pid in {"supervisor": self.supervisor, **roles}.items():
            sample = self._sample(pid)
            if sample is None:
                continue
            born = self.since.setdefault((role, pid), now)
            self.peak_fds[role] = max(self.peak_fds.get(role, 0), sample[1])
            if now - born >= SETTLED_S:
                self.first.setdefault((role, pid), sample)
                self.last[role, pid] = sample

    @staticmethod
    def _sample(pid):
        """Private memory in KiB (the shared segment is of fixed size) and open files."""
        try:
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            fds = len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))
            return int(status.split("RssAnon:")[1].split()[0]), fds
        except (OSError, IndexError):
            return None

    def worst(self):
        """By role: the most KiB and the most open files that one process gained after its first minute."""
        gained = {}
        for (role, pid), (kib, fds) in self.last.items():
            first_kib, first_fds = self.first[role, pid]
            most = gained.setdefault(role, {"kib": 0, "fds": 0, "fds_peak": self.peak_fds[role]})
            most["kib"] = max(most["kib"], kib - first_kib)
            most["fds"] = max(most["fds"], fds - first_fds)
        return gained
