"""A small, well-behaved RTMP publisher, to be modified case by case. Written from Adobe's RTMP 1.0 and FLV 10.1."""

import os
import re
import socket
import struct
import threading
import time

from case import Case
from clips import FPS, is_key, is_random_access, length_prefixed, parameter_sets


def amf(value):
    """AMF 0."""
    if value is None:
        return b"\x05"
    if isinstance(value, bool):
        return b"\x01" + bytes([value])
    if isinstance(value, int | float):
        return b"\x00" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"\x02" + struct.pack(">H", len(value)) + value.encode()
    fields = (struct.pack(">H", len(name)) + name.encode() + amf(field) for name, field in value.items())
    return b"\x03" + b"".join(fields) + b"\x00\x00\x09"


class Publisher(Case):
    video_stream, sound_stream = 6, 4
    # Chunk payload size that it announces, bytes.
    chunk_bytes = 4096
    # Origin of message times, ms.
    base_ms = 0
    # Pictures sent a second.
    fps = FPS

    def __init__(self, url, units):
        found = re.match(r"rtmp://([^:/]+):(\d+)/([^/]+)/(.+)", url)
        self.host, self.port, self.app, self.key = found[1], int(found[2]), found[3], found[4]
        self.units = units
        self.sps, self.pps = parameter_sets(units)
        self.sent, self.log, self.alive, self.connections, self.out_chunk = [], [], True, 0, 128

    # Hooks for the cases.

    def address(self):
        """The application and the stream's name."""
        return self.app, self.key

    def properties(self, common):
        return common

    def config(self):
        """The sequence header: an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) in a video tag."""
        record = b"\x01" + self.sps[1:4] + b"\xff\xe1" + struct.pack(">H", len(self.sps)) + self.sps
        return b"\x17\x00\x00\x00\x00" + record + b"\x01" + struct.pack(">H", len(self.pps)) + self.pps

    def first(self):
        meta = amf("@setDataFrame") + amf("onMetaData") + amf({"width": 320, "height": 180, "videocodecid": 7, "framerate": 25})
        return self.message(4, 0, 18, meta) + self.message(self.video_stream, 0, 9, self.config())

    def payload(self, unit):
        return length_prefixed(unit)

    def claims_key(self, unit):
        return is_key(unit)

    def picture(self, unit, ms, number):
        """The bytes of one access unit."""
        return self.message(self.video_stream, ms, 9, self.tag(unit, self.payload(unit)))

    # Internals.

    def tag(self, unit, payload):
        return (b"\x17" if self.claims_key(unit) else b"\x27") + b"\x01\x00\x00\x00" + payload

    def message(self, stream, ms, kind, payload, message_stream=1):
        """One message as a chunk of type 0 and as many of type 3 as it takes."""
        late = struct.pack(">I", ms) if ms >= 0xFFFFFF else b""
        size = struct.pack(">I", len(payload))[1:]
        head = struct.pack(">I", min(ms, 0xFFFFFF))[1:] + size + bytes([kind]) + struct.pack("<I", message_stream)
        out = basic(0, stream) + head + late + payload[: self.out_chunk]
        for at in range(self.out_chunk, len(payload), self.out_chunk):
            out += basic(3, stream) + late + payload[at : at + self.out_chunk]
        return out

    def command(self, *values, stream=1):
        return self.message(3, 0, 20, b"".join(amf(value) for value in values), stream)

    def start(self):
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while self.alive:
            try:
                self.connect()
                self.publish()
                return
            except OSError as error:
                self.log.append(f"{time.time():.2f} connection over: {error}")
                time.sleep(2)

    def connect(self):
        self.connections += 1
        self.out_chunk = 128
        self.socket = socket.create_connection((self.host, self.port), 5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(b"\x03" + bytes(8) + os.urandom(1528))
        answer = b""
        while len(answer) < 1 + 2 * 1536:
            answer += self.receive()
        self.socket.sendall(answer[1:1537])
        app, name = self.address()
        common = {"app": app, "type": "nonprivate", "flashVer": "FMLE/3.0", "tcUrl": f"rtmp://{self.host}:{self.port}/{app}"}
        self.socket.sendall(self.command("connect", 1, self.properties(common), stream=0))
        self.wait_for(b"_result", b"_error")
        self.socket.sendall(self.message(2, 0, 1, struct.pack(">I", self.chunk_bytes), 0))
        self.out_chunk = self.chunk_bytes
        self.socket.sendall(self.command("releaseStream", 2, None, name, stream=0))
        self.socket.sendall(self.command("FCPublish", 3, None, name, stream=0))
        self.socket.sendall(self.command("createStream", 4, None, stream=0))
        self.socket.sendall(self.command("publish", 5, None, name, "live"))
        self.wait_for(b"NetStream.Publish.Start", b"NetStream.Publish.BadName")

    def receive(self):
        piece = self.socket.recv(4096)
        if not piece:
            raise OSError("the server closed the connection")
        return piece

    def wait_for(self, good, bad):
        self.socket.settimeout(12)
        answer = b""
        while good not in answer:
            if bad in answer:
                raise OSError(f"refused: {answer!r}")
            answer += self.receive()

    def publish(self):
        self.socket.settimeout(10)
        self.socket.sendall(self.first())
        begin, number = time.time(), 0
        while self.alive:
            at = self.start_at + number
            if at >= len(self.units) and not self.loop:
                break
            unit = self.units[at % len(self.units)]
            self.socket.sendall(self.picture(unit, self.base_ms + int(number * 1000 / FPS), number))
            self.sent.append((time.time(), is_random_access(unit)))
            number += 1
            self.take_answers()
            time.sleep(max(0, begin + number / self.fps - time.time()))
        self.socket.sendall(self.command("FCUnpublish", 6, None, self.key, stream=0) + self.command("deleteStream", 7, None, 1, stream=0))
        self.socket.close()

    def take_answers(self):
        self.socket.settimeout(0.0001)
        try:
            self.receive()
        except TimeoutError:
            pass
        finally:
            self.socket.settimeout(10)


def basic(form, stream):
    """The basic header (5.3.1.1): a chunk's type and its chunk stream, in one byte or two."""
    return bytes([form << 6 | stream]) if stream < 64 else bytes([form << 6, stream - 64])
