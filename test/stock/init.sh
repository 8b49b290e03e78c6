#!/bin/busybox sh
# shellcheck shell=dash
# First process of the emulated machine: the files of this machine, read only, under a layer of memory; then the job.
b=/bin/busybox
for each in proc:proc sysfs:sys devtmpfs:dev; do $b mount -t "${each%%:*}" none "/${each##*:}"; done
while read -r module; do $b insmod "/modules/$module"; done </modules/order
share=trans=virtio,version=9p2000.L,msize=524288
$b mount -t 9p -o "$share,ro,cache=loose" root /lower
lower=/lower
$b mkdir /layer
if $b mount -t 9p -o "$share,ro,cache=loose" layer /layer 2>/dev/null; then lower=/layer:/lower; fi
$b mount -t tmpfs -o size=75% none /upper
$b mkdir /upper/files /upper/work
if ! $b mount -t overlay -o "lowerdir=$lower,upperdir=/upper/files,workdir=/upper/work" none /new; then
  echo 'The files of this machine cannot be mounted.'
  $b poweroff -f
fi
for each in proc sys dev; do $b mount --move "/$each" "/new/$each"; done
for each in run tmp dev/shm dev/pts; do $b mkdir -p "/new/$each"; done
# As udev makes them.
for each in fd: stdin:/0 stdout:/1 stderr:/2; do $b ln -sf "/proc/self/fd${each#*:}" "/new/dev/${each%%:*}"; done
$b mount -t tmpfs none /new/run
$b mount -t tmpfs -o mode=1777 none /new/tmp
$b mount -t tmpfs -o mode=1777 none /new/dev/shm
$b mount -t devpts -o gid=5,mode=620,ptmxmode=666 none /new/dev/pts
$b mkdir -p /new/lib/modules /new/job
$b mount -t 9p -o "$share,ro,cache=loose" modules /new/lib/modules
$b mount -t 9p -o "$share" job /new/job
# What stands where those directories of memory are now.
root="$($b cat /new/job/root)"
if ! [ -d "/new$root" ]; then
  $b mkdir -p "/new$root"
  $b mount -t 9p -o "$share,ro,cache=loose" project "/new$root"
fi
$b ifconfig lo 127.0.0.1 up
exec $b switch_root -c /dev/hvc0 /new /bin/bash /job/start
