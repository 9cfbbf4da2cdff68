"""A small, well-behaved RTSP camera, to be modified case by case. Written from RFC 2326, RFC 3550 and RFC 6184."""

import base64
import random
import re
import socket
import struct
import threading
import time

from case import Case
from clips import FPS, hevc_kind, is_random_access, parameter_sets


class Rtp:
    """One stream of packets."""

    def __init__(self, payload_type=96, ssrc=0x1234ABCD, sequence=1000):
        self.payload_type, self.ssrc, self.sequence = payload_type, ssrc, sequence

    def packet(self, payload, timestamp, marker, payload_type=None, sequence=None, ssrc=None):
        number = self.sequence if sequence is None else sequence
        if sequence is None:
            self.sequence = (self.sequence + 1) & 0xFFFF
        second = (payload_type or self.payload_type) | (0x80 if marker else 0)
        return struct.pack(">BBHII", 0x80, second, number, timestamp & 0xFFFFFFFF, ssrc or self.ssrc) + payload

    def nal(self, nal, timestamp, marker, mtu=1300):
        """One packet, or a fragmented unit (RFC 6184, 5.8)."""
        if len(nal) <= mtu:
            return [self.packet(nal, timestamp, marker)]
        packets, rest, begins = [], nal[1:], True
        while rest:
            piece, rest = rest[:mtu], rest[mtu:]
            header = nal[0] & 31 | (0x80 if begins else 0) | (0 if rest else 0x40)
            packets.append(self.packet(bytes([nal[0] & 0xE0 | 28, header]) + piece, timestamp, marker and not rest))
            begins = False
        return packets


class HevcRtp(Rtp):
    def nal(self, nal, timestamp, marker, mtu=1300):
        """One packet, or a fragmentation unit (RFC 7798, 4.4.3)."""
        if len(nal) <= mtu:
            return [self.packet(nal, timestamp, marker)]
        packets, rest, begins = [], nal[2:], True
        while rest:
            piece, rest = rest[:mtu], rest[mtu:]
            header = hevc_kind(nal) | (0x80 if begins else 0) | (0 if rest else 0x40)
            head = bytes([nal[0] & 0x81 | 49 << 1, nal[1], header])
            packets.append(self.packet(head + piece, timestamp, marker and not rest))
            begins = False
        return packets


def interleaved(channel, packet):
    return b"$" + bytes([channel]) + struct.pack(">H", len(packet)) + packet


class Camera(Case):
    user = password = None
    timeout = 60
    enforce_timeout = False
    # The channels of its response, if not those that were requested.
    channels = None
    # Clock ticks per picture.
    ticks = 90000 // FPS
    path = "/stream1"
    packetizer = Rtp

    def __init__(self, units):
        self.units = units
        self.take_sets()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sent, self.log, self.alive, self.connections = [], [], True, 0
        threading.Thread(target=self.accept, daemon=True).start()

    def url(self):
        login = f"{self.user}:{self.password}@" if self.user else ""
        return f"rtsp://{login}127.0.0.1:{self.port}{self.path}"

    # Hooks for the cases.

    def take_sets(self):
        self.sps, self.pps = parameter_sets(self.units)

    def is_random_access(self, unit):
        return is_random_access(unit)

    def sets_line(self):
        sets = f"{base64.b64encode(self.sps).decode()},{base64.b64encode(self.pps).decode()}"
        return f"a=fmtp:96 packetization-mode=1;profile-level-id={self.sps[1:4].hex()};sprop-parameter-sets={sets}"

    def description(self):
        session = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=Media", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*"]
        media = ["m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", self.sets_line(), "a=control:trackID=0"]
        return lines(*session, *media)

    def content_base(self, uri):
        return uri.rstrip("/") + "/"

    def challenge(self, request):
        """A response that refuses, or nothing."""

    def answer(self, request, session):
        method = request["method"]
        refusal = self.challenge(request)
        if refusal:
            return refusal
        if method == "OPTIONS":
            return self.reply(request, headers=["Public: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, GET_PARAMETER"])
        if method == "DESCRIBE":
            headers = ["Content-Type: application/sdp", f"Content-Base: {self.content_base(request['uri'])}"]
            return self.reply(request, headers=headers, body=self.description().encode())
        if method == "SETUP":
            return self.set_up(request, session)
        if method == "PLAY":
            session["playing"] = True
            return self.reply(request, headers=["Session: 8F2A11", "RTP-Info: url=trackID=0;seq=1000;rtptime=0"])
        if method == "TEARDOWN":
            session["over"] = True
        if method in ("TEARDOWN", "GET_PARAMETER", "SET_PARAMETER"):
            return self.reply(request)
        return self.reply(request, "501 Not Implemented")

    def set_up(self, request, session):
        asked = re.search(r"interleaved=(\d+)-(\d+)", request["headers"].get("transport", ""))
        if not asked:
            return self.reply(request, "461 Unsupported Transport")
        first, second = self.channels or (int(asked[1]), int(asked[2]))
        session["channel"], session["control"] = first, request["uri"]
        transport = f"Transport: RTP/AVP/TCP;unicast;interleaved={first}-{second};ssrc=1234ABCD"
        return self.reply(request, headers=[transport, f"Session: 8F2A11;timeout={self.timeout}"])

    def packets(self, rtp, unit, timestamp, session, number):
        """The bytes of one access unit."""
        whole = (rtp.nal(nal, timestamp, k == len(unit) - 1) for k, nal in enumerate(unit))
        return b"".join(interleaved(session["channel"], packet) for nal in whole for packet in nal)

    # Internals.

    def reply(self, request, status="200 OK", headers=(), body=b""):
        head = [f"RTSP/1.0 {status}", f"CSeq: {request['headers'].get('cseq', '0')}", *headers]
        if body:
            head.append(f"Content-Length: {len(body)}")
        return lines(*head, "").encode() + body

    def accept(self):
        while self.alive:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.guard, args=(connection,), daemon=True).start()

    def guard(self, connection):
        with connection:
            try:
                self.serve(connection)
            except (OSError, ValueError) as error:
                self.note(f"connection over: {error}")

    def note(self, text):
        self.log.append(f"{time.time():.2f} {text}")

    def serve(self, connection):
        session = {"channel": 0, "last": time.time(), "lock": threading.Lock()}
        connection.settimeout(0.5)
        received, feeding = b"", False
        while self.alive and not session.get("over"):
            try:
                piece = connection.recv(65536)
                if not piece:
                    break
                received += piece
            except TimeoutError:
                pass
            while (taken := take_request(received)) is not None:
                request, received = taken
                if request is None:
                    session["reported"] = time.time()
                    continue
                session["last"] = time.time()
                self.note(f"{request['method']} {request['uri']}")
                answer = self.answer(request, session)
                with session["lock"]:
                    connection.sendall(answer)
                if session.get("closes"):
                    return
                if session.get("playing") and not feeding:
                    feeding = True
                    self.connections += 1
                    threading.Thread(target=self.feed, args=(connection, session), daemon=True).start()
            if self.enforce_timeout and session.get("playing") and time.time() - session["last"] > self.timeout + 1:
                self.note("nothing was asked for too long")
                break
        session["over"] = True

    def feed(self, connection, session):
        rtp, begin, base, number = self.packetizer(), time.time(), random.randrange(1 << 31), 0
        try:
            while self.alive and not session.get("over"):
                at = self.start_at + number
                if at >= len(self.units) and not self.loop:
                    break
                unit = self.units[at % len(self.units)]
                out = self.packets(rtp, unit, base + number * self.ticks, session, number)
                with session["lock"]:
                    connection.sendall(out)
                self.sent.append((time.time(), self.is_random_access(unit)))
                number += 1
                time.sleep(max(0, begin + number / FPS - time.time()))
            connection.shutdown(socket.SHUT_RDWR)
        except OSError as error:
            self.note(f"feed over: {error}")


def take_request(received):
    """The first request and the rest; None for the request if it is an interleaved packet; None if neither is complete."""
    if received[:1] == b"$":
        if len(received) < 4 or len(received) < 4 + (size := struct.unpack(">H", received[2:4])[0]):
            return None
        return None, received[4 + size :]
    if b"\r\n\r\n" not in received:
        return None
    head, rest = received.split(b"\r\n\r\n", 1)
    first, *fields = head.decode().split("\r\n")
    method, uri, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, value in (field.split(":", 1) for field in fields)}
    return {"method": method, "uri": uri, "headers": headers}, rest


def lines(*texts):
    return "".join(text + "\r\n" for text in texts)
