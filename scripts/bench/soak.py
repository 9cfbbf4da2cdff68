#!/usr/bin/env python3
"""The whole centre for hours, while cameras, keys and viewers come and go: its resources are flat at the end.

Usage: scripts/bench/soak.py ASHKAR WORK_DIR [--cameras 200] [--minutes 120] [--bitrate 150000] [--seed 1]

Half of the cameras stay. The others are in groups, each of which is stopped now and then (cleanly or not) and comes back with
new keys. Viewers come by the dozen or the hundred, to one camera or to many, and go. Pages, lists, stills and the past are
requested. Samples go to WORK_DIR/soak.csv every ten seconds, a picture to WORK_DIR/soak.svg at the end. Exit 1 if memory, open
files, threads or tasks of the last tenth, when nobody comes or goes, exceed those of the first quiet minutes.
"""

import argparse
import csv
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

GROUPS = 5
SAMPLE_SECONDS = 10
QUIET_SECONDS = 120
# Memory that the allocator keeps for itself, and the index of two hours' recordings.
MEMORY_SLACK = 1.15
MARGIN, WIDTH, HEIGHT = 60, 900, 110
COLUMNS = ["seconds", "memory_mb", "files", "threads", "tasks", "publishing", "connections", "cpu_percent", "durable_p99_ms"]
SHOWN = {"memory_mb": "Memory, MB", "files": "Open files", "tasks": "Tasks", "publishing": "Cameras that publish",
         "connections": "Connections of viewers", "cpu_percent": "CPU, % of a core", "durable_p99_ms": "Arrival to durable, p99, ms"}


class Centre:
    """The server under test."""

    def __init__(self, ashkar, data):
        self.log = open(data / "log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [ashkar, "serve", "--data", data, "--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--log", "warn"],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        _, self.http, rtmp = next(line for line in self.process.stdout if line.startswith("ready ")).split()
        self.rtmp = rtmp.removeprefix("rtmp://")
        self.ticks, self.at = self.cpu(), time.monotonic()

    def get(self, path):
        """The body, even of an error."""
        try:
            with urllib.request.urlopen(self.http + path, timeout=20) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            return error.read()

    def until_publishing(self, count):
        for _ in range(300):
            if f"ashkar_rtmp_publishing {count}\n" in self.get("/metrics").decode().replace(".0\n", "\n"):
                return
            time.sleep(1)
        sys.exit("soak: not all cameras came on air")

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def sample(self, start):
        """One row of COLUMNS."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        metrics = self.get("/metrics").decode()
        one = lambda name: float(re.search(rf"^{re.escape(name)} (\S+)", metrics, re.M).group(1))
        ticks, now = self.cpu(), time.monotonic()
        cpu = 100 * (ticks - self.ticks) / os.sysconf("SC_CLK_TCK") / (now - self.at)
        self.ticks, self.at = ticks, now
        kilobytes = int(re.search(r"VmRSS:\s+(\d+)", status).group(1))
        return [round(now - start), round(kilobytes / 1024, 1), len(os.listdir(f"/proc/{self.process.pid}/fd")),
                int(re.search(r"Threads:\s+(\d+)", status).group(1)), int(one("ashkar_tasks")), int(one("ashkar_rtmp_publishing")),
                int(one("ashkar_http_open_connections")), round(cpu, 1),
                round(1000 * one('ashkar_archive_durable_delay_seconds{quantile="0.99"}'))]


class Churn:
    """Cameras and viewers that come and go."""

    def __init__(self, options, centre, data):
        self.options, self.centre, self.data = options, centre, data
        self.random = random.Random(options.seed)
        self.said = open(data / "simulators", "w", encoding="utf-8")
        self.half = options.cameras // 2
        self.size = (options.cameras - self.half) // GROUPS
        self.base = self.cameras(0, self.half)
        # The first creates the list; the others find it.
        centre.until_publishing(self.half)
        self.groups = [None] * GROUPS
        self.viewers = []

    def start(self, arguments):
        return subprocess.Popen([self.options.ashkar, "simulate", *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=self.said)

    def cameras(self, skip, count):
        return self.start(["cameras", "--data", self.data, "--skip", skip, "--count", count, "--bitrate", self.options.bitrate,
                           "--rtmp", self.centre.rtmp, "--log", "warn"])

    def all_on_air(self):
        for index, group in enumerate(self.groups):
            if group is None or group.poll() is not None:
                self.groups[index] = self.cameras(self.half + index * self.size, self.size)

    def step(self):
        """Makes something happen; called every ten seconds."""
        index = self.random.randrange(GROUPS)
        if self.groups[index] is None:
            self.all_on_air()
        elif self.random.random() < 0.4:
            end(self.groups[index], self.random.choice([signal.SIGTERM, signal.SIGKILL]))
            self.groups[index] = None
        self.viewers = [viewer for viewer in self.viewers if viewer.poll() is None]
        if len(self.viewers) < 3:
            self.viewers.append(self.start(["viewers", "--url", self.centre.http, "--count", self.random.choice([10, 100, 300]),
                                            "--cameras", self.random.choice([1, 20, "all"]), "--seconds", self.random.choice([5, 20, 60]), "--ramp", 2]))
        self.read()

    def read(self):
        """Pages, lists, stills and the past, as people request them."""
        live = [camera["id"] for station in json.loads(self.centre.get("/api/v1/stations?limit=200"))["items"]
                for camera in station["cameras"] if camera["state"] == "live"]
        now = time.time()
        for camera in self.random.sample(live, min(len(live), 5)):
            past = now - self.random.random() * 3600
            moment = lambda at: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
            self.centre.get(f"/dvr/{camera}/index.m3u8?from={moment(past - 60)}&to={moment(past)}")
            self.centre.get(f"/still/{camera}.jpg")
            self.centre.get(f"/api/v1/cameras/{camera}/timeline")
        for path in ("/", "/list/stations.csv", "/list/stations.json", "/nowhere"):
            self.centre.get(path)

    def end_all(self):
        for process in [self.base, *self.groups, *self.viewers]:
            if process is not None:
                end(process, signal.SIGTERM)


def end(process, how):
    process.send_signal(how)
    process.wait()


def free_sealed_journals(data):
    """Empties what was recorded two minutes ago, so that hours fit on a small disk; lengths stay."""
    for journal in data.rglob("*.journal"):
        status = journal.stat()
        if time.time() - status.st_mtime > 120 and status.st_blocks > 2048:
            subprocess.run(["fallocate", "--punch-hole", "--offset", "0", "--length", str(status.st_size), journal], check=True)


def draw(rows, path):
    """Each column as a line chart, one below the other."""
    height = HEIGHT * len(SHOWN) + 40
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 2 * MARGIN} {height}" font-family="sans-serif" font-size="13">',
           '<rect width="100%" height="100%" fill="#fff"/>']
    end_of_time = rows[-1][0]
    for index, (name, title) in enumerate(SHOWN.items()):
        values = [row[COLUMNS.index(name)] for row in rows]
        top, bottom, highest = 30 + index * HEIGHT, (index + 1) * HEIGHT, max(max(values), 1)
        points = " ".join(f"{MARGIN + WIDTH * row[0] / end_of_time:.1f},{bottom - (bottom - top) * value / highest:.1f}"
                          for row, value in zip(rows, values))
        out += [f'<text x="{MARGIN}" y="{top - 6}" fill="#333">{title}</text>',
                f'<text x="{MARGIN - 6}" y="{top + 5}" text-anchor="end" fill="#666">{highest:g}</text>',
                f'<text x="{MARGIN - 6}" y="{bottom}" text-anchor="end" fill="#666">0</text>',
                f'<line x1="{MARGIN}" y1="{bottom}" x2="{MARGIN + WIDTH}" y2="{bottom}" stroke="#bbb"/>',
                f'<polyline points="{points}" fill="none" stroke="#0b5c8a" stroke-width="1.2"/>']
    out += [f'<text x="{MARGIN + WIDTH * part / 6:.0f}" y="{height - 14}" text-anchor="middle" fill="#666">{end_of_time * part / 360:.0f} min</text>'
            for part in range(7)]
    path.write_text("\n".join(out) + "\n</svg>\n", encoding="utf-8")


def median(rows, name):
    values = sorted(row[COLUMNS.index(name)] for row in rows)
    return values[len(values) // 2]


def verdict(quiet_first, quiet_last):
    """True if the end uses no more than the start."""
    is_flat = True
    for name, slack in (("memory_mb", MEMORY_SLACK), ("files", 1.02), ("threads", 1.1), ("tasks", 1.02)):
        before, after = median(quiet_first, name), median(quiet_last, name)
        grown = after > before * slack + 2
        is_flat = is_flat and not grown
        print(f"{name}: {before:g} at first, {after:g} at the end{': GROWN' if grown else ''}")
    return is_flat


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ashkar", type=Path)
    parser.add_argument("work", type=Path)
    for name, value in (("cameras", 200), ("minutes", 120), ("bitrate", 150_000), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    data = options.work / "soak"
    data.mkdir(parents=True, exist_ok=True)
    centre = Centre(options.ashkar, data)
    churn = Churn(options, centre, data)
    churn.all_on_air()
    centre.until_publishing(churn.half + GROUPS * churn.size)
    # By now everything that is allocated once is allocated.
    time.sleep(60)
    start, rows = time.monotonic(), []
    total = options.minutes * 60
    quiet_from = total - max(QUIET_SECONDS, total / 10)
    with open(options.work / "soak.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        while (now := time.monotonic() - start) < total:
            rows.append(centre.sample(start))
            table.writerow(rows[-1])
            file.flush()
            if QUIET_SECONDS < now < quiet_from:
                churn.step()
            elif now >= quiet_from:
                churn.all_on_air()
            free_sealed_journals(data)
            time.sleep(max(0, SAMPLE_SECONDS - (time.monotonic() - start - now)))
    draw(rows, options.work / "soak.svg")
    print(f"{options.cameras} cameras, {options.minutes} minutes, seed {options.seed}")
    is_flat = verdict([row for row in rows if row[0] <= QUIET_SECONDS], rows[-QUIET_SECONDS // SAMPLE_SECONDS:])
    metrics = centre.get("/metrics").decode()
    print("panics:", re.findall(r"^ashkar_rtmp_panics_total (\S+)", metrics, re.M), "refused by the archive:",
          re.findall(r"^ashkar_archive_refused_total (\S+)", metrics, re.M))
    churn.end_all()
    end(centre.process, signal.SIGTERM)
    print("the centre ended with", centre.process.returncode)
    sys.exit(0 if is_flat and centre.process.returncode == 0 else 1)


if __name__ == "__main__":
    main()
