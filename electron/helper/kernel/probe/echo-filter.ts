/**
 * A classic BPF program (linux/filter.h) for the socket of one echo: what answers others never fills its buffer, however
 * much of it comes. Errors come by another queue, which no filter sees.
 */
import * as libc from '../libc.js'
import type { Target } from './probe.js'

// Codes of linux/bpf_common.h: class | size | mode, or class | operation | source.
const LDX_B_MSH = 0xb1
const LD_H_ABS = 0x28
const LD_H_IND = 0x48
const JEQ = 0x15
const RET = 0x06
const SO_ATTACH_FILTER = 26
const everything = 0xffffffff
/** Of the ICMP header. */
const identifierAt = 4

type Instruction = readonly [code: number, k: number, yes?: number, no?: number]

const program = Buffer.allocUnsafeSlow(4096)
const header = Buffer.allocUnsafeSlow(4096)

/** Raw IPv4 sockets are shown the IP header, too; raw IPv6 sockets are not (raw(7), rawv6_rcv in net/ipv6/raw.c). */
export function hearOnly(fd: number, { family }: Target, identifier: number): boolean {
  const load: readonly Instruction[] =
    family === 'ipv4'
      ? [
          [LDX_B_MSH, 0],
          [LD_H_IND, identifierAt],
        ]
      : [[LD_H_ABS, identifierAt]]
  const lines: readonly Instruction[] = [...load, [JEQ, identifier & 0xffff, 0, 1], [RET, everything], [RET, 0]]
  lines.forEach(([code, k, yes = 0, no = 0], line) => {
    program.writeUInt16LE(code, line * 8)
    program.writeUInt8(yes, line * 8 + 2)
    program.writeUInt8(no, line * 8 + 3)
    program.writeUInt32LE(k, line * 8 + 4)
  })
  header.fill(0, 0, 16)
  header.writeUInt16LE(lines.length, 0)
  header.writeBigUInt64LE(libc.addressOf(program), 8)
  return libc.setsockopt(fd, libc.SOL_SOCKET, SO_ATTACH_FILTER, header, 16) === 0
}
