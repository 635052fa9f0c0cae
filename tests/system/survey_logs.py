"""Logs for tests of batches: one short simulated survey as XTF, and longer or shorter logs made of its packets."""
import struct

SCENARIO = """title: Strip with mines
seed: 11
sonar: {frequency_khz: 600, bandwidth_khz: 40, beam_deg: 0.4, range_m: 25, samples: 512}
water: {depth_m: 12}
vehicle: {speed_mps: 2, altitude_m: 4, survey: {length_m: 60, lines: 1}}
seabed: {ground: {sediment: fine_sand, roughness_m: 0.01, roughness_scale_m: 2}}
fields:
  - {kind: mines, count: 8, east_m: -12, north_m: 30, length_m: 56, width_m: 12, separation_m: 5, seed: 1}
  - {kind: mines, count: 8, east_m: 12, north_m: 30, length_m: 56, width_m: 12, separation_m: 5, seed: 2}
"""


class Packets:
    """The header and the ping packets of a short XTF file."""

    def __init__(self, file):
        data = file.read_bytes()
        self.header, at = data[:1024], 1024
        self.pings = []
        while at + 14 <= len(data):
            magic, length = struct.unpack_from("<H8xI", data, at)
            assert magic == 0xFACE and length > 0
            self.pings.append(data[at:at + length])
            at += length

    def write(self, file, times=1, first=0, end=None, hours=0):
        """Pings first to end, again and again, every time one hour later and a kilometre farther north."""
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as out:
            out.write(self.header)
            for turn in range(hours, hours + times):
                for ping in self.pings[first:end]:
                    moved = bytearray(ping)
                    moved[18] = (moved[18] + turn) % 24
                    moved[17] += (ping[18] + turn) // 24
                    for place in (128, 160):
                        latitude, = struct.unpack_from("<d", moved, place)
                        struct.pack_into("<d", moved, place, latitude + 0.01 * turn)
                    out.write(moved)
