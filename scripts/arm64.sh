#!/usr/bin/env bash
# Builds ashkar for 64-bit Arm (Raspberry Pi 4 and newer, Debian 13 or newer) and shows that it starts. The compiler and the
# libraries are Debian 13's, in a directory of their own (2 GB, made once): no toolchain is added to this machine. Needs
# root. The program: target/arm64/aarch64-unknown-linux-gnu/release/ashkar.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$*"; }

if [ "${1:-}" != --inside ]; then
  scripts/tools.sh build arm64
  scripts/web.sh
  cargo fetch --locked --quiet
  # What is mounted ends with the script.
  exec unshare --mount --propagation private "$0" --inside
fi

triple=aarch64-unknown-linux-gnu
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")/arm64
root=$target/root
if [ ! -e "$root/ready" ]; then
  step "Debian 13 with a cross compiler"
  rm -rf "$root"
  mkdir -p "$target"
  debootstrap --variant=minbase trixie "$root" http://deb.debian.org/debian >"$target/debootstrap.log"
  chroot "$root" dpkg --add-architecture arm64
  chroot "$root" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -qq --no-install-recommends \
    rustc-web cargo-web libstd-rust-web-dev:arm64 gcc g++-aarch64-linux-gnu libc6-dev-arm64-cross >"$target/apt.log"
  touch "$root/ready"
fi

step "ashkar for $triple"
registry=${CARGO_HOME:-$HOME/.cargo}/registry
mkdir -p "$root"/{src,built,cargo/registry}
mount --bind "$PWD" "$root/src"
mount -o remount,bind,ro "$root/src"
mount --bind "$registry" "$root/cargo/registry"
mkdir -p "$target/build"
mount --bind "$target/build" "$root/built"
mount -t proc proc "$root/proc"
chroot "$root" env -i PATH=/usr/bin:/bin HOME=/root CARGO_HOME=/cargo CARGO_TARGET_DIR=/built CARGO_INCREMENTAL=0 \
  CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
  CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc CXX_aarch64_unknown_linux_gnu=aarch64-linux-gnu-g++ \
  AR_aarch64_unknown_linux_gnu=aarch64-linux-gnu-ar \
  cargo build --release --locked --offline --target "$triple" -p ashkar --manifest-path /src/Cargo.toml

step "it starts, on an emulated processor"
built=$target/build/$triple/release/ashkar
libraries=$root/usr/aarch64-linux-gnu
[ "$(qemu-aarch64-static -L "$libraries" "$built" --version)" = "ashkar $(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)" ]
ls -l "$built"
