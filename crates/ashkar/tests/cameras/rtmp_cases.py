"""Encoders that push over RTMP and misbehave as public reports describe."""

import random
import struct
import threading

from clips import is_key, is_recovery_point, kind, length_prefixed, renumber, sei, slices
from rtmp import Publisher, amf, basic

FOUR = b"\x00\x00\x00\x01"


# How they put pictures into messages.


class AnnexB(Publisher):
    """srs #184: start codes instead of lengths."""

    def payload(self, unit):
        return b"".join(FOUR + nal for nal in unit)


class AnnexBOfThree(Publisher):
    """The same with start codes of three bytes, and a zero behind each picture."""

    def payload(self, unit):
        return b"".join(FOUR[1:] + nal for nal in unit) + b"\0"


class StartCodesInside(Publisher):
    """RootEncoder #2086: SEI, start code and IDR inside one length-prefixed NAL unit."""

    def payload(self, unit):
        nals = slices(unit)
        return length_prefixed([FOUR.join([sei(), *nals])] if is_key(unit) else nals)


class SetsInside(Publisher):
    """SPS, PPS and IDR inside one length-prefixed NAL unit, with start codes of three bytes."""

    def payload(self, unit):
        nals = slices(unit)
        return length_prefixed([FOUR[1:].join([self.sps, self.pps, *nals])] if is_key(unit) else nals)


class EmptyNals(Publisher):
    """mediamtx #2375 (DJI M350), cosmo-edge #42: NAL units of length 0 among the others."""

    def payload(self, unit):
        empty = b"\x00\x00\x00\x00"
        if is_key(unit):
            return empty + length_prefixed(unit)
        return length_prefixed(unit) + (empty if len(self.sent) % 5 == 0 else b"")


class ZerosBehind(Publisher):
    """Zeros behind each NAL unit, inside its length."""

    def payload(self, unit):
        return length_prefixed([nal + b"\0\0\0" for nal in unit])


class MessagePerSlice(Publisher):
    """MiBeeNvr #427, srs-librtmp #31, HLS-OSMF #163: one message for each NAL unit, four slices a picture."""

    clip = "slices4"

    def picture(self, unit, ms, number):
        tags = (self.tag(unit, length_prefixed([nal])) for nal in slices(unit))
        return b"".join(self.message(self.video_stream, ms, 9, tag) for tag in tags)


class RisingIds(Publisher):
    """openh264 #3055, #3349: SPS and PPS get the next number at each IDR; the picture's form never changes."""

    clip = "ids"
    which = 14

    def payload(self, unit):
        self.which += is_key(unit)
        return length_prefixed([renumber(nal, 15 + self.which % 16) for nal in unit])


class Refresh(Publisher):
    """Pictures refreshed column by column, begun in the middle, the recovery point flagged as a keyframe as ffmpeg does."""

    clip = "refresh"
    start_at, loop = 30, False

    def claims_key(self, unit):
        return is_key(unit) or is_recovery_point(unit)


class RefreshUnflagged(Publisher):
    """The same, and nothing flagged as a keyframe: the recovery point is only in the stream."""

    clip = "refresh"
    start_at, loop = 30, False
    # Nothing is flagged, so everything that is sent counts.
    share = (0.90, 1.02)

    def claims_key(self, unit):
        return False


# How they speak RTMP.


class HighChunkStreams(Publisher):
    """nginx-rtmp #246: chunk stream ids of 64 and more."""

    video_stream, sound_stream = 70, 64


class SmallChunks(Publisher):
    """RTMP 1.0, 5.4.1: chunks of 64 bytes, where encoders use 128 and more."""

    chunk_bytes = 64


class OwnOrigins(Publisher):
    """lal #40, nginx-rtmp #320: sound and picture count from different origins."""

    base_ms = 220_818

    def first(self):
        return super().first() + self.message(self.sound_stream, 100_000, 8, b"\xaf\x00\x12\x10")

    def picture(self, unit, ms, number):
        sound = self.message(self.sound_stream, ms - 120_500, 8, b"\xaf\x01\x21\x10\x04\x60\x8c\x1c")
        return sound + super().picture(unit, ms, number) + sound


class RepeatedHeader(Publisher):
    """srs #4695: the sequence header again before each keyframe, at the picture's time."""

    def picture(self, unit, ms, number):
        again = self.message(self.video_stream, ms, 9, self.config()) if is_key(unit) else b""
        return again + super().picture(unit, ms, number)


class KeyInServer(Publisher):
    """An encoder with its whole address in the server field: the key is part of the application, the name is empty."""

    def address(self):
        return f"{self.app}/{self.key}", ""


class HeadlessChunk(Publisher):
    """mac-local-rtmp-server #28 (DJI Osmo Action), srs #1006: a chunk stream whose first chunk refers to a header that never came."""

    def first(self):
        return super().first() + basic(2, 33) + b"\x00\x00\x28"


class OddMetadata(Publisher):
    """mediamtx #769 (Dahua), #928 (DJI): onMetaData that is null, broken, or claims no picture; AMF 3 data messages."""

    def first(self):
        null = amf("@setDataFrame") + amf("onMetaData") + b"\x05"
        broken = amf("onMetaData") + b"\x08\x00\x00\x00\x20\x00\x05widt"
        nothing = amf("onMetaData") + amf({"videocodecid": 0, "audiocodecid": "none", "width": -1})
        data = [(18, null), (18, broken), (18, nothing), (15, b"\x00" + null), (15, b"\x11\x0a\x0b\x01"), (16, b"\x00\x00")]
        return b"".join(self.message(4, 0, kind, payload) for kind, payload in data) + self.message(self.video_stream, 0, 9, self.config())


class Amf3Commands(Publisher):
    """HaishinKit.swift #16, nginx-rtmp #313: commands of type 17, from a client of objectEncoding 3."""

    def properties(self, common):
        return {**common, "objectEncoding": 3}

    def message(self, stream, ms, kind, payload, message_stream=1):
        if kind == 20:
            kind, payload = 17, b"\x00" + payload
        return super().message(stream, ms, kind, payload, message_stream)


class Amf3Arguments(Publisher):
    """The same, its argument an object of AMF 3 (avmplus-object-marker, AMF 0 2.18)."""

    def message(self, stream, ms, kind, payload, message_stream=1):
        if kind == 20 and payload.startswith(amf("releaseStream")):
            kind, payload = 17, b"\x00" + payload.replace(b"\x05", b"\x11\x0a\x0b\x01\x01", 1)
        return super().message(stream, ms, kind, payload, message_stream)


class NegativeDelta(Publisher):
    """mediamtx #2393, #2392 (DJI Mini): a time that goes back, so that its delta is an extended one near 2^32."""

    chunk_bytes = 1000
    # Whether continuation chunks repeat the extended time.
    repeats = True
    last = None

    def picture(self, unit, ms, number):
        if number % 25 == 10:
            ms -= 265
        payload = self.tag(unit, self.payload(unit))
        if self.last is None:
            self.last = ms
            return self.message(self.video_stream, ms, 9, payload)
        delta, self.last = (ms - self.last) & 0xFFFFFFFF, ms
        late = struct.pack(">I", delta) if delta >= 0xFFFFFF else b""
        head = struct.pack(">I", min(delta, 0xFFFFFF))[1:] + struct.pack(">I", len(payload))[1:] + b"\x09"
        out = basic(1, self.video_stream) + head + late + payload[: self.out_chunk]
        for at in range(self.out_chunk, len(payload), self.out_chunk):
            out += basic(3, self.video_stream) + (late if self.repeats else b"") + payload[at : at + self.out_chunk]
        return out


class NegativeDeltaOnce(NegativeDelta):
    """The same without the extended time in continuation chunks."""

    repeats = False


class HalfOpen(Publisher):
    """nginx-rtmp #1152, srs #2472: the line breaks silently; two seconds later the encoder reconnects."""

    share, on_air = (0.70, 1.02), 0.75
    # It is refused while the connection that broke is not known to be silent.
    connections_max = 6
    broken = False

    def publish(self):
        if self.connections == 1:
            threading.Timer(10, self.cut).start()
        super().publish()

    def cut(self):
        self.kept = self.socket.dup()  # stays open, and sends nothing more
        self.broken = True

    def picture(self, unit, ms, number):
        if self.broken:
            self.broken = False
            raise OSError("the line is dead")
        return super().picture(unit, ms, number)


# Cases of which only a part, or nothing, can be watched.


class Hurry(Publisher):
    """ffmpeg without -re: a file as fast as the line allows. No time in the future is claimed."""

    fps = 10 * 25
    share, on_air = (0.0, 1.02), 0


class NeverAKeyframe(Publisher):
    """Pictures that refer to others that never came: every one is refused."""

    usable = False

    def payload(self, unit):
        return length_prefixed([nal for nal in unit if kind(nal) == 1] or [sei()])


class NoHeader(Publisher):
    """No sequence header, and no parameter sets in the stream."""

    usable = False

    def first(self):
        return self.message(4, 0, 18, amf("onMetaData") + amf({"videocodecid": 7}))

    def payload(self, unit):
        return length_prefixed(slices(unit))


class Noise(Publisher):
    """Bytes that are not NAL units, in place of pictures."""

    usable = False

    def payload(self, unit):
        return random.Random(len(self.sent)).randbytes(1500)


class OnlySound(Publisher):
    """AAC, and no picture."""

    usable = False

    def first(self):
        return self.message(self.sound_stream, 0, 8, b"\xaf\x00\x12\x10")

    def picture(self, unit, ms, number):
        return self.message(self.sound_stream, ms, 8, b"\xaf\x01\x21\x10\x04\x60\x8c\x1c")


class UnknownCodec(Publisher):
    """Sorenson H.263 (FLV 10.1, CodecID 2), which nothing here can read."""

    usable = False

    def first(self):
        return b""

    def picture(self, unit, ms, number):
        return self.message(self.video_stream, ms, 9, b"\x12" + bytes(900))
