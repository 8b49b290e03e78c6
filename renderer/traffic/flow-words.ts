/** A flow in few words: protocol and port as people call them. Never translated. */
import type { Flow } from '../../electron/core/packet/stream/flow.js'

export function whatOf({ protocol, ports }: Flow): string {
  switch (protocol) {
    case 'icmp':
      return 'ping'
    case 'tcp':
    case 'udp':
      return `${protocol.toUpperCase()} ${ports?.destination ?? ''}`.trim()
    case 'arp':
    case 'ndp':
      return protocol.toUpperCase()
  }
}
