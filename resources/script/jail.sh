#!/bin/sh
# Process 1 of the namespaces in which a script runs (prepare.sh made them). It says that it is ready, waits for the word to
# begin, runs the script, says how that ended, and waits to be ended itself, with everything that the script has started.
# Usage: jail.sh ROOT FILE DIRECTORY SECONDS SHELL ARGUMENT
set -eu

root=$1
file=$2
directory=$3
seconds=$4
shell=$5
argument=$6

# The files that prepare.sh has laid out, and no others: the old root goes.
mount -n --rbind "$root" "$root"
mount -n -t proc proc "$root/proc"
# `ip netns exec` takes /sys away and mounts its own, which the kernel allows where another one is in sight.
mount -n -t sysfs sysfs "$root/vethlab/sys" 2>/dev/null || true
mount -n -t sysfs sysfs "$root/sys" 2>/dev/null || true
cd "$root"
pivot_root . old
umount -n -l /old
ip link set lo up
mkdir -p /run/netns /run/lock
: >/run/xtables.lock

cd "${directory:-/root}" 2>/dev/null || cd /
echo ready >&7
read -r _ <&8
began=$(date +%s)
status=0
# shellcheck disable=SC2016 # The other shell's own $0.
case "${shell##*/}" in
  bash) set -- env BASH_ENV=/vethlab/trap.sh "$shell" ${argument:+"$argument"} "$file" ;;
  # No function can be called `trap` there; an alias counts in what is read after it.
  sh | dash) set -- "$shell" ${argument:+"$argument"} -c '. /vethlab/trap.sh; alias trap=vethlab_trap; . "$0"' "$file" ;;
  *) set -- "$shell" ${argument:+"$argument"} "$file" ;;
esac
timeout --signal=KILL "$seconds" "$@" </dev/null >&2 7>&- 8>&- &
wait $! || status=$?
ended=$(date +%s)
kill -KILL -1 2>/dev/null || true
if [ "$status" = 137 ] && [ $((ended - began)) -ge "$seconds" ]; then echo 'late 0' >&7; else echo "ended $status" >&7; fi
read -r _ <&8
