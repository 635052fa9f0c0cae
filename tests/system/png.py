"""Reads PNG pictures of 8 bits, to look at what the program drew."""
import struct
import zlib


def read(file):
    """Width, height and rows of (red, green, blue)."""
    data = file.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", file
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack_from(">IIBB", body)
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    assert depth == 8 and colour in (0, 2), (depth, colour)
    channels = 3 if colour == 2 else 1
    rows = unfilter(zlib.decompress(packed), width * channels, height, channels)
    return width, height, [[tuple(row[x * channels:(x + 1) * channels]) * (3 // channels) for x in range(width)]
                           for row in rows]


def unfilter(raw, row_bytes, height, step):
    above, rows = bytearray(row_bytes), []
    for y in range(height):
        kind, row = raw[y * (row_bytes + 1)], bytearray(raw[y * (row_bytes + 1) + 1:(y + 1) * (row_bytes + 1)])
        for x in range(row_bytes):
            left = row[x - step] if x >= step else 0
            corner = above[x - step] if x >= step else 0
            row[x] = (row[x] + predicted(kind, left, above[x], corner)) & 255
        rows.append(row)
        above = row
    return rows


def predicted(kind, left, up, corner):
    if kind == 4:
        return min((left, up, corner), key=lambda v: abs(left + up - corner - v))
    return (0, left, up, (left + up) // 2)[kind]
