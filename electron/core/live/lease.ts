/** What a DHCP client has, in a few words. */
import type { LiveLease } from './state.js'

/** What came with a lease, but for the address, which is the interface's by then. */
export const leaseText = ({ server, seconds, routers, nameservers }: LiveLease): string =>
  [
    `${server} ${seconds} s`,
    ...(routers.length > 0 ? [`router ${routers.join(' ')}`] : []),
    ...(nameservers.length > 0 ? [`nameservers ${nameservers.join(' ')}`] : []),
  ].join(', ')
