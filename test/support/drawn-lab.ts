/** What gestures by chance begin with: comments that must stay, a route, NAT, and two cables. */
export const drawnLab = `vethlab: 1
name: drawn # by hand
namespaces:
  host: {} # where it begins
  # asks
  left: { interfaces: { eth0: { addresses: [10.0.1.2/24] } }, routes: [{ to: default, via: 10.0.1.1 }] }
  r: # answers
    forwarding: true
    interfaces: { eth0: { addresses: [10.0.1.1/24] }, eth1: { addresses: [10.0.2.1/24] } }
    nat: [{ masquerade: 10.0.1.0/24, out: eth1 }] # hides left
  right: { interfaces: { eth0: { addresses: [10.0.2.2/24] } } }
links:
  - [left:eth0, r:eth0] # one
  - [right:eth0, r:eth1]
`
