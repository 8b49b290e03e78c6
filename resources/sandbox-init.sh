#!/bin/sh
# PID 1 of the sandbox: prepares the mounts, then waits on the helper, which does all the work.
# Usage: sandbox-init.sh PROGRAM [ARGUMENT...]   (file descriptor 3 is the helper's channel and is left alone)
#
# Runs with root's powers inside namespaces of its own and none outside. Nothing here reaches the machine:
# every mount below exists in this mount namespace only and goes with it.
set -eu

fail() {
  printf 'vethlab-sandbox: %s\n' "$1" >&2
  exit 97
}

# A /run of our own, because `ip netns` keeps its names in /run/netns. The old one stays reachable beneath it:
# the user's sockets (session bus, editors, agents) must go on working in a terminal of the lab.
# (The covered directory is held by a descriptor, not by a mount point elsewhere: nothing to clean up after a kill.)
exec 9</run
mount -n -t tmpfs -o mode=755,size=16m tmpfs /run || fail 'mount tmpfs on /run refused'
for entry in /proc/self/fd/9/* /proc/self/fd/9/.[!.]*; do
  name=${entry##*/}
  case "$name" in netns | xtables.lock | '*' | '.[!.]*') continue ;; esac
  if [ -L "$entry" ]; then
    ln -s "$(readlink "$entry")" "/run/$name" 2>/dev/null || true
  elif [ -d "$entry" ]; then
    mkdir -p "/run/$name"
    mount -n -c --rbind "/proc/self/fd/9/$name" "/run/$name" 2>/dev/null || true
  elif [ -e "$entry" ]; then
    : >"/run/$name"
    mount -n -c --bind "/proc/self/fd/9/$name" "/run/$name" 2>/dev/null || true
  fi
done
exec 9<&-
mkdir -p /run/netns
# iptables-legacy and -nft share this lock; the machine's own may be somebody else's file.
: >/run/xtables.lock

# /sys shows the network devices of the namespace it was mounted in.
mount -n -t sysfs sysfs /sys 2>/dev/null || true

# `ip netns exec` binds /etc/netns/NAME/* over /etc: a writable layer lets labs have such files, and the real /etc stays as it is.
layer=/run/vethlab-etc
mkdir -p "$layer/upper" "$layer/work"
mount -n -t overlay overlay -o "userxattr,lowerdir=/etc,upperdir=$layer/upper,workdir=$layer/work" /etc 2>/dev/null ||
  mount -n -t overlay overlay -o "lowerdir=/etc,upperdir=$layer/upper,workdir=$layer/work" /etc 2>/dev/null || true

ip link set lo up || fail 'ip link set lo up refused'

# Until here, every word had to be English (session/sandbox.ts); the helper and its terminals are for the user.
if [ "${VETHLAB_LC_ALL+set}" ]; then
  if [ -n "$VETHLAB_LC_ALL" ]; then export LC_ALL="$VETHLAB_LC_ALL"; else unset LC_ALL; fi
  unset VETHLAB_LC_ALL
fi

# The shell stays PID 1: it reaps what others leave behind. The helper must not be PID 1 (Node does not reap).
"$@" &
helper=$!
# The helper holds the channel; keeping a copy open here would hide its end from the other side. (4 to 6: script/prepare.sh.)
exec 3>&- 4>&- 5>&- 6>&-
status=0
wait "$helper" || status=$?
exit "$status"
