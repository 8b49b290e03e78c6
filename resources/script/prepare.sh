#!/bin/sh
# Runs a script of a stranger, then becomes the helper that reads what network it has made. Started in the sandbox, by
# sandbox-init.sh. Usage: prepare.sh FILE DIRECTORY SECONDS SHELL ARGUMENT PROGRAM [ARGUMENT...]
# FILE: the name that the script is run by; DIRECTORY: what is shown of its surroundings, or nothing;
# SHELL, ARGUMENT: what reads it, with at most one argument.
# Descriptors: 3 the helper's channel, 4 the script's output, 5 the script's text, 6 that it was started, how it ended and
# what it has set.
#
# The script gets namespaces of every kind, one level deeper than this sandbox: what is mounted here is locked there. It is
# root in them and, outside of them, nobody where that can be, else the user; its files are those of the system, and none
# can be written but what lies in memory.
set -eu

fail() {
  printf 'vethlab-sandbox: %s\n' "$1" >&2
  exit 97
}

file=$1
directory=$2
seconds=$3
shell=$4
argument=$5
shift 5

# Namespaces that are read: half a minute on a machine that has other things to do.
most=512
here=$(dirname "$0")
base=/run/vethlab-script
root=$base/root
mkdir -p "$base" "$root"

# Nobody (65534) owns no file of anybody. A sandbox with a single id has no other one.
become=
owner=uid=$(id -u),gid=$(id -g)
if setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
  become='setpriv --reuid=65534 --regid=65534 --clear-groups'
  owner='uid=65534,gid=65534'
fi

mount -n -t tmpfs -o mode=755,size=4m tmpfs "$root" || fail 'mount tmpfs for the script refused'

# Whatever is mounted below, read-only and without what its flags would give. Flags that are locked must be said again.
seal() {
  while read -r _ _ _ _ at flags _; do
    case "$at" in "$1" | "$1"/*) ;; *) continue ;; esac
    flags=$(printf '%s' "$flags" | sed 's/^rw/ro/')
    mount -n -o "remount,bind,$flags,nosuid,nodev" "$(printf '%b' "$at")" || fail "mount $at read-only refused"
  done </proc/self/mountinfo
}
show() {
  mkdir -p "$root$1"
  mount -n --rbind "$1" "$root$1" || fail "mount $1 for the script refused"
  seal "$root$1"
}
# What scripts of networks write to in /etc belongs to the machine's root, who is nobody here: folders and copies of their own,
# of what everybody may read.
own_etc() {
  mkdir -p "$1/iproute2/rt_tables.d" "$1/sysctl.d"
  for each in iproute2/rt_tables sysctl.conf hosts resolv.conf; do
    if [ -f "/etc/$each" ] && [ -n "$(find -L "/etc/$each" -maxdepth 0 -perm -o=r)" ]; then
      cat "/etc/$each" >"$1/$each"
    fi
  done
}
# A folder that may be written, and is as it was afterwards: changes lie in memory. Where no overlay can be, it is read-only.
lend() {
  mkdir -p "$root$1" "$base/layers/$2/upper/netns" "$base/layers/$2/work"
  [ "$2" = etc ] || rmdir "$base/layers/$2/upper/netns"
  if [ "$2" = etc ]; then own_etc "$base/layers/$2/upper"; fi
  chmod 755 "$base/layers/$2/upper"
  if [ -n "$become" ]; then chown -R 65534:65534 "$base/layers/$2"; fi
  layers="lowerdir=$1,upperdir=$base/layers/$2/upper,workdir=$base/layers/$2/work"
  case "$1" in
    *[:,\\]*) show "$1" ;;
    *)
      mount -n -t overlay overlay -o "nosuid,nodev,userxattr,$layers" "$root$1" 2>/dev/null ||
        mount -n -t overlay overlay -o "nosuid,nodev,$layers" "$root$1" 2>/dev/null || show "$1"
      ;;
  esac
}
memory() {
  mkdir -p "$root$1"
  mount -n -t tmpfs -o "nosuid,nodev,mode=$2,size=$3,nr_inodes=20000,$owner" tmpfs "$root$1" || fail "mount tmpfs on $1 refused"
}

for each in usr bin sbin lib lib32 lib64 libx32 nix gnu; do
  if [ -L "/$each" ]; then
    ln -s "$(readlink "/$each")" "$root/$each"
  elif [ -d "/$each" ]; then
    show "/$each"
  fi
done
mkdir -p "$base/layers"
mount -n -t tmpfs -o mode=755,size=32m tmpfs "$base/layers"
lend /etc etc
memory /tmp 1777 32m
memory /run 755 16m
memory /root 700 16m
memory /home 755 1m
memory /var 755 16m
mkdir -p "$root/var/tmp" "$root/var/log" "$root/var/lib" "$root/var/cache"
if [ -n "$become" ]; then chown 65534:65534 "$root/var/tmp" "$root/var/log" "$root/var/lib" "$root/var/cache"; fi
ln -s /run "$root/var/run"
ln -s /run/lock "$root/var/lock"

mkdir "$root/proc" "$root/sys" "$root/dev" "$root/old" "$root/vethlab"
mount -n -t tmpfs -o mode=755,size=64k tmpfs "$root/dev"
for each in null zero full random urandom; do
  : >"$root/dev/$each"
  mount -n --bind "/dev/$each" "$root/dev/$each" || fail "mount /dev/$each refused"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"

# The script itself lies over its own name, so that it is found there whatever the file's mode is.
cat <&5 >"$root/vethlab/script"
exec 5<&-
chmod 555 "$root/vethlab/script"
mkdir "$root/vethlab/bin" "$root/vethlab/sys"
cp "$here/sudo" "$here/no-op" "$root/vethlab/bin/"
chmod 555 "$root/vethlab/bin/sudo" "$root/vethlab/bin/no-op"
ln -s sudo "$root/vethlab/bin/doas"
ln -s no-op "$root/vethlab/bin/modprobe"
cp "$here/jail.sh" "$here/trap.sh" "$root/vethlab/"

if [ -n "$directory" ] && [ ! -d "$root$directory" ]; then lend "$directory" directory; fi
if [ -n "$directory" ] && [ -f "$root$file" ]; then
  mount -n --bind "$root/vethlab/script" "$root$file" || fail "mount $file refused"
else
  file=/vethlab/script
  directory=
fi
mount -n -o remount,bind,ro "$root"

# The output goes through a pipe, not a socket: what a socket is cannot be opened again as /dev/stderr.
mkfifo "$base/up" "$base/down" "$base/out"
chmod 622 "$base/out"
chmod 600 "$base/up" "$base/down"
exec 8<>"$base/down"
(
  exec 3>&- 6>&- 7>"$base/up" 8<"$base/down" </dev/null
  echo 1000 >/proc/self/oom_score_adj 2>/dev/null || true
  # shellcheck disable=SC2086 # Words, by design.
  exec env -i PATH=/vethlab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root USER=root LOGNAME=root SHELL=/bin/bash LANG=C.UTF-8 TERM=dumb SUDO_USER=root \
    prlimit --nproc=512 --nofile=1024 --core=0 --fsize=33554432 --data=536870912 \
    $become unshare --user --map-root-user --net --mount --pid --ipc --uts --cgroup --fork --kill-child \
    --propagation private /bin/sh "$root/vethlab/jail.sh" "$root" "$file" "$directory" "$seconds" "$shell" "$argument"
) 2>"$base/out" 4>&- &
jail=$!
cat <"$base/out" >&4 3>&- 6>&- 8>&- &
exec 4>&-
ready=
read -r ready <"$base/up" || true
init=$(cat "/proc/$jail/task/$jail/children" 2>/dev/null) || true
init=${init% }
if [ "$ready" != ready ] || [ -z "$init" ] || ! exec 9<"/proc/$jail/ns/net"; then
  kill -KILL "$jail" 2>/dev/null || true
  fail 'the sandbox of the script did not come about'
fi
# unshare(1) waits outside of the script's processes and inside of its mounts: stopped, it keeps these when those are gone.
kill -STOP "$jail"

# Process 1 of the script's namespaces becomes a zombie when all others there are gone.
runs() {
  grep -qs '^State:[[:space:]][^ZX]' "/proc/$init/status"
}
end_script() {
  kill -KILL "$init" 2>/dev/null || true
  while runs; do sleep 0.02; done
}

# Whoever waits knows of it before the script begins: it is never run a second time.
echo started >&6
exec 7<"$base/up"
echo go >&8
# It ends in time, and process 1 says how. Where the script has kept that from it, this ends all of it, and says so.
(
  exec 3>&- 6>&- 7<&- 8>&- 9<&-
  left=$((seconds + 2))
  while [ "$left" -gt 0 ] && runs; do
    sleep 1
    left=$((left - 1))
  done
  if [ "$left" -gt 0 ]; then word='ended 137'; else word='late 0'; fi
  end_script
  echo "$word" >"$base/up"
) 2>/dev/null &
watch=$!
said=
read -r said <&7 || true
kill -KILL "$watch" 2>/dev/null || true
case "$said" in
  'ended '[0-9] | 'ended '[0-9][0-9] | 'ended '[0-9][0-9][0-9] | 'late 0') ;;
  *) said='ended 137' ;;
esac
exec 7<&-
# Under what is read from now on, nothing can change any more.
end_script
if [ -e "/proc/$jail/root/run/vethlab-exit" ]; then said="$said untrapped"; fi

# Names of namespaces are mounts of the script's; they are mounted here as well, for the helper (-c: not by what
# /proc/PID/root reads). Of a link nothing is taken: it would lead through this sandbox, not through the script's. And what
# root of the script may not enter is no namespace of its own: the kernel says whose it is.
names=/proc/$jail/root/run/netns
for each in "/proc/$jail/root/run" "$names"; do
  if [ -L "$each" ]; then names=/proc/self/fd/none; fi
done
count=0
for each in "$names"/*; do
  if [ ! -L "$each" ] && [ -f "$each" ]; then count=$((count + 1)); fi
done
if [ "$count" -gt "$most" ]; then
  kill -KILL "$jail"
  fail "the script has made $count namespaces, more than $most"
fi
for each in "$names"/*; do
  if [ -L "$each" ] || [ ! -f "$each" ]; then continue; fi
  nsenter --preserve-credentials --setuid=0 --user="/proc/$jail/ns/user" nsenter --net=/proc/self/fd/7 true 7<"$each" || continue
  name=/run/netns/${each##*/}
  if : >"$name"; then mount -n -c --bind "$each" "$name" || true; fi
done 2>/dev/null
kill -KILL "$jail"
wait "$jail" 2>/dev/null || true
{
  printf '%s\n' "$said"
  unshare --net /bin/sh "$here/look.sh" =fresh /proc/self/ns/net
  /bin/sh "$here/look.sh" host /proc/self/fd/9
  for each in /run/netns/*; do
    case "${each##*/}" in *[!A-Za-z0-9_.-]* | host) continue ;; esac
    [ "$(stat -f -c %T "$each" 2>/dev/null)" = nsfs ] && /bin/sh "$here/look.sh" "${each##*/}" "$each"
  done
  echo @=end
} 2>/dev/null >&6 || true
exec 6>&- 8>&-
export VETHLAB_NETWORK=found
exec nsenter --net=/proc/self/fd/9 /bin/sh -c 'exec 9<&-; mount -n -t sysfs sysfs /sys 2>/dev/null; exec "$@"' helper "$@"
