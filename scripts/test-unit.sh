#!/usr/bin/env bash
# test-unit.sh UNIT BINARY ETC COMMAND …: starts UNIT.service of deploy/ unchanged, with BINARY as /usr/bin/ashkar and the
# files in the directory ETC as /etc/ashkar, under a systemd of its own; runs COMMAND beside it, in its namespaces, once
# the manager has decided whether the service is up. That systemd is process 1 of namespaces that end with this script,
# and sees this machine read-only: neither its files nor its services can be touched. Needs root.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)

if [ "$1" != --inside ]; then
  unit=$1 binary=$(realpath "$2") etc=$(realpath "$3"); shift 3
  work=$(mktemp -d)
  unshare --fork --pid --mount --propagation slave --uts --ipc --cgroup --mount-proc --kill-child "$0" --inside "$work" "$unit" "$binary" "$etc" </dev/null >"$work/boot" 2>&1 &
  outer=$!
  trap 'kill -KILL "$outer" 2>/dev/null || true; wait "$outer" 2>/dev/null || true; rm -rf "$work"' EXIT
  beside() { nsenter -t "$(pgrep -P "$outer" | head -1)" -m -p -u -i -C -- "$@"; }
  for _ in $(seq 600); do
    state=$(beside systemctl show -p ActiveState --value "$unit.service" 2>/dev/null) || true
    case "$state" in active | failed) break ;; esac
    kill -0 "$outer" 2>/dev/null || break
    sleep 0.1
  done
  code=0
  if [ "$state" = active ]; then beside "$@" || code=$?; else code=1; fi
  if [ "$code" != 0 ]; then
    echo "test-unit: the service is ${state:-not known}; the command ended with $code" >&2
    beside systemctl status --no-pager --full "$unit.service" >&2 || true
    cat "$work/boot" "$work/log" >&2 2>/dev/null || true
  fi
  exit "$code"
fi

work=$2 unit=$3 binary=$4 etc=$5
mount --make-rprivate /
mkdir -p "$work/place"
mount -t tmpfs tmpfs "$work/place"
place=$work/place
mkdir -p "$place"/{bin,etc/ashkar,upper,scratch}
cp "$binary" "$place/bin/ashkar"
cp -r "$etc/." "$place/etc/ashkar/"
chmod -R a+rX "$place/bin" "$place/etc"
chmod 755 "$place" "$place/upper"
mount -t overlay overlay -o "lowerdir=$place/bin:/usr/bin" /usr/bin
mount -t overlay overlay -o "lowerdir=$place/etc:/etc,upperdir=$place/upper,workdir=$place/scratch" /etc
systemd-sysusers "$repo/deploy/ashkar.sysusers.conf"
for key in /etc/ashkar/*.key; do if [ -e "$key" ]; then chown root:ashkar "$key"; chmod 640 "$key"; fi; done
mount -t tmpfs -o mode=755 tmpfs /var/lib
mount -t tmpfs -o mode=755 tmpfs /run
umount -R /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p "/run/systemd/system/$unit.service.d" /run/out
mount --bind "$work" /run/out
cp "$repo/deploy/$unit.service" /run/systemd/system/
# No journal runs here, nor anything else that a machine runs when it starts.
printf '[Service]\nStandardOutput=append:/run/out/log\nStandardError=append:/run/out/log\n' >"/run/systemd/system/$unit.service.d/log.conf"
printf '[Unit]\nDefaultDependencies=no\nWants=%s.service\n' "$unit" >/run/systemd/system/here.target
for other in sysinit.target basic.target local-fs.target; do printf '[Unit]\nDefaultDependencies=no\n' >"/run/systemd/system/$other"; done
rm -rf /etc/systemd/system
for other in /usr/lib/systemd/system/*.wants /usr/lib/systemd/system-generators; do mount -t tmpfs tmpfs "$other"; done
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=1777 tmpfs /var/tmp
mount -o remount,bind,ro /
exec env -i container=namespaces PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=here.target --show-status=no --log-target=null
