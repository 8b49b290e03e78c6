/**
 * Captures frames in every namespace at once: one packet socket each, opened inside it, ready before the first probe is
 * sent; namespaces that appear meanwhile are joined. Frames keep the order in which a namespace delivered them.
 */
import * as libc from './libc.js'
import { EPERM, Refusal } from './errno.js'
import type { Namespace } from './namespace.js'
import type { NamespaceListener, Namespaces } from './namespaces.js'
import { EPOLLIN, type Poller } from './poller.js'
import type { CaptureResult, CapturedFrame, CaptureTaken } from './protocol.js'
import { sampleFilter } from './sample-filter.js'

const AF_PACKET = 17
const ETH_P_ALL = 0x0003
const SOL_PACKET = 263
const PACKET_STATISTICS = 6
const PACKET_AUXDATA = 8
/** Of tp_status: a tag was there, and its EtherType is told. */
const TP_STATUS_VLAN_VALID = 1 << 4
const TP_STATUS_VLAN_TPID_VALID = 1 << 6
const ETH_P_8021Q = 0x8100
const SO_ATTACH_FILTER = 26
const SO_DETACH_FILTER = 27
const networkOrder = (value: number): number => ((value & 0xff) << 8) | (value >> 8)

/**
 * Bytes that may wait in one socket. The kernel grants what net.core.rmem_max allows, which is enough for some hundred
 * frames: more than arrive while the worker reads a slice of the live state.
 */
const receiveBuffer = 4 * 1024 * 1024
/** Bytes kept of a frame: every header that is decoded, and the mark of a probe's payload. */
const snapLength = 256
/** Frames of one call to the kernel. */
const batch = 64
/** Calls per wake before others get their turn; a flood wakes the loop again. */
const callsPerWake = 16

// struct mmsghdr, iovec, sockaddr_ll, one SCM_TIMESTAMPNS and one tpacket_auxdata, as 64-bit kernels lay them out (bits/socket.h, linux/if_packet.h).
const headerBytes = 64
const vectorBytes = 16
const addressBytes = 32
const controlBytes = 96
/** Of the second control message: behind a header of 16 bytes and a timespec of as many. */
const auxiliary = 32
const at = {
  header: 0,
  vector: batch * headerBytes,
  address: batch * (headerBytes + vectorBytes),
  control: batch * (headerBytes + vectorBytes + addressBytes),
  data: batch * (headerBytes + vectorBytes + addressBytes + controlBytes),
} as const
const arena = Buffer.alloc(at.data + batch * snapLength)

const base = libc.addressOf(arena)
for (let slot = 0; slot < batch; slot += 1) {
  const vector = at.vector + slot * vectorBytes
  const header = at.header + slot * headerBytes
  arena.writeBigUInt64LE(base + BigInt(at.data + slot * snapLength), vector)
  arena.writeBigUInt64LE(BigInt(snapLength), vector + 8)
  arena.writeBigUInt64LE(base + BigInt(at.address + slot * addressBytes), header)
  arena.writeBigUInt64LE(base + BigInt(vector), header + 16)
  arena.writeBigUInt64LE(1n, header + 24)
  arena.writeBigUInt64LE(base + BigInt(at.control + slot * controlBytes), header + 32)
}

/** The kernel overwrites the lengths with what it used. */
function resetLengths(): void {
  for (let slot = 0; slot < batch; slot += 1) {
    const header = at.header + slot * headerBytes
    arena.writeUInt32LE(addressBytes, header + 8)
    arena.writeBigUInt64LE(BigInt(controlBytes), header + 40)
  }
}

/** A `struct sock_fprog` and the program that it points to. */
interface Filter {
  readonly header: Buffer
  readonly program: Buffer
}

function filterOf(program: Buffer): Filter {
  const header = Buffer.allocUnsafeSlow(16).fill(0)
  header.writeUInt16LE(program.length / 8, 0)
  header.writeBigUInt64LE(libc.addressOf(program), 8)
  return { header, program }
}

/**
 * The kernel keeps the outer VLAN tag beside the frame and not in it (skb_vlan_untag, net/core/skbuff.c): it is put back
 * where it was on the wire. `control` is where the slot's control messages begin.
 */
function withTag(
  control: number,
  frame: Buffer,
  originalLength: number,
): { readonly bytes: Uint8Array; readonly originalLength: number } {
  const at = control + auxiliary
  const isTold = arena.readUInt32LE(at + 8) === SOL_PACKET && arena.readUInt32LE(at + 12) === PACKET_AUXDATA
  const status = isTold ? arena.readUInt32LE(at + 16) : 0
  if ((status & TP_STATUS_VLAN_VALID) === 0 || frame.length < 12)
    return { bytes: new Uint8Array(frame), originalLength }
  const type = status & TP_STATUS_VLAN_TPID_VALID ? arena.readUInt16LE(at + 34) : ETH_P_8021Q
  const bytes = new Uint8Array(frame.length + 4)
  bytes.set(frame.subarray(0, 12))
  const tag = Buffer.from(bytes.buffer, 12, 4)
  tag.writeUInt16BE(type, 0)
  tag.writeUInt16BE(arena.readUInt16LE(at + 32), 2)
  bytes.set(frame.subarray(12), 16)
  return { bytes, originalLength: originalLength + 4 }
}

interface PacketSocket {
  readonly fd: number
  /** Frames that the kernel put into it, and those that were read. */
  received: number
  read: number
}

class Capture {
  frames: CapturedFrame[] = []
  readonly sockets = new Map<Namespace, PacketSocket>()
  /** Frames the kernel had to drop because nobody read them in time. */
  dropped = 0
  /** Frames beyond what is kept. */
  beyond = 0
  /** Null: every packet is kept. */
  filter: Filter | null = null

  constructor(readonly maxFrames: number) {}

  /** @returns whether frames may be waiting still */
  drain(namespace: Namespace, socket: PacketSocket, calls: number): boolean {
    for (let call = 0; call < calls; call += 1) {
      resetLengths()
      const count = libc.recvmmsg(socket.fd, arena, batch, libc.MSG_DONTWAIT | libc.MSG_TRUNC, null)
      if (count <= 0) return false
      socket.read += count
      for (let slot = 0; slot < count; slot += 1) this.take(namespace, slot)
      if (count < batch) return false
    }
    return true
  }

  private take(namespace: Namespace, slot: number): void {
    if (this.frames.length >= this.maxFrames) {
      this.beyond += 1
      return
    }
    const address = at.address + slot * addressBytes
    const control = at.control + slot * controlBytes
    const data = at.data + slot * snapLength
    const originalLength = arena.readUInt32LE(at.header + slot * headerBytes + 56)
    this.frames.push({
      namespace: namespace.name,
      // sockaddr_ll: family, protocol, ifindex, hatype, pkttype.
      ifindex: arena.readInt32LE(address + 4),
      pkttype: arena[address + 10] ?? 0,
      timeNs: arena.readBigInt64LE(control + 16) * 1_000_000_000n + arena.readBigInt64LE(control + 24),
      ...withTag(control, arena.subarray(data, data + Math.min(originalLength, snapLength)), originalLength),
    })
  }

  /** For all sockets, and those to come. */
  applyFilter(fd: number): void {
    if (this.filter) libc.setsockopt(fd, libc.SOL_SOCKET, SO_ATTACH_FILTER, this.filter.header, 16)
    else libc.setInt(fd, libc.SOL_SOCKET, SO_DETACH_FILTER, 0)
  }

  /** What there is, and an empty store in its place. */
  empty(): CaptureResult {
    const { frames, dropped, beyond } = this
    this.frames = []
    this.dropped = 0
    this.beyond = 0
    return { frames, dropped, beyond }
  }

  /** tpacket_stats counts since it was last asked; its packets are all that came, the dropped ones included. */
  countDropped(socket: PacketSocket): void {
    libc.scratch.writeUInt32LE(8, 16)
    const length = libc.scratch.subarray(16, 20)
    if (libc.getsockopt(socket.fd, SOL_PACKET, PACKET_STATISTICS, libc.scratch, length) !== 0) return
    const dropped = libc.scratch.readUInt32LE(4)
    this.dropped += dropped
    socket.received += libc.scratch.readUInt32LE(0) - dropped
  }
}

export class Captures implements NamespaceListener {
  readonly #poller: Poller
  #namespaces: Namespaces | null = null
  readonly #running = new Map<number, Capture>()
  #next = 1
  /**
   * Stamps frames as long as it is open. The kernel turns stamping on some time after the first socket has asked for it
   * (`net_enable_timestamp`, net/core/dev.c), and until then a frame gets the time at which it is read.
   */
  readonly #clock: number

  constructor(poller: Poller) {
    this.#poller = poller
    this.#clock = libc.socket(libc.AF_INET, libc.SOCK_DGRAM | libc.SOCK_CLOEXEC, 0)
    if (this.#clock >= 0) libc.setInt(this.#clock, libc.SOL_SOCKET, libc.SO_TIMESTAMPNS, 1)
  }

  start(namespaces: Namespaces): void {
    this.#namespaces = namespaces
  }

  /** @returns the number to stop it by; every namespace is being captured when it is given */
  begin(maxFrames: number): number | Refusal {
    const capture = new Capture(maxFrames)
    const id = this.#next++
    this.#running.set(id, capture)
    for (const namespace of this.#namespaces?.all() ?? []) {
      const refusal = this.#join(capture, namespace)
      // Somebody may look into a namespace and still not be let to capture there: the film has a gap, and is told to.
      if (refusal && !(this.#namespaces?.onlyLooks && refusal.errno === EPERM)) {
        this.#leaveAll(capture)
        this.#running.delete(id)
        return refusal
      }
    }
    return id
  }

  attached(namespace: Namespace): void {
    for (const capture of this.#running.values()) this.#join(capture, namespace)
  }

  /** A packet socket would keep the namespace alive. */
  detached(namespace: Namespace): void {
    for (const capture of this.#running.values()) this.#leave(capture, namespace)
  }

  /** Everything that has arrived by now is in the result. */
  end(id: number): CaptureResult | null {
    const capture = this.#running.get(id)
    if (!capture) return null
    this.#running.delete(id)
    this.#leaveAll(capture, libc.closeLater)
    return capture.empty()
  }

  /** What has arrived since the last time; the capture goes on. */
  take(id: number): CaptureTaken | null {
    const capture = this.#running.get(id)
    if (!capture) return null
    const untilNs = libc.realtimeNs()
    for (const [namespace, socket] of capture.sockets) {
      capture.drain(namespace, socket, callsPerWake)
      capture.countDropped(socket)
    }
    return { ...capture.empty(), untilNs }
  }

  /** Keeps one of so many packets from now on, in namespaces to come, too. */
  sample(id: number, oneOf: number, vxlanPorts: readonly number[]): boolean {
    const capture = this.#running.get(id)
    if (!capture) return false
    capture.filter = oneOf > 1 ? filterOf(sampleFilter(oneOf, vxlanPorts)) : null
    for (const { fd } of capture.sockets.values()) capture.applyFilter(fd)
    return true
  }

  close(): void {
    for (const capture of this.#running.values()) this.#leaveAll(capture)
    this.#running.clear()
    if (this.#clock >= 0) libc.close(this.#clock)
  }

  #join(capture: Capture, namespace: Namespace): Refusal | null {
    const opened = this.#namespaces?.within(namespace, () =>
      libc.socket(AF_PACKET, libc.SOCK_RAW | libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK, networkOrder(ETH_P_ALL)),
    )
    if (opened === undefined || opened instanceof Refusal) return opened ?? null
    if (opened < 0) return libc.lastRefusal()
    libc.setInt(opened, libc.SOL_SOCKET, libc.SO_TIMESTAMPNS, 1)
    libc.setInt(opened, SOL_PACKET, PACKET_AUXDATA, 1)
    if (!libc.setInt(opened, libc.SOL_SOCKET, libc.SO_RCVBUFFORCE, receiveBuffer))
      libc.setInt(opened, libc.SOL_SOCKET, libc.SO_RCVBUF, receiveBuffer)
    if (capture.filter) capture.applyFilter(opened)
    const socket: PacketSocket = { fd: opened, received: 0, read: 0 }
    capture.sockets.set(namespace, socket)
    return this.#poller.add(opened, EPOLLIN, () => void capture.drain(namespace, socket, callsPerWake))
  }

  #leaveAll(capture: Capture, close: (fd: number) => void = libc.close): void {
    for (const namespace of [...capture.sockets.keys()]) this.#leave(capture, namespace, close)
  }

  #leave(capture: Capture, namespace: Namespace, close: (fd: number) => void = libc.close): void {
    const socket = capture.sockets.get(namespace)
    if (socket === undefined) return
    capture.sockets.delete(namespace)
    // Bounded: what is kept is bounded, and a flood must not hold the end back for ever.
    const isCut = capture.drain(namespace, socket, Math.ceil(capture.maxFrames / batch) + 1)
    capture.countDropped(socket)
    // What came behind the last frame that was read is no part of the capture, unless reading was cut short.
    if (isCut) capture.beyond += Math.max(0, socket.received - socket.read)
    this.#poller.remove(socket.fd)
    close(socket.fd)
  }
}
