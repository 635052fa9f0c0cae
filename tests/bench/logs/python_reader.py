"""Reads an XTF file as the open Python tools do: a packet header at a time through struct, samples through
numpy.frombuffer, each trace copied out as an array. Written for comparison with log_benchmark; nothing else uses
it."""
import json
import struct
import sys
import time

import numpy as np


def read(path):
    """Pings and samples, as (count, sum of first samples)."""
    pings, check = 0, 0
    with open(path, "rb") as file:
        file.read(1024)
        while True:
            head = file.read(14)
            if len(head) < 14:
                return pings, check
            magic, kind, _, channels, length = struct.unpack("<HBBH4xI", head)
            assert magic == 0xFACE
            body = file.read(length - 14)
            if kind != 0:
                continue
            struct.unpack_from("<HBBBBBB", body, 0)
            struct.unpack_from("<f", body, 18)
            struct.unpack_from("<dd", body, 146)
            place, traces = 242, []
            for _ in range(channels):
                count, = struct.unpack_from("<I", body, place + 42)
                traces.append(np.frombuffer(body, "<u2", count, place + 64).copy())
                place += 64 + 2 * count
            traces[0] = np.ascontiguousarray(traces[0][::-1])
            check += int(traces[0][0]) + int(traces[-1][0])
            pings += 1


def main():
    path = sys.argv[1]
    best = float("inf")
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 3):
        began = time.process_time()
        pings, check = read(path)
        best = min(best, time.process_time() - began)
    print(json.dumps({"cpu_s": best, "pings": pings, "check": check}))


if __name__ == "__main__":
    main()
