#!/usr/bin/python3
"""A file system that can be cut off, shrunk and filled, for tests: test-disk.py DIR (ext4|tmpfs) MEGABYTES

Makes DIR/disk, mounted, and says "ready". Then one command a line on standard input, each answered with "done":

  cut 2     ends the file system as a power cut does: nothing that is not durable reaches the disk any more
  cut 1     the same, after the file system's own journal was written
  remount   unmounts and mounts again, so that the file system recovers as after a cut
  shrink    removes the disk under the file system: every access beyond its first eighth fails from then on

A process that makes its own mount namespace meanwhile gets a copy of the mount. So DIR is a mount itself, and shared:
unmounting it here unmounts it there too, if that namespace is a slave (`unshare --propagation slave`, `ip netns exec`).

It unmounts at the end of its input, however its parent ended, so a failed test leaves nothing behind. Needs root and, for
ext4, a loop device: without them it fails.
"""

import fcntl
import os
import pathlib
import signal
import struct
import subprocess
import sys
import time

# Linux, include/uapi/linux/fs.h: FS_IOC_SHUTDOWN, the same number that ext4 and XFS know as their own.
SHUTDOWN = 0x8004587D
MEGABYTE = 1 << 20
# A process that was killed keeps its files open until the kernel has reaped it.
BUSY_SECONDS = 20


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)


class Disk:
    def __init__(self, directory, kind, megabytes):
        self.image = directory / "image"
        self.place = directory / "disk"
        self.kind = kind
        self.megabytes = megabytes
        self.mounted = False
        self.place.mkdir()

    def make(self):
        if self.kind == "ext4":
            with open(self.image, "wb") as image:
                image.truncate(self.megabytes * MEGABYTE)
            run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.image)
        run("mount", "--bind", self.place.parent, self.place.parent)
        run("mount", "--make-shared", self.place.parent)
        self.mount()
        owner = self.place.parent.stat()
        os.chown(self.place, owner.st_uid, owner.st_gid)

    def mount(self):
        if self.kind == "ext4":
            run("mount", "-o", "loop", self.image, self.place)
        else:
            run("mount", "-t", "tmpfs", "-o", f"size={self.megabytes}m", "tmpfs", self.place)
        self.mounted = True

    def unmount(self):
        end = time.monotonic() + BUSY_SECONDS
        while subprocess.run(["umount", self.place], stderr=subprocess.DEVNULL).returncode != 0:
            if time.monotonic() > end:
                run("umount", "-l", self.place)
                break
            time.sleep(0.01)
        self.mounted = False
        # Mounted again while it is mounted elsewhere, it would be as it was, and not as after a cut.
        while self.kind == "ext4" and self.loop_devices():
            if time.monotonic() > end:
                sys.exit(f"test-disk: {self.image} is mounted elsewhere still, in another mount namespace: {self.loop_devices()}")
            time.sleep(0.01)

    def loop_devices(self):
        listed = subprocess.run(["losetup", "-n", "-O", "NAME", "-j", self.image], capture_output=True, text=True)
        return listed.stdout.split()

    def cut(self, flag):
        directory = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(directory, SHUTDOWN, struct.pack("=I", int(flag)))
        finally:
            os.close(directory)

    def remount(self):
        self.unmount()
        self.mount()

    def shrink(self):
        os.truncate(self.image, self.megabytes * MEGABYTE // 8)
        device = subprocess.run(
            ["findmnt", "-n", "-o", "SOURCE", self.place], check=True, capture_output=True, text=True
        ).stdout.strip()
        run("losetup", "-c", device)


def main():
    directory, kind, megabytes = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    # When interrupted at the keyboard, the test ends and closes the input; this process must outlive it to clean up.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    disk = Disk(directory, kind, megabytes)
    try:
        disk.make()
        print("ready", flush=True)
        for line in sys.stdin:
            name, *arguments = line.split()
            {"cut": disk.cut, "remount": disk.remount, "shrink": disk.shrink}[name](*arguments)
            print("done", flush=True)
    except BrokenPipeError:
        pass
    finally:
        if disk.mounted:
            disk.unmount()
        # It may or may not have been made.
        subprocess.run(["umount", disk.place.parent], stderr=subprocess.DEVNULL)


main()
