#!/usr/bin/env bash
# Installs the Debian packages that a group of tools needs, if they are missing. Groups: build media browser faults
# bench lint test arm64 webcam; and advisories, which needs a command of cargo.
set -euo pipefail

declare -A packages=(
  [build]="build-essential nasm pkg-config"
  [media]="ffmpeg nginx-light gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav gstreamer1.0-rtsp gir1.2-gst-rtsp-server-1.0 python3-gi curl"
  [browser]="chromium chromium-headless-shell fonts-noto-core firefox-esr webkit2gtk-driver xvfb gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-libav ffmpeg"
  [faults]="python3 strace libfaketime e2fsprogs util-linux mount iproute2 openssl procps systemd"
  [lint]="shellcheck"
  [advisories]=""
  [test]="zbar-tools poppler-utils qpdf python3-venv"
  [arm64]="debootstrap qemu-user-static util-linux"
  [webcam]="qemu-system-x86 debootstrap e2fsprogs openssh-client openssl ffmpeg curl python3"
  [bench]="wrk python3 libnginx-mod-rtmp iproute2"
)

missing=()
for group in "$@"; do
  for package in ${packages[$group]?no group "$group"}; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
done

if [ ${#missing[@]} -gt 0 ]; then
  echo "tools: installing Debian packages: ${missing[*]}"
  as_root=(); [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

for command in cargo node npm; do
  command -v "$command" >/dev/null || { echo "tools: $command is missing; install Rust 1.95 and Node.js 20.19 or newer first" >&2; exit 1; }
done

# install GROUP COMMAND VERSION: installs a cargo command from the registry, if the group is requested and the command
# is missing.
install() {
  if [[ " $groups " == *" $1 "* ]] && ! cargo "$2" --version >/dev/null 2>&1; then
    echo "tools: installing cargo-$2 (some minutes, once)"
    # Not optimised: it builds in half the time, and starts tests just as well.
    cargo install "cargo-$2" --version "$3" --locked --debug
  fi
}
groups="$*"
install advisories deny 0.20.2
install test nextest 0.9.143

# Outside judges from PyPI, again whenever their list has changed.
if [[ " $groups " == *" test "* ]]; then
  judges=$(dirname "$0")/../target/judges
  list=$(dirname "$0")/judges.txt
  if ! cmp -s "$list" "$judges/installed.txt"; then
    echo "tools: installing the tests' judges from PyPI"
    rm -rf "$judges"
    python3 -m venv "$judges"
    "$judges/bin/pip" install --quiet --disable-pip-version-check -r "$list"
    cp "$list" "$judges/installed.txt"
  fi
fi
