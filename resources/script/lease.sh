#!/bin/sh
# What becomes of a lease: udhcpc(8) starts this with a word, and tells the rest in its environment. The address lives
# as long as the lease does. The helper reads what is said here and writes the nameservers.
set -u
# Of a server that says no time: what udhcpc itself goes by (networking/udhcp/dhcpc.c).
: "${interface:=}" "${ip:=}" "${mask:=}" "${lease:=3600}"
case "${1-}" in
  deconfig | nak)
    ip -4 route flush dev "$interface" proto dhcp 2>/dev/null
    ip -4 address flush dev "$interface" dynamic
    echo "vethlab: no lease" >&2
    ;;
  bound | renew)
    # Before the address is there: whoever sees that knows where it is from.
    echo "vethlab: lease $ip/$mask from ${serverid:--} for $lease routers ${router-} nameservers ${dns-}" >&2
    ip -4 address replace "$ip/$mask" dev "$interface" valid_lft "$lease" preferred_lft "$lease"
    # The first is the one that the server prefers (RFC 2132, 3.5); a route that the lab itself has goes before it.
    for first in ${router-}; do
      ip -4 route replace default via "$first" dev "$interface" proto dhcp metric 1024
      break
    done
    ;;
esac
