"""XTF byte by byte, from the tables of its specification (Rev 42): shares nothing with the program."""
import datetime
import struct

KNOT_MPS = 0.514444


def file_header(channels=2, frequency_khz=400.0):
    header = bytearray(1024)
    header[0], header[1] = 123, 1
    header[10:13] = b"223"
    struct.pack_into("<HH", header, 164, 3, channels)
    for number in range(channels):
        at = 256 + 128 * number
        header[at], header[at + 1] = 1 + number % 2, number
        struct.pack_into("<HHH", header, at + 2, 1, 1, 2)
        struct.pack_into("<f", header, at + 32, frequency_khz * (1 + number // 2))
    return bytes(header)


def ping(number, traces, latitude=58.0, longitude=11.0, altitude_m=6.0, interval_s=0.1):
    packet = bytearray(256)
    struct.pack_into("<HBBH", packet, 0, 0xFACE, 0, 0, len(traces))
    hundredths = round(number * interval_s * 100)
    minute, second = divmod(hundredths // 100, 60)
    struct.pack_into("<HBBBBBB", packet, 14, 2020, 6, 1, 12, minute % 60, second, hundredths % 100)
    struct.pack_into("<If", packet, 28, number, 750.0)
    struct.pack_into("<f", packet, 152, 4.0)
    struct.pack_into("<dd", packet, 160, latitude + 1e-6 * number, longitude)
    struct.pack_into("<f", packet, 196, altitude_m)
    struct.pack_into("<f", packet, 212, 360.0)
    for channel, samples in enumerate(traces):
        head = bytearray(64)
        struct.pack_into("<H", head, 0, channel)
        struct.pack_into("<f", head, 4, 30.0)
        struct.pack_into("<f", head, 16, 0.04)
        struct.pack_into("<I", head, 42, len(samples))
        packet += head + struct.pack(f"<{len(samples)}H", *samples)
    packet += bytes(-len(packet) % 64)
    struct.pack_into("<I", packet, 10, len(packet))
    return bytes(packet)


def log(pings, samples=16, channels=2):
    return file_header(channels) + b"".join(
        ping(n, [[(n + 7 * c + i) % 1000 for i in range(samples)] for c in range(channels)]) for n in range(pings))


def read_pings(data):
    """Of each sonar packet: time, position, heading, speed, altitude and [port, starboard] nadir first."""
    at = 1024
    while at + 14 <= len(data):
        magic, kind, _, channels, length = struct.unpack_from("<HBBH4xI", data, at)
        assert magic == 0xFACE, at
        if kind == 0:
            year, month, day, hour, minute, second, hundredths = struct.unpack_from("<HBBBBBB", data, at + 14)
            traces, place = [], at + 256
            for _ in range(channels):
                count, = struct.unpack_from("<I", data, place + 42)
                traces.append(struct.unpack_from(f"<{count}H", data, place + 64))
                place += 64 + 2 * count
            yield {
                "time": datetime.datetime(year, month, day, hour, minute, second, hundredths * 10000),
                "latitude": struct.unpack_from("<d", data, at + 160)[0],
                "longitude": struct.unpack_from("<d", data, at + 168)[0],
                "speed_mps": struct.unpack_from("<f", data, at + 152)[0] * KNOT_MPS,
                "altitude_m": struct.unpack_from("<f", data, at + 196)[0],
                "heading_deg": struct.unpack_from("<f", data, at + 212)[0] % 360,
                "port": traces[0][::-1], "starboard": traces[1],
            }
        at += length
