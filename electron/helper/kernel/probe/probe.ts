/** The life of one probe: a socket opened inside a namespace, watched until it answers, fails, or its time is up. */
import * as libc from '../libc.js'
import { EINVAL, Refusal } from '../errno.js'
import { type InetAddress, parseAddress } from '../inet.js'
import type { Namespace } from '../namespace.js'
import type { NamespaceListener, Namespaces } from '../namespaces.js'
import type { Poller } from '../poller.js'
import type { ProbeReply } from '../protocol.js'
import { isResolving } from '../rtnetlink/neighbour.js'
import { ended } from './outcome.js'

/** Milliseconds a probe may take at most, whatever was asked for. */
const longestMs = 60_000
/**
 * Milliseconds after which an address that nobody answers for has failed: three requests, one second apart
 * (`mcast_solicit`, `retrans_time_ms`), measured 3.1 s.
 */
const resolutionMs = 3500
/** How long an answer to "is anything being resolved?" serves other probes too, milliseconds. */
const resolvingForMs = 50

export interface Target extends InetAddress {
  /** Index of the interface of `fe80::1%veth0`; 0 where none is named. */
  readonly scope: number
}

/** One probe's part in its life. Replies of null mean: not yet. */
export interface Attempt {
  /** In the namespace: opens the socket, nonblocking and close-on-exec. */
  readonly open: () => number
  /** Connects and sends. */
  readonly start: (fd: number) => ProbeReply | null
  /** Something came, or failed. */
  readonly ready: (fd: number) => ProbeReply | null
  /** Local port of its socket, where it has got one. */
  readonly sourcePort?: () => number | null
  readonly events: number
}

export class Probes implements NamespaceListener {
  readonly #poller: Poller
  #namespaces: Namespaces | null = null
  readonly #running = new Map<Namespace, Set<(reply: ProbeReply) => void>>()
  #resolving = { at: -Infinity, answer: false }

  constructor(poller: Poller) {
    this.#poller = poller
  }

  start(namespaces: Namespaces): void {
    this.#namespaces = namespaces
  }

  attached(): void {}

  /** A probe's socket would keep the namespace alive. */
  detached(namespace: Namespace): void {
    for (const settle of [...(this.#running.get(namespace) ?? [])]) settle(ended('lost', 'The namespace was deleted'))
  }

  close(): void {
    for (const settles of [...this.#running.values()])
      for (const settle of [...settles]) settle(ended('lost', 'The probe was stopped'))
  }

  /**
   * Runs a probe. `timeoutMs` is how long to wait for an answer; where at its end an address is still being resolved
   * somewhere in the lab, the probe waits once more, until 3.5 s after its start, because only then the kernel says that
   * nobody has the address (unreachable) and not that nobody answered (lost).
   */
  run(namespace: Namespace, timeoutMs: number, attempt: Attempt): Promise<ProbeReply | Refusal> {
    const opened = this.#namespaces?.within(namespace, attempt.open)
    if (opened === undefined || opened instanceof Refusal) return Promise.resolve(opened ?? Refusal.of(EINVAL))
    if (opened < 0) return Promise.resolve(libc.lastRefusal())
    const fd = opened
    const begin = performance.now()
    const first = attempt.start(fd)
    if (first) {
      libc.close(fd)
      return Promise.resolve(first)
    }
    return new Promise((resolve) => {
      const running = this.#running.get(namespace) ?? new Set()
      this.#running.set(namespace, running)
      const settle = (reply: ProbeReply | Refusal): void => {
        if (!running.delete(settle)) return
        if (running.size === 0) this.#running.delete(namespace)
        clearTimeout(timer)
        this.#poller.remove(fd)
        libc.close(fd)
        resolve(reply)
      }
      const look = (): void => {
        const reply = attempt.ready(fd)
        if (reply) settle(reply)
      }
      const end = (extended: boolean): void => {
        // What came while the thread was busy counts.
        look()
        if (!running.has(settle)) return
        const left = begin + resolutionMs - performance.now()
        if (extended || left <= 0 || !this.#isResolving()) return settle(silence(attempt))
        timer = setTimeout(end, left, true)
      }
      let timer = setTimeout(end, Math.min(longestMs, Math.max(1, timeoutMs)), false)
      running.add(settle)
      const refusal = this.#poller.add(fd, attempt.events, look)
      if (refusal) settle(refusal)
    })
  }

  #isResolving(): boolean {
    const now = performance.now()
    if (now - this.#resolving.at < resolvingForMs) return this.#resolving.answer
    let answer = false
    for (const { requests } of this.#namespaces?.all() ?? []) answer ||= isResolving(requests)
    this.#resolving = { at: performance.now(), answer }
    return answer
  }
}

/** Nobody answered; what was sent is known by its port all the same. */
const silence = ({ sourcePort }: Attempt): ProbeReply => ({
  ...ended('lost', null),
  ...(sourcePort ? { sourcePort: sourcePort() } : {}),
})

/** `address` or, for link-local IPv6, `address%interface` of that namespace. */
export function parseTarget(text: string, indexOf: (name: string) => number | Refusal): Target | Refusal {
  const percent = text.indexOf('%')
  const address = parseAddress(percent < 0 ? text : text.slice(0, percent))
  if (!address) return Refusal.of(EINVAL, `"${text}" is not an IPv4 or IPv6 address`)
  if (percent < 0) return { ...address, scope: 0 }
  const scope = indexOf(text.slice(percent + 1))
  return scope instanceof Refusal ? scope : { ...address, scope }
}

const socketAddress = Buffer.allocUnsafeSlow(4096)

/** Writes a `sockaddr_in` or `sockaddr_in6`; returns it and its length. */
export function socketAddressOf(target: Target, port: number): readonly [Buffer, number] {
  socketAddress.fill(0, 0, 28)
  socketAddress.writeUInt16LE(target.family === 'ipv4' ? libc.AF_INET : libc.AF_INET6, 0)
  socketAddress.writeUInt16BE(port, 2)
  socketAddress.set(target.bytes, target.family === 'ipv4' ? 4 : 8)
  if (target.family === 'ipv6') socketAddress.writeUInt32LE(target.scope, 24)
  return [socketAddress, target.family === 'ipv4' ? 16 : 28]
}

/** Connects a socket; null where the kernel did it, else the errno. */
export function connectTo(fd: number, target: Target, port: number): number | null {
  return libc.connect(fd, ...socketAddressOf(target, port)) === 0 ? null : libc.lastErrno()
}
