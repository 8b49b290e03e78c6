#!/bin/bash
# Where the real engines of containers are to run: what they need, a client outside who knows no way to any of theirs, and
# an image made of the machine's own busybox, as no registry is asked for anything.
set -euo pipefail
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup
for directory in docker containerd; do
  mkdir -p "/var/lib/$directory"
  mount -t tmpfs none "/var/lib/$directory"
done
modprobe -q br_netfilter || true
# Who forwards before Docker starts keeps the policy of FORWARD (libnetwork, setupIPForwarding).
sysctl -qw net.ipv4.ip_forward=0

ip netns add client
ip link add up0 type veth peer name eth0 netns client
ip addr add 198.51.100.2/24 dev up0
ip link set up0 up
ip route replace default via 198.51.100.1
ip -n client link set lo up
ip -n client addr add 198.51.100.1/24 dev eth0
ip -n client link set eth0 up

mkdir -p /run/image/bin
cp "$(command -v busybox)" /run/image/bin/busybox
for name in sh httpd ping sleep; do ln -s busybox "/run/image/bin/$name"; done
tar -C /run/image -cf /run/image.tar .
