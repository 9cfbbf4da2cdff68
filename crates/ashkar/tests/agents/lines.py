#!/usr/bin/python3
"""Lines that are slow, far, lossy or cut: carries IP packets between pairs of TUN devices.

Kernels are built without netem more often than without TUN. `lines.py PREFIX COUNT SEED` makes the devices PREFIX0a,
PREFIX0b, PREFIX1a …, prints "ready", and reads commands, one a line, of four numbers: the line, its rate (bits a
second; 0: it is cut), its delay there and back (milliseconds), its loss (packets in a thousand). They hold for both
directions. Ends with its input.
"""

import fcntl
import heapq
import os
import random
import selectors
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
# A router's buffer: what waits longer than this is dropped.
QUEUE_S = 0.4
READS = 64


def device(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return fd


class Direction:
    """From one device to the other. `free` is when the wire has sent what waits."""

    def __init__(self, to):
        self.to, self.free = to, 0.0
        self.set(1_000_000_000, 0.0, 0.0)

    def set(self, rate, delay, loss):
        self.rate, self.delay, self.loss, self.free = rate, delay, loss, 0.0

    def due(self, size, now):
        """When a packet of `size` bytes that comes now is there; None if it never is."""
        if self.rate == 0 or random.random() < self.loss:
            return None
        begins = max(self.free, now)
        if begins - now > QUEUE_S:
            return None
        self.free = begins + size * 8 / self.rate
        return self.free + self.delay


class Lines:
    def __init__(self, prefix, count):
        self.selector, self.lines, self.flying, self.number = selectors.DefaultSelector(), [], [], 0
        for line in range(count):
            here, there = device(f"{prefix}{line}a"), device(f"{prefix}{line}b")
            both = Direction(there), Direction(here)
            self.lines.append(both)
            self.selector.register(here, selectors.EVENT_READ, both[0])
            self.selector.register(there, selectors.EVENT_READ, both[1])
        os.set_blocking(0, False)
        self.selector.register(0, selectors.EVENT_READ, None)
        self.commands = b""

    def take(self, fd, direction):
        for _ in range(READS):
            try:
                packet = os.read(fd, 65536)
            except (BlockingIOError, OSError):
                return
            due = direction.due(len(packet), time.monotonic())
            if due is not None:
                self.number += 1
                heapq.heappush(self.flying, (due, self.number, direction, packet))

    def obey(self):
        data = os.read(0, 65536)
        if not data:
            sys.exit(0)
        *commands, self.commands = (self.commands + data).split(b"\n")
        for command in commands:
            line, rate, delay_ms, loss = (int(word) for word in command.split())
            for direction in self.lines[line]:
                direction.set(rate, delay_ms / 2000, loss / 1000)
            if rate == 0:
                self.flying = [flies for flies in self.flying if flies[2] not in self.lines[line]]
                heapq.heapify(self.flying)

    def run(self):
        while True:
            wait = self.flying[0][0] - time.monotonic() if self.flying else None
            for key, _ in self.selector.select(None if wait is None else max(wait, 0)):
                if key.fd == 0:
                    self.obey()
                else:
                    self.take(key.fd, key.data)
            now = time.monotonic()
            while self.flying and self.flying[0][0] <= now:
                _, _, direction, packet = heapq.heappop(self.flying)
                try:
                    os.write(direction.to, packet)
                except OSError:
                    pass  # A device that is down takes nothing.


if __name__ == "__main__":
    random.seed(int(sys.argv[3]))
    lines = Lines(sys.argv[1], int(sys.argv[2]))
    print("ready", flush=True)
    lines.run()
