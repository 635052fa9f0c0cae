"""The rows of the fault matrix that put a fault into a role, as tests/system/faulty does."""
import dataclasses
import os

from processes import ROLES

WORK = {"source": "done=200", "port-detector": "done=12", "starboard-detector": "done=12", "fusion": "done=12"}
SEEN = {
    "kill": "killed by signal 9",
    "stop": "no sign of life",
    "crash": "killed by signal 11",
    "loop": "no sign of life",
    "memory": "bad_alloc",
}
FAULTS = {"kill": "killed (-9)", "stop": "stopped (SIGSTOP)", "crash": "crashes once", "loop": "loops for ever",
          "memory": "out of memory"}
MOMENTS = {"start": "at start", "middle": "in the middle", "drain": "while draining"}


@dataclasses.dataclass(frozen=True)
class Row:
    role: str
    kind: str
    moment: str

    @property
    def fault(self):
        """As TOWFISH_FAULT wants it."""
        return f"{self.role} {self.kind} {WORK[self.role] if self.moment == 'middle' else self.moment}"

    @property
    def title(self):
        return f"{self.role} {FAULTS[self.kind]}, {MOMENTS[self.moment]}"

    @property
    def seen(self):
        return SEEN[self.kind]


# A sanitizer's shadow memory does not fit under a limit.
SANITIZED = os.environ.get("TOWFISH_SANITIZED") == "1"
ALL = [row for row in (Row(role, kind, moment) for role in ROLES for kind in FAULTS for moment in MOMENTS)
       if not (SANITIZED and row.kind == "memory")]
# One of each kind and each role: enough for every run of the suite.
FEW = [Row("port-detector", "kill", "middle"), Row("fusion", "loop", "middle"), Row("source", "memory", "middle"),
       Row("starboard-detector", "stop", "start"), Row("fusion", "crash", "drain")]
FEW = [row for row in FEW if row in ALL]
