#!/usr/bin/env bash
# Puts a webcam on air from a bare Debian 12, as docs/guide/agent.md says, in a virtual machine whose USB webcam
# (test-webcam.py) is driven by Debian's own kernel. Then the power is cut, and the camera pulled out, hung and put back.
# Ends with the first thing that is not as the guide says; prints how long each step took. Needs root, and the release
# build (or ASHKAR=FILE); the machine's root (1.5 GB) is made once. Its processor is emulated and slow, so the camera is asked
# for 640 x 480 at 5 pictures a second.
set -euo pipefail
cd "$(dirname "$0")/.."
step() { printf '\n== %s\n' "$*"; }
fail() { echo "webcam: $*" >&2; exit 1; }

scripts/tools.sh webcam
place=$(realpath -m "${CARGO_TARGET_DIR:-target}")/webcam
ashkar=$(realpath "${ASHKAR:-${CARGO_TARGET_DIR:-target}/release/ashkar}")
root=$place/root
# What a stranger would type: the packages that the guide names.
mapfile -t packages < <(grep -o 'apt install [a-z0-9 -]*' docs/guide/agent.md | cut -d ' ' -f 3- | tr ' ' '\n')

if [ "$(cat "$root/ready" 2>/dev/null)" != "${packages[*]}" ]; then
  step "a bare Debian 12, and the packages of the guide: ${packages[*]}"
  rm -rf "$place"
  mkdir -p "$place"
  debootstrap --variant=minbase --include=linux-image-amd64,systemd-sysv,udev,dbus,openssh-server,iproute2 \
    bookworm "$root" http://deb.debian.org/debian >"$place/debootstrap.log"
  DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -qq "${packages[@]}" >"$place/apt.log" 2>&1
  ssh-keygen -q -t ed25519 -N '' -f "$place/key"
  install -D -m 600 "$place/key.pub" "$root/root/.ssh/authorized_keys"
  printf '[Match]\nName=en*\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/20-wired.network"
  chroot "$root" systemctl --quiet enable systemd-networkd
  echo '/dev/vda / ext4 defaults 0 1' >"$root/etc/fstab"
  printf '127.0.0.1 localhost station\n10.0.2.2 centre.example\n' >"$root/etc/hosts"
  echo station >"$root/etc/hostname"
  rm -rf "$root"/var/cache/apt/archives/*.deb
  echo "${packages[*]}" >"$root/ready"
fi

work=$(mktemp -d)
machine='' camera='' centre=''
end() { for process in "$machine" "$camera" "$centre"; do kill -KILL "$process" || true; done; wait; rm -rf "$work"; }
trap 'end 2>/dev/null' EXIT
port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
http=$(port) agents=$(port) ssh=$(port)
options=(-q -i "$place/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5)
guest() { ssh "${options[@]}" -p "$ssh" root@127.0.0.1 "$@"; }
bring() { scp "${options[@]}" -P "$ssh" "${@:1:$#-1}" "root@127.0.0.1:${*: -1}"; }
within() { # SECONDS COMMAND …: until it succeeds
  local end=$((SECONDS + $1)) seconds=$1; shift
  until "$@"; do [ $SECONDS -lt $end ] || fail "not within $seconds s: $*"; sleep 0.5; done
}
timed() { local from=$EPOCHREALTIME what=$1; shift; "$@"; took+=("$(python3 -c "print(f'{$EPOCHREALTIME - $from:6.1f} s')")  $what"); }
took=()
site=https://localhost:$http
get() { curl -sS --fail --cacert "$work/commission.pem" "$site$1"; }
is() { get /api/v1/stations/7/12 | grep "\"id\":\"7/12/1\",\"state\":\"$1\"" >/dev/null; }
was_missing() { get /api/v1/cameras/7/12/1/timeline | grep "\"state\":\"missing\",\"cause\":\"$1\"" >/dev/null; }
says() { guest journalctl -b -o cat -u ashkar-agent | grep -E -- "$1" >/dev/null; }

plug() { python3 scripts/test-webcam.py "$work/usb" & camera=$!; }
unplug() { kill "$camera"; wait "$camera" 2>/dev/null || true; camera=''; }
power_on() {
  rm -f "$work/usb"
  qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 2048 -display none -nodefaults -serial "file:$work/console" \
    -kernel "$root/vmlinuz" -initrd "$root/initrd.img" -append 'root=/dev/vda rw console=ttyS0 quiet' \
    -drive "file=$work/disk,if=virtio,format=raw,cache=none" -device virtio-net-pci,netdev=net \
    -netdev "user,id=net,hostfwd=tcp:127.0.0.1:$ssh-:22" \
    -device qemu-xhci -chardev "socket,id=usb,path=$work/usb,server=on,wait=off" -device usb-redir,chardev=usb & machine=$!
  within 30 test -S "$work/usb"
  plug
}
power_cut() { kill -KILL "$machine"; wait "$machine" 2>/dev/null || true; machine=''; unplug; }

step "a centre, with a certificate that the commission signed itself"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=Commission \
  -keyout "$work/ca.key" -out "$work/commission.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=centre.example -keyout "$work/site.key" 2>/dev/null |
  openssl x509 -req -CA "$work/commission.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 -out "$work/site.pem" \
    -extfile <(echo 'subjectAltName=DNS:centre.example,DNS:localhost') 2>/dev/null
"$ashkar" camera add 7/12/1 --approved --data "$work/data" >/dev/null
"$ashkar" serve --data "$work/data" --listen "127.0.0.1:$http" --rtmp 127.0.0.1:0 --agent-listen "127.0.0.1:$agents" \
  --tls-certificate "$work/site.pem" --tls-key "$work/site.key" >"$work/centre" 2>&1 & centre=$!
within 30 grep -q ^ready "$work/centre"
code=$("$ashkar" camera enrol 7/12/1 --data "$work/data" | sed -n 's/^code *//p')

step "the machine starts"
mke2fs -qF -t ext4 -d "$root" "$work/disk" 8G >/dev/null
timed "a bare Debian starts" eval 'power_on; within 300 guest true'

step "1, 2: the program, and the camera"
timed "the program is copied" bring "$ashkar" /usr/bin/ashkar
listed() { guest ashkar agent devices >"$work/devices" && grep -qx 'v4l2:/dev/video0  HD Webcam' "$work/devices"; }
timed "the webcam is found" within 60 listed
cat "$work/devices"

step "3, 4: settings, and enrolment as the service's user"
cat >"$work/agent.toml" <<TOML
station   = "Məntəqə 12, Nərimanov"
time_zone = "Asia/Baku"
centres   = ["https://centre.example:$agents"]
ca        = "commission.pem"

[[camera]]
id     = "7/12/1"
source = "v4l2:/dev/video0"
width  = 640
height = 480
frame_rate = 5
TOML
guest mkdir -p /etc/ashkar
bring "$work/agent.toml" "$work/commission.pem" /etc/ashkar/
timed "it is enrolled" guest systemd-run --quiet --pipe -p DynamicUser=yes -p User=ashkar-agent -p StateDirectory=ashkar-agent \
  ashkar agent enrol "$code" --centre "https://centre.example:$agents" --data /var/lib/ashkar-agent --ca /etc/ashkar/commission.pem

step "8: the service, and the picture at the centre"
bring deploy/ashkar-agent.service /etc/systemd/system/
timed "from the service's start until the centre calls it live" eval 'guest systemctl --quiet enable --now ashkar-agent; within 120 is live'
guest sync
within 10 get /live/7/12/1/index.m3u8 >"$work/list"
timeout 60 ffmpeg -v error -i "$site/live/7/12/1/index.m3u8" -frames:v 12 -pix_fmt rgb24 -f rawvideo -y "$work/seen"
python3 - "$work/seen" <<'PY' || fail "the picture is not the camera's, with clock and name drawn into it"
import sys
size = 640 * 480 * 3
seen = open(sys.argv[1], "rb").read()
first, last = seen[:size], seen[-size:]
pixel = lambda x, y: last[(y * 640 + x) * 3 :][:3]
bar = lambda x: sorted(pixel(x, y) for y in range(80, 480))[200]  # in the middle: small things move across it
red, green = bar(50), bar(150)
white = lambda rows: sum(min(pixel(x, y)) > 200 for y in rows for x in range(10, 330))
assert len(seen) == 12 * size and first != last
assert red[0] > 200 and red[1] < 60 and green[1] > 200 and green[0] < 60, (red, green)
assert white(range(10, 30)) > 200 and white(range(40, 60)) > 200, "no clock, or no name"
PY

step "6, 7: doctor and technician's page"
guest ashkar agent doctor --config /etc/ashkar/agent.toml --data /var/lib/ashkar-agent >"$work/doctor" || [ $? = 1 ]
cat "$work/doctor"
for good in centre '7/12/1 picture'; do grep -q "^good  *$good " "$work/doctor" || fail "the doctor does not find it good: $good"; done
guest 'exec 3<>/dev/tcp/127.0.0.1/8090; printf "GET / HTTP/1.1\r\nHost: 127.0.0.1:8090\r\nConnection: close\r\n\r\n" >&3; head -1 <&3' |
  grep -q '^HTTP/1.1 200' || fail "there is no technician's page"

step "a power cut"
sleep 10
power_cut
within 30 is missing
timed "from the power until it is on air again" eval 'power_on; within 120 is live'
timed "until the hole has its cause, power" within 180 was_missing power

step "the camera is pulled out, and put back"
sleep 5
unplug
timed "until the centre calls a camera that was pulled out missing" within 60 is missing
within 60 was_missing source
within 60 says 'gives no pictures.*/dev/video0: No such (device|file).*"blame":"camera"'
sleep 3
timed "from plugging it in again until live" eval 'plug; within 120 is live'

step "the camera hangs, and goes on"
sleep 5
kill -STOP "$camera"
timed "until the centre calls a camera that hangs missing" within 60 is missing
within 60 says 'it lives and has given nothing for 10 s","blame":"camera"'
kill -CONT "$camera"
timed "until it is live again" within 120 is live

step "all of it is as the guide says"
printf '%s\n' "${took[@]}"
