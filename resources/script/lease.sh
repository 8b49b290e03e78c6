#!/bin/sh
# What becomes of a lease: the client starts this, udhcpc(8) with a word and the rest in its environment, dhcpcd(8) with all
# of it there (dhcpcd-run-hooks(8)). The address lives as long as the lease does. The helper reads what is said here and
# writes the nameservers.
set -u
if [ -n "${reason-}" ]; then
  ip=${new_ip_address-} mask=${new_subnet_cidr-} lease=${new_dhcp_lease_time-3600} serverid=${new_dhcp_server_identifier--}
  router=${new_routers-} dns=${new_domain_name_servers-}
fi
# Of a server that says no time: what udhcpc itself goes by (networking/udhcp/dhcpc.c).
: "${interface:=}" "${ip:=}" "${mask:=}" "${lease:=3600}"
case "${1-${reason-}}" in
  deconfig | nak | EXPIRE | NAK | RELEASE | STOP)
    ip -4 route flush dev "$interface" proto dhcp 2>/dev/null
    ip -4 address flush dev "$interface" dynamic
    echo "vethlab: no lease" >&2
    ;;
  bound | renew | BOUND | RENEW | REBIND | REBOOT)
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
