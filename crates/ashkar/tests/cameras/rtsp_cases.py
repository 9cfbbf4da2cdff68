"""Cameras that are pulled over RTSP and misbehave as public reports describe."""

import base64
import hashlib
import os
import random
import re
import socket
import time

from clips import hevc_kind, is_key, kind, renumber, sei, slices
from rtsp import Camera, HevcRtp, Rtp, interleaved, lines

# How they put pictures into packets.


class Sei(Camera):
    """moonfire-nvr #352: an SEI with the marker and the picture's time stamp before each picture."""

    def packets(self, rtp, unit, timestamp, session, number):
        head = interleaved(session["channel"], rtp.packet(sei(), timestamp, True))
        return head + super().packets(rtp, [nal for nal in unit if kind(nal) != 6], timestamp, session, number)


class SetsBefore(Camera):
    """retina #13 (Reolink): the SPS marked; later SPS and PPS with the time stamp of the picture before."""

    def packets(self, rtp, unit, timestamp, session, number):
        if not is_key(unit):
            return super().packets(rtp, unit, timestamp, session, number)
        before = timestamp - self.ticks
        sets = [rtp.packet(self.sps, before, number == 0), rtp.packet(self.pps, before, False)]
        head = b"".join(interleaved(session["channel"], packet) for packet in sets)
        return head + super().packets(rtp, slices(unit), timestamp, session, number)


class MarkerPerNal(Camera):
    """obs-rtspserver #199, smolrtsp #43: the marker on every NAL unit, four slices a picture."""

    clip = "slices4"

    def packets(self, rtp, unit, timestamp, session, number):
        whole = (rtp.nal(nal, timestamp, True) for nal in unit)
        return b"".join(interleaved(session["channel"], packet) for nal in whole for packet in nal)


class NoMarker(Camera):
    """No marker anywhere: pictures end where the time stamp changes."""

    def packets(self, rtp, unit, timestamp, session, number):
        whole = (rtp.nal(nal, timestamp, False) for nal in unit)
        return b"".join(interleaved(session["channel"], packet) for nal in whole for packet in nal)


class StartCodesInFragments(Camera):
    """retina #108, #68 (V380): SPS, PPS and IDR with start codes inside one fragmented unit of type SPS."""

    def packets(self, rtp, unit, timestamp, session, number):
        if not is_key(unit):
            return super().packets(rtp, unit, timestamp, session, number)
        bundle = b"\x00\x00\x00\x01".join([self.sps, self.pps, *slices(unit)])
        return b"".join(interleaved(session["channel"], packet) for packet in rtp.nal(bundle, timestamp, True, mtu=900))


class StartCodeFirst(Camera):
    """A start code before each NAL unit in its packet, three bytes or four, and zeros behind it."""

    def packets(self, rtp, unit, timestamp, session, number):
        code = b"\x00\x00\x01" if number % 2 else b"\x00\x00\x00\x01"
        out = b""
        for k, nal in enumerate(unit):
            small = len(nal) < 1200
            pieces = (
                [rtp.packet(code + nal + b"\0\0", timestamp, k == len(unit) - 1)] if small else rtp.nal(nal, timestamp, k == len(unit) - 1)
            )
            out += b"".join(interleaved(session["channel"], packet) for packet in pieces)
        return out


class RisingIds(Camera):
    """openh264 #3055: SPS and PPS get the next number at each IDR; the picture's form never changes."""

    clip = "ids"

    def packets(self, rtp, unit, timestamp, session, number):
        if is_key(unit):
            session["ids"] = session.get("ids", 14) + 1
        which = 15 + session.get("ids", 0) % 16
        return super().packets(rtp, [renumber(nal, which) for nal in unit], timestamp, session, number)


class HugePicture(Camera):
    """home-assistant #91279, go2rtc #1711 (Reolink Duo 2): 4608x1728."""

    clip = "big"


class Refresh(Camera):
    """Pictures refreshed column by column, pulled from the middle: a recovery point, and never an IDR."""

    clip = "refresh"
    start_at, loop = 30, False


class OpenGop(Camera):
    """hls.js #6407, mux.js #237: open GOP, I pictures with recovery points and no IDR, pulled from the middle."""

    clip = "opengop"
    start_at, loop = 30, False
    share = (0.90, 1.02)


class Hevc(Camera):
    """H.265 whose description has no parameter sets: they are only in the stream."""

    clip = "hevc"
    packetizer = HevcRtp

    def take_sets(self):
        """Those in the stream suffice."""

    def is_random_access(self, unit):
        return any(16 <= hevc_kind(nal) <= 21 for nal in unit)

    def description(self):
        session = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=Media", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*"]
        return lines(*session, "m=video 0 RTP/AVP 96", "a=rtpmap:96 H265/90000", "a=control:trackID=0")


class HevcCra(Hevc):
    """Open GOP of H.265, pulled from the middle: CRA pictures with leading pictures, and never an IDR."""

    clip = "hevc-cra"
    start_at, loop = 30, False
    # At the end of its clip it is asked for it again.
    share, on_air, connections_max = (0.90, 1.02), 0.7, 2


class HevcMarkerPerNal(Hevc):
    """The marker on every NAL unit of H.265."""

    def packets(self, rtp, unit, timestamp, session, number):
        whole = (rtp.nal(nal, timestamp, True) for nal in unit)
        return b"".join(interleaved(session["channel"], packet) for nal in whole for packet in nal)


# Foreign data in a session.


class Garbage(Camera):
    """gortsplib #653, moonfire-nvr #302, retina #80 (Canon): bytes without a header between interleaved frames."""

    share = (0.90, 1.02)

    def packets(self, rtp, unit, timestamp, session, number):
        out = super().packets(rtp, unit, timestamp, session, number)
        if number and number % 125 == 60:  # each 5 s, between two pictures
            noise = random.Random(number).randbytes(400)
            out += bytes(byte for byte in noise if byte not in b"$R")
        return out


class OtherPayloadType(Camera):
    """RtspClientSharp #98: while the camera turns, packets of another payload type whose sequence number stands still."""

    def packets(self, rtp, unit, timestamp, session, number):
        out = super().packets(rtp, unit, timestamp, session, number)
        if number // 100 % 2:
            foreign = interleaved(session["channel"], rtp.packet(b"\x01" * 40, timestamp, False, payload_type=50, sequence=7))
            out = foreign + out + foreign
        return out


class StalePictures(Camera):
    """retina #17 (live555): whole pictures of an earlier session, with another SSRC, interleaved with its own."""

    def packets(self, rtp, unit, timestamp, session, number):
        out = super().packets(rtp, unit, timestamp, session, number)
        if number >= 500:
            return out
        old = session.setdefault("old", Rtp(ssrc=0x0BADCAFE, sequence=40000))
        return out + super().packets(old, self.units[(700 + number) % len(self.units)], timestamp + 777_000, session, number)


class AnotherSource(Camera):
    """The encoder starts again in the session, with another SSRC, sequence and clock: the first is silent from then on."""

    share = (0.90, 1.02)

    def packets(self, rtp, unit, timestamp, session, number):
        if number >= 300:
            rtp = session.setdefault("new", Rtp(ssrc=0x77777777, sequence=9))
            timestamp += 123_456_789
        return super().packets(rtp, unit, timestamp, session, number)


class OtherChannels(Camera):
    """gortsplib #72, mediamtx #19: asked for channels 0 and 1, answers 8 and 9."""

    channels = (8, 9)


# Errors in descriptions.


class OddDescription(Camera):
    """mediamtx #5033, #2708, #3669, gortsplib #402: a broken c=, a negative o=, fmtp of another payload type, invalid parameter sets."""

    def description(self):
        session = ["v=0", "o=- -8959200248001175080 1 IN IP4 127.0.0.1", "s=Media", "c=IN ", "t=0 0", "a=control:*", "a=range:npt=now-"]
        video = ["m=video 0 RTP/AVP 96", "b=AS:5000", "a=rtpmap:96 H264/90000 ", "a=framerate:0S", "a=control:trackID=0"]
        sets = ["a=fmtp:96 packetization-mode=1;profile-level-id=000001;sprop-parameter-sets=AAAAAQ==,AAAAAUjq"]
        sound = ["m=audio 0 RTP/AVP 104", "a=control:trackID=audio", "a=rtpmap:104 MPEG4-GENERIC/16000"]
        mode = ["a=fmtp:97 streamtype=5;mode=AAC-hbr;sizelength=13;config=1408"]
        other = ["m=application 0 RTP/AVP 107", "a=rtpmap:107 vnd.onvif.metadata/90000", "a=control:trackID=4"]
        return lines(*session, *video, *sets, *sound, *mode, *other)


class BareDescription(Camera):
    """go2rtc #679: three lines, no v=, no parameter sets."""

    def description(self):
        return lines("m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "a=control:trackID=0")


class AbsoluteControl(Camera):
    """gortsplib #630 (Bosch): payload type 35, absolute control addresses with queries."""

    def description(self):
        own = f"rtsp://127.0.0.1:{self.port}/?inst=2&h26x=4"
        session = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=LIVE VIEW", "c=IN IP4 0.0.0.0", "t=0 0", f"a=control:{own}"]
        sets = self.sets_line().replace("fmtp:96", "fmtp:35")
        return lines(*session, "m=video 0 RTP/AVP 35", "a=rtpmap:35 H264/90000", f"a=control:{own}&stream=video", "a=recvonly", sets)

    def packets(self, rtp, unit, timestamp, session, number):
        rtp.payload_type = 35
        if not session["control"].endswith("&stream=video"):
            raise OSError("wrong control address " + session["control"])
        return super().packets(rtp, unit, timestamp, session, number)


class WrongCodec(Camera):
    """go2rtc #264 (Ezviz): the description says H265, with H.264's parameters; the stream is H.264."""

    def description(self):
        session = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=Media Presentation", "t=0 0", "a=control:*"]
        media = ["m=video 0 RTP/AVP 96", "b=AS:5000", "a=control:trackID=1", "a=rtpmap:96 H265/90000"]
        return lines(*session, *media, "a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=")


class WrongCodecToo(Hevc):
    """The other way round: the description says H264, the stream is H.265."""

    def description(self):
        return super().description().replace("H265", "H264")


# How they answer.


class BlankLine(Camera):
    """scrypted #2137 (Luma): the answer to PLAY has a header line of one blank."""

    def answer(self, request, session):
        out = super().answer(request, session)
        return out.replace(b"RTP-Info", b" \r\nRTP-Info") if request["method"] == "PLAY" else out


class BaseWithoutScheme(Camera):
    """moonfire-nvr #356: Content-Base without rtsp://."""

    def content_base(self, uri):
        return f"127.0.0.1:{self.port}/stream1/"


class OnlyBasic(Camera):
    """go2rtc #2232 (Hikvision set to Basic): offers Digest and Basic, but accepts Basic only."""

    user, password = "user", "secret7"

    def challenge(self, request):
        good = "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if request["method"] == "OPTIONS" or request["headers"].get("authorization") == good:
            return None
        offers = [f'Digest realm="b4a38201a73f", nonce="{nonce()}", stale="FALSE"', 'Basic realm="b4a38201a73f"']
        return self.reply(request, "401 Unauthorized", [f"WWW-Authenticate: {offer}" for offer in offers])


class ClosesAfter401(Camera):
    """retina #45 (VStarcam): closes the connection after its 401."""

    user, password = "user", "secret7"
    nonces = set()

    def answer(self, request, session):
        if request["method"] == "OPTIONS" or self.knows(request):
            return super().answer(request, session)
        fresh = nonce()
        self.nonces.add(fresh)
        session["closes"] = True
        offer = f'WWW-Authenticate: Digest realm="RTSP SERVER", nonce="{fresh}"'
        return self.reply(request, "401 Unauthorized", [offer, "Connection: close"])

    def knows(self, request):
        said = dict(re.findall(r'(\w+)="?([^",]*)"?', request["headers"].get("authorization", "")))
        first = md5(f"{self.user}:RTSP SERVER:{self.password}")
        second = md5(f"{request['method']}:{request['uri']}")
        good = said.get("nonce") in self.nonces
        return good and said.get("response") == md5(f"{first}:{said['nonce']}:{second}")


class OnlyUdp(Camera):
    """Basis #940: a camera that offers only UDP answers 400 to TCP."""

    share, on_air = (0.80, 1.02), 0.75

    def set_up(self, request, session):
        asked = re.search(r"client_port=(\d+)", request["headers"]["transport"])
        if not asked:
            return self.reply(request, "400 Bad Request")
        session["socket"] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        session["socket"].bind(("127.0.0.1", 0))
        session["to"] = ("127.0.0.1", int(asked[1]))
        own, other = session["socket"].getsockname()[1], int(asked[1])
        transport = f"Transport: RTP/AVP;unicast;client_port={other}-{other + 1};server_port={own}-{own + 1}"
        return self.reply(request, headers=[transport, "Session: 77;timeout=60"])

    def packets(self, rtp, unit, timestamp, session, number):
        for k, nal in enumerate(unit):
            for packet in rtp.nal(nal, timestamp, k == len(unit) - 1):
                session["socket"].sendto(packet, session["to"])
        return b""


# How they want to be kept alive.


class KeepaliveRefused(Camera):
    """retina #133, #136 (Tapo): refuses with 400 and the CSeq of the request before; it enforces its time-out of 15 s."""

    timeout, enforce_timeout = 15, True

    def answer(self, request, session):
        if session.get("playing") and request["method"] in ("GET_PARAMETER", "SET_PARAMETER"):
            request["headers"]["cseq"] = str(int(request["headers"]["cseq"]) - 1)
            return self.reply(request, "400 Bad Request")
        return super().answer(request, session)


class HatesGetParameter(Camera):
    """A camera that announces GET_PARAMETER and closes the connection when it comes."""

    timeout = 10
    share, on_air, connections_max = (0.85, 1.02), 0.75, 2

    def answer(self, request, session):
        if request["method"] == "GET_PARAMETER":
            raise OSError("it does not like that")
        return super().answer(request, session)


class WantsReports(Camera):
    """mediamtx #1403 (Arlo), Dahua: stops sending if no RTCP receiver report has come for 10 s."""

    on_air = 0.9

    def packets(self, rtp, unit, timestamp, session, number):
        if time.time() - session.setdefault("reported", time.time()) > 10:
            return b""
        return super().packets(rtp, unit, timestamp, session, number)


# Clocks.


class Clock2(Camera):
    """Time stamps 2 times too fast."""

    ticks = 7200


class Clock5(Camera):
    """Time stamps 5 times too fast."""

    ticks = 18000


class Clock10(Camera):
    """go2rtc #2398: time stamps run 10.5 times too fast."""

    ticks = 37800


class Clock20(Camera):
    """Time stamps 20 times too fast."""

    ticks = 72000


class ClockThird(Camera):
    """Time stamps 3 times too slow."""

    ticks = 1200


class ClockTenth(Camera):
    """Time stamps 10 times too slow."""

    ticks = 360


class ClockOfMilliseconds(Camera):
    """open-nvr #229: time stamps count milliseconds, so they are 90 times too slow."""

    ticks = 40


# Cases of which nothing can be watched.


class NeverAKeyframe(Camera):
    """Pictures that refer to others that never came: every one is refused."""

    usable = False

    def packets(self, rtp, unit, timestamp, session, number):
        kept = [nal for nal in unit if kind(nal) == 1]
        return super().packets(rtp, kept, timestamp, session, number) if kept else b""


class NoSetsAtAll(Camera):
    """Neither the description nor the stream has parameter sets."""

    usable = False

    def description(self):
        return lines(
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=Media", "t=0 0", "m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "a=control:trackID=0"
        )

    def packets(self, rtp, unit, timestamp, session, number):
        return super().packets(rtp, slices(unit), timestamp, session, number)


def nonce():
    return hashlib.md5(os.urandom(8)).hexdigest()


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()
