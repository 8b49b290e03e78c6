#!/bin/sh
# Prints what a namespace has that the helper does not read: every sysctl of its network, and transforms.
# Usage: look.sh NAME FILE. /proc/sys/net shows the namespace of whoever reads it.
PATH=$PATH:/usr/sbin:/sbin
printf '@%s\n' "$1"
exec nsenter --net="$2" /bin/sh -c '
  cd /proc/sys/net && grep -rs "" . </dev/null
  { ip xfrm state; ip xfrm policy; } 2>/dev/null | sed -n "s/^src/xfrm src/p"'
