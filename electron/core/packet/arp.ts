/** ARP (RFC 826) for IPv4 over Ethernet; other address sizes are shown by their sizes only. */
import { ipv4Text, macText } from './address.js'
import { hex16, HeaderReader, type Draft } from './fields.js'

const operations: Readonly<Record<number, string>> = { 1: 'request', 2: 'reply' }

export function decodeArp(draft: Draft, offset: number, frameSource: string): void {
  const header = new HeaderReader(draft, 'arp', 'arp', offset)
  header.number('hardware-type', 'hardwareType', 0, 2, (n) => (n === 1 ? '1 Ethernet' : String(n)))
  header.number('protocol-type', 'protocolType', 2, 2, (n) => (n === 0x0800 ? '0x0800 IPv4' : hex16(n)))
  const hardwareLength = header.number('hardware-length', 'hardwareLength', 4, 1)
  const protocolLength = header.number('protocol-length', 'protocolLength', 5, 1)
  const operation = header.peek(6, 2)
  const op = operation === null ? null : (operations[operation] ?? String(operation))
  header.number('operation', 'op', 6, 2, (n) => (operations[n] ? `${n} ${operations[n]}` : String(n)))
  if (hardwareLength !== null && protocolLength !== null && (hardwareLength !== 6 || protocolLength !== 4)) {
    header.close(8 + 2 * (hardwareLength + protocolLength), '')
    return
  }
  const senderMac = header.text('sender-mac', 'senderMac', 8, 6, macText)
  const senderIp = header.text('sender-ip', 'senderIp', 14, 4, ipv4Text)
  header.text('target-mac', 'targetMac', 18, 6, macText)
  const targetIp = header.text('target-ip', 'targetIp', 24, 4, ipv4Text)
  if (op === null || senderMac === null || senderIp === null || targetIp === null) {
    header.close(28, '')
    return
  }
  header.close(28, op === 'request' ? `who has ${targetIp}? tell ${senderIp}` : `${senderIp} is at ${senderMac}`)
  draft.headers.arp = { op, senderMac, senderIp, targetIp }
  if (op === 'request' || op === 'reply') {
    const subjectIp = op === 'request' ? targetIp : senderIp
    draft.neighbour = { protocol: 'arp', op, senderIp, senderMac: senderMac || frameSource, subjectIp, targetIp }
  }
}
