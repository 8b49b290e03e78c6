/** Commands that prepare what later ones need, and that the mirror of the kernel shows nothing of. */
const preparing: readonly RegExp[] = [
  // Files, variables, modules, and what goes on running.
  /^(?:mkdir|modprobe|export|cd) /,
  /^[A-Za-z_]\w*=/,
  /[^&]&$/,
  // What it sets may be so on this machine by chance, and otherwise on the next (net.core.devconf_inherit_init_net).
  /\bsysctl (?:-\w+ )*[\w./-]+ ?= ?\S/,
  /> ?\/proc\/sys\//,
  // Servers that go into the background by themselves.
  /\b(?:dnsmasq|radvd|udhcpd|dhcpd|nginx|sshd)\b/,
  // Queues that belong to no cable, and what a driver was told.
  /\btc (?:-\w+ (?:\S+ )?)?(?:qdisc|class|filter) (?:add|replace|change|del)\b/,
  /\bethtool -[A-Z]/,
]

/** Programs that ask something of the network, beside those whose answer a guide can check. */
const sending =
  /\/dev\/(?:tcp|udp)\/|^(?:sudo |ip netns exec \S+ )?(?:curl|wget|nc|ncat|dig|arping|traceroute|tracepath|mtr)\b/

/** Whatever came of it: that nothing came may be what is shown. */
export const sends = (line: string): boolean => sending.test(line.trim())

export const prepares = (line: string): boolean => preparing.some((each) => each.test(line.trim()))
