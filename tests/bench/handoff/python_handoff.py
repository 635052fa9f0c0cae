"""Hands 1 MiB frames from one Python process to another, as handoff_bench does it for the others.

python_handoff.py pipe|queue scheduler|core-each RATE_HZ PACED_SECONDS SATURATED_SECONDS   prints one JSON object
"""

import json
import multiprocessing
import os
import struct
import sys
import time

FRAME_BYTES = 1 << 20
SPREAD = FRAME_BYTES // 16
WARM_UP = 40
END = (1 << 64) - 1


def place(core, placement):
    cores = range(os.cpu_count()) if placement == "scheduler" else {core % os.cpu_count()}
    os.sched_setaffinity(0, cores)


def produce(send, placement, interval_s, seconds):
    place(0, placement)
    frame = bytearray(FRAME_BYTES)
    samples = bytes(FRAME_BYTES)

    def hand_over(number):
        frame[:] = samples
        for at in range(0, FRAME_BYTES, SPREAD):
            struct.pack_into("<Q", frame, at, number)
        struct.pack_into("<q", frame, 8, time.monotonic_ns())
        send(frame)

    number = 0
    start = measured_from = time.monotonic()
    while number <= WARM_UP or time.monotonic() - measured_from < seconds:
        if interval_s > 0:
            time.sleep(max(0.0, start + number * interval_s - time.monotonic()))
        if number == WARM_UP:
            measured_from = time.monotonic()
        hand_over(number)
        number += 1
    hand_over(END)


def consume(receive):
    latencies_us = []
    first_ns = last_ns = wanted = 0
    while True:
        frame = receive()
        now = time.monotonic_ns()
        if struct.unpack_from("<Q", frame)[0] == END:
            break
        for at in range(0, FRAME_BYTES, SPREAD):
            if struct.unpack_from("<Q", frame, at)[0] != wanted:
                sys.exit(f"frame {wanted} is not whole")
        if wanted == WARM_UP:
            first_ns = now
        elif wanted > WARM_UP:
            latencies_us.append((now - struct.unpack_from("<q", frame, 8)[0]) / 1000)
            last_ns = now
        wanted += 1
    latencies_us.sort()
    count = len(latencies_us)
    return {
        "p50_us": latencies_us[count // 2],
        "p99_us": latencies_us[min(count - 1, count * 99 // 100)],
        "frames_per_s": count * 1e9 / (last_ns - first_ns),
    }


def measure(kind, placement, interval_s, seconds):
    place(1, placement)
    if kind == "pipe":  # send_bytes is the documented way for buffers: nothing is pickled.
        reader, writer = multiprocessing.Pipe(duplex=False)
        send, receive = writer.send_bytes, reader.recv_bytes
    else:
        queue = multiprocessing.Queue(maxsize=16)
        send, receive = lambda frame: queue.put(bytes(frame)), queue.get
    producer = multiprocessing.Process(target=produce, args=(send, placement, interval_s, seconds), daemon=True)
    producer.start()
    result = consume(receive)
    producer.join()
    return result


def main():
    kind, placement, rate_hz, paced_s, saturated_s = *sys.argv[1:3], *map(float, sys.argv[3:6])
    multiprocessing.set_start_method("fork")
    result = measure(kind, placement, 1 / rate_hz, paced_s)
    result["frames_per_s"] = measure(kind, "core-each", 0, saturated_s)["frames_per_s"]
    print(json.dumps(result))


main()
