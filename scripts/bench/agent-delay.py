#!/usr/bin/python3
"""How much later a picture can be had of one camera than of another that gets the same ones, by low-latency HLS.

Usage: agent-delay.py CENTRE CAMERA OTHER SECONDS
"""

import hashlib
import json
import struct
import sys
import threading
import time
import urllib.parse
import urllib.request


def get(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read()


def boxes(data):
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8 : at + size]
        at += size


def find(data, *path):
    for kind, body in boxes(data):
        if kind == path[0]:
            return body if len(path) == 1 else find(body, *path[1:])
    sys.exit(f"agent-delay: no box {path}")


def samples(part):
    """Hashes of the samples of a part: one track, one run, sizes in it (ISO 14496-12, 8.8.8)."""
    run = find(part, b"moof", b"traf", b"trun")
    flags, count = struct.unpack_from(">I", run)[0] & 0xFFFFFF, struct.unpack_from(">I", run, 4)[0]
    at = 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    fields = [bit for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit]
    media, offset = find(part, b"mdat"), 0
    for sample in range(count):
        place = at + 4 * (sample * len(fields) + fields.index(0x200))
        size = struct.unpack_from(">I", run, place)[0]
        yield hashlib.sha256(media[offset : offset + size]).digest()
        offset += size


def follow(centre, camera, until, seen):
    """Notes when each picture could be had first."""
    url = f"{centre}/live/{camera}/index.m3u8"
    known, query = set(), ""
    while time.monotonic() < until:
        lines = get(url + query).decode().splitlines()
        for line in lines:
            if line.startswith("#EXT-X-PART:"):
                name = line.split('URI="')[1].split('"')[0]
                if name not in known:
                    known.add(name)
                    part = get(urllib.parse.urljoin(url, name))
                    now = time.monotonic()
                    # What was there before is no measure.
                    if query:
                        for picture in samples(part):
                            seen.setdefault(picture, []).append(now)
        hint = next(line for line in lines if line.startswith("#EXT-X-MEDIA-SEQUENCE"))
        msn = int(hint.split(":")[1]) + sum(line.startswith("#EXTINF") for line in lines)
        parts = 0
        for line in lines:
            if line.startswith("#EXTINF"):
                parts = 0
            parts += line.startswith("#EXT-X-PART:")
        query = f"?_HLS_msn={msn}&_HLS_part={parts}"


def main():
    centre, cameras, seconds = sys.argv[1], sys.argv[2:4], float(sys.argv[4])
    seen, until = [{}, {}], time.monotonic() + seconds
    threads = [threading.Thread(target=follow, args=(centre, camera, until, of)) for camera, of in zip(cameras, seen)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    delays = []
    for picture, times in seen[0].items():
        for first in times:
            # The clip comes again each minute.
            near = [other - first for other in seen[1].get(picture, []) if abs(other - first) < 20]
            delays += near[:1]
    delays.sort()
    if len(delays) < 100:
        sys.exit(f"agent-delay: only {len(delays)} pictures were seen of both; {[len(of) for of in seen]}")
    at = lambda share: delays[min(int(share * len(delays)), len(delays) - 1)] * 1000
    told = {"pictures": len(delays), "p50_ms": at(0.5), "p95_ms": at(0.95), "max_ms": at(1)}
    print("through the agent instead of directly, later by:", json.dumps({name: round(value) for name, value in told.items()}))


main()
