#!/bin/sh
# Starts dhcpcd(8), or what else is named, in a mount namespace of its own: it keeps its files by the name of the interface,
# which many namespaces have, and writes to the machine's log. Without a user of its own it is one process, which whoever
# started it can end, and needs no second user id.
set -eu
mount -t tmpfs tmpfs /run
[ -d /var/lib/dhcpcd ] || { mount -t tmpfs tmpfs /var/lib && mkdir /var/lib/dhcpcd; }
mount -t tmpfs tmpfs /var/lib/dhcpcd
mount --bind /dev/null /etc/passwd
[ ! -S /dev/log ] || mount --bind /dev/null /dev/log
exec "$@"
