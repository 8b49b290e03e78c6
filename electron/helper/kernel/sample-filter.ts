/**
 * A classic BPF program (linux/filter.h) that keeps one of so many packets, in the kernel, before a frame costs anything.
 * It decides by what no router and no NAT changes, so that every namespace keeps the same packets: of an echo its sequence
 * number, which the answer shares; of a TCP segment sequence and acknowledgement number; of a datagram IP id, length and
 * first bytes; of a frame in a tunnel those of its passenger. Everything else is kept: neighbours, errors, later pieces
 * of unknown things, all of which are rare.
 */

// Codes of linux/bpf_common.h: class | size | mode, or class | operation | source.
const LD_W_IND = 0x40
const LD_H_IND = 0x48
const LD_B_IND = 0x50
const LD_MEM = 0x60
const LD_IMM = 0x00
const LDX_IMM = 0x01
const LDX_MEM = 0x61
const ST = 0x02
const ADD = 0x04
const ADD_X = 0x0c
const MUL = 0x24
const AND = 0x54
const LSH = 0x64
const RSH = 0x74
const JA = 0x05
const JEQ = 0x15
const JGE = 0x35
const JSET = 0x45
const RET = 0x06
const TAX = 0x07
const TXA = 0x87

const ETH_P_IP = 0x0800
const ETH_P_IPV6 = 0x86dd
const ethernetBytes = 14
const ipv6Bytes = 40
/** UDP and VXLAN headers, before the inner frame (RFC 7348). */
const tunnelBytes = 8 + 8
/** More fragments, or not the first one. */
const fragmentMask = 0x3fff
/** 2^32 divided by the golden ratio: neighbouring numbers, as of pings, end up far apart (Knuth 6.4). */
const spread = 0x9e3779b1
const everything = 0xffffffff

/** Numbers of the program's memory cells. */
const cell = { sum: 0, protocol: 1, id: 2 } as const

type Label = string
interface Line {
  readonly code: number
  readonly k: number
  readonly yes?: Label
  readonly no?: Label
}

class Assembler {
  readonly #lines: Line[] = []
  readonly #labels = new Map<Label, number>()

  label(name: Label): void {
    this.#labels.set(name, this.#lines.length)
  }
  line(code: number, k = 0): void {
    this.#lines.push({ code, k: k >>> 0 })
  }
  /** Where no label is given, the next line follows. */
  branch(code: number, k: number, yes?: Label, no?: Label): void {
    this.#lines.push({ code, k: k >>> 0, ...(yes === undefined ? {} : { yes }), ...(no === undefined ? {} : { no }) })
  }
  go(to: Label): void {
    this.#lines.push({ code: JA, k: 0, yes: to })
  }

  /** `struct sock_filter[]`. */
  bytes(): Buffer {
    const program = Buffer.alloc(this.#lines.length * 8)
    this.#lines.forEach(({ code, k, yes, no }, at) => {
      const distance = (label: Label | undefined): number =>
        label === undefined ? 0 : (this.#labels.get(label) ?? at + 1) - at - 1
      program.writeUInt16LE(code, at * 8)
      if (code === JA) {
        program.writeUInt32LE(distance(yes), at * 8 + 4)
        return
      }
      program.writeUInt8(distance(yes), at * 8 + 2)
      program.writeUInt8(distance(no), at * 8 + 3)
      program.writeUInt32LE(k, at * 8 + 4)
    })
    return program
  }
}

/** @param oneOf at least 1 */
export function sampleFilter(oneOf: number, vxlanPorts: readonly number[]): Buffer {
  const program = new Assembler()
  program.line(LDX_IMM, 0)
  frame(program, 'outer', vxlanPorts)
  frame(program, 'inner', [])
  program.label('hash')
  program.line(MUL, spread)
  program.line(RSH, 16)
  program.branch(JGE, Math.max(1, Math.floor(0x10000 / oneOf)), 'drop', 'keep')
  program.label('keep')
  program.line(RET, everything)
  program.label('drop')
  program.line(RET, 0)
  return program.bytes()
}

/** Looks at the frame that begins at X. Classic BPF has no loops: the frame in a tunnel is looked at by a second copy. */
function frame(program: Assembler, name: string, vxlanPorts: readonly number[]): void {
  const at = (label: string): Label => `${name} ${label}`
  /** Of a header behind the Ethernet header, whose start X counts from. */
  const behind = (offset: number): number => ethernetBytes + offset
  program.label(at('frame'))
  program.line(LD_H_IND, 12)
  program.branch(JEQ, ETH_P_IP, at('ipv4'))
  program.branch(JEQ, ETH_P_IPV6, at('ipv6'))
  program.go('keep')

  program.label(at('ipv6'))
  program.line(LD_IMM, 0)
  program.line(ST, cell.id)
  program.line(LD_B_IND, behind(6))
  program.line(ST, cell.protocol)
  program.line(TXA)
  program.line(ADD, ipv6Bytes)
  program.line(TAX)
  program.line(LD_MEM, cell.protocol)
  program.branch(JEQ, 58, at('icmpv6'))
  program.branch(JEQ, 6, at('tcp'))
  program.branch(JEQ, 17, at('udp'))
  program.go('keep')

  program.label(at('ipv4'))
  program.line(LD_H_IND, behind(4))
  program.line(ST, cell.id)
  program.line(LD_H_IND, behind(6))
  program.branch(JSET, fragmentMask, at('fragment'))
  program.line(LD_B_IND, behind(9))
  program.line(ST, cell.protocol)
  program.line(LD_B_IND, behind(0))
  program.line(AND, 0x0f)
  program.line(LSH, 2)
  program.line(ADD_X)
  program.line(TAX)
  program.line(LD_MEM, cell.protocol)
  program.branch(JEQ, 1, at('icmp'))
  program.branch(JEQ, 6, at('tcp'))
  program.branch(JEQ, 17, at('udp'))
  program.go('keep')

  program.label(at('fragment'))
  program.line(LD_MEM, cell.id)
  program.go('hash')

  program.label(at('icmp'))
  program.line(LD_B_IND, behind(0))
  program.branch(JEQ, 8, at('echo'))
  program.branch(JEQ, 0, at('echo'))
  program.go('keep')
  program.label(at('icmpv6'))
  program.line(LD_B_IND, behind(0))
  program.branch(JEQ, 128, at('echo'))
  program.branch(JEQ, 129, at('echo'))
  program.go('keep')
  program.label(at('echo'))
  program.line(LD_H_IND, behind(6))
  program.go('hash')

  program.label(at('tcp'))
  program.line(LD_W_IND, behind(4))
  program.line(ST, cell.sum)
  program.line(LD_W_IND, behind(8))
  program.line(LDX_MEM, cell.sum)
  program.line(ADD_X)
  program.go('hash')

  program.label(at('udp'))
  if (vxlanPorts.length > 0) {
    program.line(LD_H_IND, behind(2))
    for (const port of vxlanPorts) program.branch(JEQ, port, at('tunnel'))
  }
  program.line(LD_H_IND, behind(4))
  program.line(ST, cell.sum)
  // A load beyond the packet's end would drop it.
  program.branch(JGE, 12, at('payload'))
  program.line(LD_MEM, cell.id)
  program.line(LDX_MEM, cell.sum)
  program.line(ADD_X)
  program.go('hash')
  program.label(at('payload'))
  program.line(LD_W_IND, behind(8))
  program.line(LDX_MEM, cell.sum)
  program.line(ADD_X)
  program.line(LDX_MEM, cell.id)
  program.line(ADD_X)
  program.go('hash')

  if (vxlanPorts.length > 0) {
    program.label(at('tunnel'))
    program.line(TXA)
    program.line(ADD, ethernetBytes + tunnelBytes)
    program.line(TAX)
    program.go('inner frame')
  }
}
