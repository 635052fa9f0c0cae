#!/usr/bin/env python3
"""Our reader and one of the kind that the open Python tools use, by turns on the same log from the page cache, both
by the processor time that they take: compare.py LOG_BENCHMARK [SAMPLES [MEGABYTES]]."""
import json
import os
import pathlib
import statistics
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
ROUNDS = 3
sys.path.insert(0, str(HERE.parents[1] / "system"))
import log_bytes  # noqa: E402


def write_log(file, samples, megabytes):
    sides = [[(i * 2654435761 >> 17) % 32768 for i in range(samples)], [(i * 40503 >> 3) % 32768 for i in range(samples)]]
    ping = bytearray(log_bytes.ping(0, sides))
    pings = megabytes * 1_000_000 // len(ping)
    with file.open("wb") as out:
        out.write(log_bytes.file_header())
        for number in range(pings):
            hundredths = number * 5
            struct.pack_into("<BBBB", ping, 18, hundredths // 360000 % 24, hundredths // 6000 % 60, hundredths // 100 % 60,
                             hundredths % 100)
            struct.pack_into("<d", ping, 160, 58 + 1e-7 * (number // 5))
            out.write(ping)
    return pings


def ours(program, file):
    run = subprocess.run([program, "--benchmark_filter=NamedLog", "--benchmark_format=json", "--benchmark_min_time=0.5"],
                         env=os.environ | {"TOWFISH_BENCH_LOG": str(file)}, check=True, capture_output=True, text=True)
    return json.loads(run.stdout)["benchmarks"][0]["cpu_time"] / 1000


def python_with_numpy():
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import numpy"], capture_output=True).returncode == 0:
            return python
    sys.exit("no Python with NumPy (python3-numpy)")


def peer(file, pings):
    run = subprocess.run([python_with_numpy(), HERE / "python_reader.py", file, "1"], check=True, capture_output=True, text=True)
    told = json.loads(run.stdout)
    assert told["pings"] == pings, told
    return told["cpu_s"]


def main():
    program = sys.argv[1]
    samples = int(sys.argv[2]) if len(sys.argv) > 2 else 4096
    megabytes = int(sys.argv[3]) if len(sys.argv) > 3 else 256
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "bench.xtf"
        pings = write_log(file, samples, megabytes)
        size = file.stat().st_size
        times = [(ours(program, file), peer(file, pings)) for _ in range(ROUNDS)]
    speeds = [statistics.median(size / t[k] / 1e9 for t in times) for k in (0, 1)]
    print(f"{pings} pings of 2 x {samples} samples, {size / 1e6:.0f} MB: ours {speeds[0]:.2f} GB/s, "
          f"Python and NumPy {speeds[1]:.2f} GB/s, {speeds[0] / speeds[1]:.1f} times")


if __name__ == "__main__":
    main()
