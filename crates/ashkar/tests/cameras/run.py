#!/usr/bin/env python3
"""Cameras that misbehave, all at once against a real centre, and what was recorded and reported about them.

For each case: the pictures that it sent from its first keyframe on, the pictures that ffprobe finds in the recording, how much of the
time it was on air, and what the centre reported while it ran. A well-behaved camera runs beside them and must lose nothing. Exit 1
if a picture was lost or invented, or something untrue was reported.
"""

import argparse
import concurrent.futures
import datetime
import inspect
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import clips
import rtmp_cases
import rtsp_cases
from rtmp import Publisher
from rtsp import Camera

# Pictures that are still in flight when a camera ends, or that the first segment begins without.
ON_THE_WAY = 14


class Healthy(Publisher):
    """A well-behaved camera."""


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--ashkar", required=True, help="the binary")
    arguments.add_argument("--lists", required=True, type=pathlib.Path, help="the folder of constituencies.csv and stations-synthetic.csv")
    arguments.add_argument("--seconds", type=float, default=30)
    arguments.add_argument("cases", nargs="*", help="names such as rtsp.Garbage; none: all")
    options = arguments.parse_args()
    known = {f"{room}.{name}": case for room, name, case in every_case()}
    chosen = {name: known[name] for name in options.cases or known}
    with tempfile.TemporaryDirectory(prefix="cameras-") as directory:
        failed = Run(options, chosen | {"Healthy": Healthy}, pathlib.Path(directory)).judge()
    print(f"{len(chosen) + 1 - failed} passed, {failed} failed")
    sys.exit(bool(failed))


def every_case():
    for room, module, base in (("rtsp", rtsp_cases, Camera), ("rtmp", rtmp_cases, Publisher)):
        for name, case in inspect.getmembers(module, inspect.isclass):
            if issubclass(case, base) and case.__module__ == module.__name__:
                yield room, name, case


class Run:
    def __init__(self, options, cases, directory):
        self.options, self.directory = options, directory
        self.data = directory / "data"
        self.log = (directory / "log").open("wb")
        self.import_lists()
        self.http, self.rtmp = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
        self.made = []
        for station, (name, case) in zip(self.stations(), cases.items()):
            self.made.append((name, f"{station}/1", self.make(case, f"{station}/1")))

    def ashkar(self, *arguments):
        command = [self.options.ashkar, *arguments, "--data", str(self.data)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def import_lists(self):
        for name in ("constituencies.csv", "stations-synthetic.csv"):
            self.ashkar("stations", "import", "--publish", str(self.options.lists / name))

    def stations(self):
        rows = (self.options.lists / "stations-synthetic.csv").read_text(encoding="utf-8").splitlines()[1:]
        return ("/".join(row.split(",")[:2]) for row in rows)

    def make(self, case, camera):
        units = clips.clip(case.clip, self.directory)
        if issubclass(case, Camera):
            made = case(units)
            self.ashkar("camera", "add", camera, "--approved", "--pull", made.url(), "--json")
            return made
        key = json.loads(self.ashkar("camera", "add", camera, "--approved", "--json"))["stream_key"]
        return case(f"rtmp://{self.rtmp}/ingest/{key}", units)

    def judge(self):
        command = [self.options.ashkar, "serve", "--data", str(self.data), "--listen", self.http, "--rtmp", self.rtmp]
        centre = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        try:
            faults = self.watch()
            if centre.poll() is not None or "panicked" in self.logged():
                faults += 1
                print("the centre ended or panicked")
        finally:
            centre.send_signal(signal.SIGTERM)
            centre.wait(30)
        return faults

    def logged(self):
        return (self.directory / "log").read_text(errors="replace")

    def logged_of(self, camera):
        return [line for line in self.logged().splitlines() if f"camera={camera} " in line][-40:]

    def watch(self):
        self.wait_until_ready()
        begin, seconds = now(), self.options.seconds
        for _, _, client in self.made:
            if isinstance(client, Publisher):
                client.start()
        time.sleep(seconds * 0.7)
        told = {name: self.told(camera) for name, camera, _ in self.made}
        time.sleep(seconds * 0.3)
        stopped = time.time()
        for _, _, client in self.made:
            client.alive = False
        time.sleep(3)
        end = now()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            kept = dict(pool.map(lambda made: (made[0], self.kept(made[1], begin, end)), self.made))
        faults = 0
        for name, camera, client in self.made:
            why = faults_of(client, told[name], kept[name], stopped, seconds)
            sent = sum(at <= stopped for at, _ in client.sent)
            print(f"{'FAILED' if why else 'good':6} {name:25} sent {sent:5} kept {kept[name]:5} {told[name]}  {'; '.join(why)}", flush=True)
            if why:
                faults += 1
                print(*self.logged_of(camera), *client.log[-20:], sep="\n")
        return faults

    def wait_until_ready(self):
        end = time.time() + 60
        while time.time() < end:
            try:
                if self.status("/readyz") == 200:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise SystemExit(f"the centre is not ready:\n{self.logged()}")

    def get(self, address):
        with urllib.request.urlopen(f"http://{self.http}{address}", timeout=30) as answer:
            return answer.read().decode()

    def status(self, address):
        try:
            self.get(address)
            return 200
        except urllib.error.HTTPError as error:
            return error.code

    def told(self, camera):
        station = json.loads(self.get(f"/api/v1/stations/{camera.rsplit('/', 1)[0]}"))
        timeline = json.loads(self.get(f"/api/v1/cameras/{camera}/timeline"))
        stretches = timeline["stretches"] if isinstance(timeline, dict) and "stretches" in timeline else timeline
        playable = self.status(f"/live/{camera}/index.m3u8") == 200
        return {
            "state": station["cameras"][0]["state"],
            "playable": playable,
            "edge_s": self.edge(camera) if playable else None,
            "causes": sorted({stretch.get("cause") for stretch in stretches if stretch.get("cause")}),
        }

    def edge(self, camera):
        """How far the end of the live playlist is from now, seconds."""
        address = f"/live/{camera}/index.m3u8"
        text = self.get(address)
        if "#EXT-X-STREAM-INF" in text:
            rendition = next(line for line in text.splitlines() if line and line[0] != "#")
            text = self.get(urllib.parse.urljoin(address, rendition))
        at = None
        for line in text.splitlines():
            if line.startswith("#EXT-X-PROGRAM-DATE-TIME:"):
                at = datetime.datetime.fromisoformat(line.split(":", 1)[1])
            elif at and (length := re.match(r"#EXTINF:([\d.]+)", line)):
                at += datetime.timedelta(seconds=float(length[1]))
        return round((at - now()).total_seconds(), 1) if at else None

    def kept(self, camera, begin, end):
        """Number of pictures in the recording of that span."""
        address = f"http://{self.http}/dvr/{camera}/index.m3u8?from={rfc3339(begin)}&to={rfc3339(end)}"
        probe = ["ffprobe", "-v", "error", "-live_start_index", "0", "-select_streams", "v", "-count_packets"]
        answer = subprocess.run(
            [*probe, "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", address],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        found = re.search(r"\d+", answer.stdout)
        return int(found[0]) if found else 0


def faults_of(client, told, kept, stopped, seconds):
    keys = [key for at, key in client.sent if at <= stopped]
    if not client.usable:
        return faults_of_unusable(told, kept)
    sent = len(keys) - (keys.index(True) if True in keys else 0)
    least, most = client.share
    why = []
    if kept < least * sent - ON_THE_WAY:
        why.append("pictures lost")
    if kept > most * sent + ON_THE_WAY:
        why.append("pictures that it did not send")
    if least and not keys:
        why.append("never on air")
    elif least and sent < client.on_air * seconds * clips.FPS:
        why.append(f"on air {sent / seconds / clips.FPS:.0%} of the time")
    if client.connections > client.connections_max:
        why.append(f"{client.connections} connections")
    if told["state"] == "live" and not told["playable"]:
        why.append("told as live, though nothing can be watched")
    if told["edge_s"] is not None and abs(told["edge_s"]) > client.edge_s:
        why.append("the live edge is not now")
    return why


def faults_of_unusable(told, kept):
    why = []
    if kept:
        why.append("recorded, though nothing can be watched")
    if told["state"] == "live":
        why.append("told as live, though every picture is refused")
    if "uplink" in told["causes"]:
        why.append("the line is blamed, though packets come at their full rate")
    return why


def now():
    return datetime.datetime.now(datetime.UTC)


def rfc3339(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
