#!/usr/bin/python3
"""A USB webcam for a virtual machine: a moving test picture as MJPEG, for the kernel's own driver (uvcvideo).

It speaks usbredir to QEMU's `-chardev socket,path=SOCKET,server=on,wait=off,id=usb -device usb-redir,chardev=usb`.
To start it is to plug it in, to end it is to pull it out, and a SIGSTOP makes it hang. Needs ffmpeg.
"""

import socket
import struct
import subprocess
import sys
import threading

NAME = "HD Webcam"
SIZES = [(1280, 720), (640, 480)]
RATES = [30, 15, 10, 5]
PAYLOAD = 16384  # of a bulk transfer, with its header of two bytes
BULK_IN = 0x81
# usbredir: kinds of messages, and statuses.
HELLO, CONNECT, INTERFACES, ENDPOINTS = 0, 1, 4, 5
SET_CONFIG, GET_CONFIG, CONFIG_STATUS, SET_ALT, GET_ALT, ALT_STATUS, CANCEL = 6, 7, 8, 9, 10, 11, 21
CONTROL, BULK = 100, 101
SUCCESS, CANCELLED, STALL = 0, 1, 4
# Sizes of packets are told, messages have long numbers, and bulk transfers long sizes: XHCI needs that.
CAPABILITIES = 1 << 4 | 1 << 5 | 1 << 6


def interval(rate):
    return 10_000_000 // rate


def descriptor(kind, body):
    return bytes([len(body) + 2, kind]) + body


def class_specific(subtype, layout, *values):
    return descriptor(0x24, struct.pack("<B" + layout, subtype, *values))


def frame(index, width, height):
    rates = [interval(rate) for rate in RATES]
    pixels = width * height
    values = (index, 0, width, height, pixels, pixels * 16, pixels * 2, rates[0], len(rates), *rates)
    return class_specific(7, f"BBHHIIIIB{len(rates)}I", *values)


def configuration():
    terminals = class_specific(2, "BHBBHHHB3s", 1, 0x0201, 0, 0, 0, 0, 0, 3, bytes(3))
    terminals += class_specific(3, "BHBBB", 2, 0x0101, 0, 1, 0)
    control = class_specific(1, "HHIBB", 0x0100, 13 + len(terminals), 48_000_000, 1, 1) + terminals
    formats = class_specific(6, "8B", 1, len(SIZES), 1, 1, 0, 0, 0, 0)
    formats += b"".join(frame(i + 1, *size) for i, size in enumerate(SIZES))
    formats += class_specific(13, "BBB", 1, 1, 4)
    streaming = class_specific(1, "BHBBBBBBBB", 1, 14 + len(formats), BULK_IN, 0, 2, 0, 0, 0, 1, 0) + formats
    body = descriptor(11, bytes([0, 2, 14, 3, 0, 0]))
    body += descriptor(4, bytes([0, 0, 0, 14, 1, 0, 0])) + control
    body += descriptor(4, bytes([1, 0, 1, 14, 2, 0, 0])) + streaming
    body += descriptor(5, struct.pack("<BBHB", BULK_IN, 2, 512, 0))
    return descriptor(2, struct.pack("<HBBBBB", 9 + len(body), 2, 1, 0, 0x80, 250)) + body


DEVICE = descriptor(1, struct.pack("<HBBBBHHHBBBB", 0x0200, 0xEF, 2, 1, 64, 0x1D6B, 0x0102, 0x0100, 1, 2, 0, 1))
STRINGS = [b"\x09\x04", "Ashkar".encode("utf-16-le"), NAME.encode("utf-16-le")]


class Webcam:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.lock = threading.Lock()
        self.waiting = []  # numbers of bulk transfers that the host has asked for
        self.payloads = []  # of the picture that is being sent
        self.parity = 0
        self.encoder = None
        self.choice = self.probe(bytes(8))

    def send(self, kind, number, body):
        # Numbers of messages are short until both sides have said hello.
        self.socket.sendall(struct.pack("<III" if kind == HELLO else "<IIQ", kind, len(body), number) + body)

    def probe(self, wish):
        """What the camera grants: the size, the interval, and what follows from them."""
        _, _, size, wanted = struct.unpack_from("<HBBI", wish)
        size = min(max(size, 1), len(SIZES))
        rate = min(RATES, key=lambda rate: abs(interval(rate) - (wanted or interval(RATES[0]))))
        width, height = SIZES[size - 1]
        self.size, self.rate = f"{width}x{height}", rate
        return struct.pack("<HBBI5HII", 1, 1, size, interval(rate), 0, 0, 0, 0, 0, width * height * 2, PAYLOAD)

    def control(self, request, kind, value, index, length, data):
        """The answer to a control request; None refuses it."""
        if (kind, request) == (0x80, 6):
            which, of = value & 0xFF, value >> 8
            if of == 3 and which < len(STRINGS):
                return descriptor(3, STRINGS[which])[:length]
            return {1: DEVICE, 2: configuration()}.get(of, b"")[:length] or None
        if (kind, request) == (0x80, 0):
            return bytes(2)[:length]
        if (kind, request, index) == (0x02, 1, BULK_IN):
            self.stop()
            return b""
        if index == 1 and value >> 8 in (1, 2):  # probe and commit
            if (kind, request) == (0x21, 1) and len(data) >= 26:
                self.choice = self.probe(data)
                return b""
            if kind == 0xA1 and request in (0x81, 0x82, 0x83, 0x87):
                return self.choice[:length]
            if kind == 0xA1 and request in (0x85, 0x86):
                return (b"\x1a\x00" if request == 0x85 else b"\x03")[:length]
        return None

    def start(self):
        picture = f"testsrc2=size={self.size}:rate={self.rate}"
        command = ["ffmpeg", "-v", "fatal", "-re", "-f", "lavfi", "-i", picture, "-pix_fmt", "yuvj422p"]
        command += ["-c:v", "mjpeg", "-q:v", "6", "-f", "image2pipe", "-"]
        self.encoder = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        threading.Thread(target=self.film, args=(self.encoder,), daemon=True).start()

    def stop(self):
        if self.encoder:
            self.encoder.kill()
            self.encoder = None
        self.payloads = []

    def film(self, encoder):
        """Cuts the encoder's output into pictures. One that nobody has fetched gives way to the next."""
        rest = b""
        while piece := encoder.stdout.read1(65536):
            rest += piece
            while (end := rest.find(b"\xff\xd9\xff\xd8")) >= 0:
                picture, rest = rest[: end + 2], rest[end + 2 :]
                with self.lock:
                    if encoder is self.encoder and not self.payloads:
                        self.queue(picture)
                        self.deliver()
        encoder.wait()

    def queue(self, picture):
        self.parity ^= 1
        step = PAYLOAD - 2
        pieces = [picture[at : at + step] for at in range(0, len(picture), step)]
        for left, piece in zip(range(len(pieces) - 1, -1, -1), pieces):
            self.payloads.append(bytes([2, 0x80 | self.parity | (0 if left else 2)]) + piece)

    def deliver(self):
        while self.waiting and self.payloads:
            self.bulk(self.waiting.pop(0), SUCCESS, self.payloads.pop(0))

    def bulk(self, number, status, data=b""):
        self.send(BULK, number, struct.pack("<BBHIH", BULK_IN, status, len(data), 0, 0) + data)

    def received(self, kind, number, body):
        if kind == HELLO:
            self.send(INTERFACES, 0, struct.pack("<I32s32s32s32s", 2, b"\0\1", b"\16\16", b"\1\2", b""))
            types = bytearray(b"\xff" * 32)
            types[0] = types[16] = 0
            types[17] = 2
            sizes = struct.pack("<32H", *(64 if at in (0, 16) else 512 if at == 17 else 0 for at in range(32)))
            self.send(ENDPOINTS, 0, bytes(types) + bytes(32) + bytes(17) + b"\1" + bytes(14) + sizes)
            self.send(CONNECT, 0, struct.pack("<BBBBHH", 2, 0xEF, 2, 1, 0x1D6B, 0x0102))
        elif kind == SET_CONFIG:
            self.send(CONFIG_STATUS, number, bytes([SUCCESS, body[0]]))
        elif kind == GET_CONFIG:
            self.send(CONFIG_STATUS, number, bytes([SUCCESS, 1]))
        elif kind in (SET_ALT, GET_ALT):
            self.send(ALT_STATUS, number, bytes([SUCCESS, body[0], 0]))
        elif kind == CONTROL:
            endpoint, request, of, _, value, index, length = struct.unpack_from("<BBBBHHH", body)
            answer = self.control(request, of, value, index, length, body[10:])
            status, data = (STALL, b"") if answer is None else (SUCCESS, answer)
            size = length if status == SUCCESS and not of & 0x80 else len(data)
            self.send(CONTROL, number, struct.pack("<BBBBHHH", endpoint, request, of, status, value, index, size) + data)
        elif kind == BULK:
            if not self.encoder:
                self.start()
            self.waiting.append(number)
            self.deliver()
        elif kind == CANCEL and number in self.waiting:
            self.waiting.remove(number)
            self.bulk(number, CANCELLED)

    def run(self):
        with self.socket.makefile("rb") as stream:
            self.send(HELLO, 0, b"webcam".ljust(64, b"\0") + struct.pack("<I", CAPABILITIES))
            layout = "<III"
            while header := stream.read(struct.calcsize(layout)):
                kind, length, number = struct.unpack(layout, header)
                layout = "<IIQ"
                body = stream.read(length)
                with self.lock:
                    self.received(kind, number, body)


if __name__ == "__main__":
    webcam = Webcam(sys.argv[1])
    try:
        webcam.run()
    finally:
        webcam.stop()
