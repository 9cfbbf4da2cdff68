"""Clips that x264 and x265 make in different forms, and their access units."""

import re
import struct
import subprocess

FPS = 25

# Options of x264: how pictures follow one another and how each is cut, the profile, and what differs from a minute of
# 320x180.
FORMS = {
    "base": ("keyint=50:min-keyint=50:bframes=0:slices=1", "main", {}),
    "slices4": ("keyint=50:min-keyint=50:bframes=0:slices=4", "main", {}),
    "refresh": ("keyint=50:bframes=0:intra-refresh=1:slices=1", "main", {}),
    "opengop": ("keyint=50:min-keyint=50:bframes=2:open-gop=1:slices=1:b-adapt=0", "main", {}),
    "big": ("keyint=25:min-keyint=25:bframes=0:slices=1", "high", {"seconds": 4, "size": "4608x1728"}),
    "ids": ("keyint=50:min-keyint=50:bframes=0:slices=1:sps-id=15", "main", {}),
}

# The same for x265.
HEVC_FORMS = {
    "hevc": "keyint=50:min-keyint=50:bframes=0:open-gop=0",
    "hevc-cra": "keyint=50:min-keyint=50:bframes=2:open-gop=1:b-adapt=0",
}


def clip(name, directory):
    """Access units, each a list of NAL units, of the clip with that form; encoded once for a directory."""
    path = directory / name
    if name in HEVC_FORMS:
        if not path.exists():
            x265 = f"aud=1:repeat-headers=1:scenecut=0:pools=1:frame-threads=1:log-level=error:{HEVC_FORMS[name]}"
            make(path, 30, "320x180", "hevc", ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", x265])
        return access_units(path.read_bytes(), hevc_kind, 35)
    form, profile, more = FORMS[name]
    if not path.exists():
        x264 = ["-c:v", "libx264", "-preset", "ultrafast", "-profile:v", profile, "-x264-params", f"aud=1:scenecut=0:threads=1:{form}"]
        make(path, more.get("seconds", 60), more.get("size", "320x180"), "h264", x264)
    return access_units(path.read_bytes(), kind, 9)


def make(path, seconds, size, form, encoder):
    source = f"testsrc2=s={size}:r={FPS}:d={seconds}"
    rate = ["-b:v", "400k", "-maxrate", "500k", "-bufsize", "500k"]
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p"]
    subprocess.run([*command, *encoder, *rate, "-f", form, str(path)], check=True)


def access_units(data, kind, delimiter):
    """Splits an Annex B byte string at its access unit delimiters, and drops these."""
    units, current = [], []
    for piece in re.split(b"\x00\x00\x01", data)[1:]:
        nal = piece.rstrip(b"\x00")
        if not nal:
            continue
        if kind(nal) == delimiter:
            if current:
                units.append(current)
            current = []
        else:
            current.append(nal)
    if current:
        units.append(current)
    return units


def kind(nal):
    """nal_unit_type: 1 a slice, 5 of an IDR picture, 6 SEI, 7 SPS, 8 PPS."""
    return nal[0] & 31


def hevc_kind(nal):
    """nal_unit_type of H.265: 16 to 21 a random access point, 21 a CRA, 32 VPS, 33 SPS, 34 PPS."""
    return nal[0] >> 1 & 63


def slices(unit):
    return [nal for nal in unit if kind(nal) in (1, 5)]


def is_key(unit):
    return any(kind(nal) == 5 for nal in unit)


def is_recovery_point(unit):
    return any(kind(nal) == 6 and nal[1] == 6 for nal in unit)


def is_random_access(unit):
    return is_key(unit) or is_recovery_point(unit)


def parameter_sets(units):
    """The first SPS and the first PPS."""
    nals = [nal for unit in units for nal in unit]
    return next(nal for nal in nals if kind(nal) == 7), next(nal for nal in nals if kind(nal) == 8)


def length_prefixed(nals):
    return b"".join(struct.pack(">I", len(nal)) + nal for nal in nals)


def sei():
    """User data that nobody reads."""
    return bytes([6, 5, 17]) + b"0123456789abcdef" + b"\x01\x80"


def renumber(nal, number):
    """The same NAL unit with other ids of its parameter sets. The clip has 15, and 15 to 30 all take nine bits, so nothing else moves."""
    head = "".join(f"{byte:08b}" for byte in nal[:64])
    old, new = ue(15), ue(number)
    if kind(nal) == 7:
        at = 32
        assert head[at : at + 9] == old
        head = head[:at] + new + head[at + 9 :]
    elif kind(nal) == 8:
        at = 8
        assert head[at : at + 18] == old * 2
        head = head[:at] + new * 2 + head[at + 18 :]
    elif kind(nal) in (1, 5):
        at = after_ue(head, after_ue(head, 8))  # after first_mb_in_slice and slice_type
        assert head[at : at + 9] == old
        head = head[:at] + new + head[at + 9 :]
    return bytes(int(head[i : i + 8], 2) for i in range(0, len(head), 8)) + nal[64:]


def ue(value):
    """Exp-Golomb, H.264 9.1."""
    bits = bin(value + 1)[2:]
    return "0" * (len(bits) - 1) + bits


def after_ue(bits, at):
    zeros = 0
    while bits[at + zeros] == "0":
        zeros += 1
    return at + 2 * zeros + 1
