"""The living processes of a session, found in /proc as `ps` would show them."""
import pathlib

ROLES = ("source", "port-detector", "starboard-detector", "fusion")


def role_pids(session):
    """The living processes of the session's roles, by role."""
    pids = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if words[0] != "towfish" or session not in words or state == "Z":
            continue
        side = words[words.index("--side") + 1] + "-" if "--side" in words else ""
        pids[side + words[1]] = int(entry.name)
    return pids
