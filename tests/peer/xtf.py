"""Reads side-scan pings from an XTF file with 16-bit samples; offsets as in Triton's specification, revision 42."""
import struct

import numpy as np

KNOT_MPS = 0.514444


def pings(path):
    """Yields (ping number, metres between pings, metres between samples, altitude, [port, starboard]); traces nadir first."""
    with open(path, "rb") as file:
        data = np.frombuffer(file.read(), np.uint8)
    at, number = 1024, 0
    while at + 14 <= data.size:
        magic, kind = struct.unpack_from("<HB", data, at)
        channels, = struct.unpack_from("<H", data, at + 4)
        size, = struct.unpack_from("<I", data, at + 10)
        if magic != 0xFACE or size < 14:
            return
        if kind == 0 and at + size <= data.size:
            knots, = struct.unpack_from("<f", data, at + 152)
            altitude_m, = struct.unpack_from("<f", data, at + 196)
            traces, place = [None, None], at + 256
            for _ in range(channels):
                side, = struct.unpack_from("<H", data, place)
                range_m, = struct.unpack_from("<f", data, place + 4)
                interval_s, = struct.unpack_from("<f", data, place + 20)
                count, = struct.unpack_from("<I", data, place + 42)
                samples = data[place + 64:place + 64 + 2 * count].view("<u2")
                traces[side] = samples[::-1] if side == 0 else samples
                place += 64 + 2 * count
            yield number, knots * KNOT_MPS * interval_s, range_m / count, altitude_m, traces
            number += 1
        at += size
