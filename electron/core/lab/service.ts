/** What a responder listens on, and in which words. */
import { addressPort } from './address-port.js'
import { canonicalAddress } from './address.js'
import type { LabService } from './lab.js'

/** Without an address: on every one of its namespace. */
export type ServiceSocket = Pick<LabService, 'listen' | 'port'> & { readonly address?: string | undefined }

/** Two of the same text are the same socket: `tcp 80`, `tcp 10.0.0.80:80`, `udp [fd00::1]:53`. */
export const socketText = (socket: ServiceSocket): string => `${socket.listen} ${placeText(socket)}`

/** `80`, `10.0.0.80:80`, `[fd00::1]:53`. */
export const placeText = ({ port, address }: Omit<ServiceSocket, 'listen'>): string =>
  address === undefined ? `${port}` : addressPort(address, port)

/** With its address as the kernel would print it. */
export function canonicalSocket({ listen, port, address }: ServiceSocket): ServiceSocket {
  return address === undefined ? { listen, port } : { listen, port, address: canonicalAddress(address) ?? address }
}

export const sameSocket = (a: ServiceSocket, b: ServiceSocket): boolean => socketText(a) === socketText(b)

/** Whether the kernel gives one of them only without the other: a socket on every address takes its port from all. */
export const inTheWay = (a: ServiceSocket, b: ServiceSocket): boolean =>
  a.listen === b.listen &&
  a.port === b.port &&
  (a.address === undefined || b.address === undefined || a.address === b.address)
