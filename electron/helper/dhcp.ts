/**
 * DHCP clients: one for each interface that asks for its address. It ends with its interface, its namespace, the
 * lab, and with this process, however that ends. Address and route are put there by `resources/script/lease.sh`,
 * nameservers by us.
 */
import { leaseResolver } from '../core/plan/dhcp.js'
import { parseAddress, parsePrefix } from '../core/lab/address.js'
import type { LiveDhcpClient, LiveLease } from '../core/live/state.js'
import { dhcpProgram, type DhcpProgram } from './dhcp-programs.js'
import { keepIn, type KeptProgram } from './run.js'

/** Where somebody answers, a lease is there by then (milliseconds); where nobody does, a deploy waits no longer. */
const leaseLimitMs = 3000

interface Running {
  readonly namespace: string
  readonly dev: string
  readonly asks: DhcpProgram
  /** Ends it at once. */
  readonly dropped: AbortController
  /** Null until it is ready. */
  program: KeptProgram | null
  lease: LiveLease | null
  last: string
  /** The resolv.conf that we wrote for it. */
  resolver: string | null
}

export interface DhcpHooks {
  /** What is known of the namespace's clients has changed. */
  changed(namespace: string): void
  /**
   * Writes the namespace's resolv.conf, or takes away the one that was written (null), unless there is one of somebody else.
   * Returns the text that stands there for the lease, or null.
   */
  resolver(namespace: string, text: string | null, before: string | null): string | null
}

export class DhcpClients {
  private readonly running = new Map<string, Running>()
  /** Whoever waits for a lease. */
  private readonly waiting = new Set<() => void>()

  constructor(private readonly hooks: DhcpHooks) {}

  clientsIn(namespace: string): readonly LiveDhcpClient[] {
    return [...this.running.values()].flatMap(({ namespace: where, dev, asks, lease, last, program }) =>
      where === namespace && program !== null ? [{ dev, program: asks.name, lease, last }] : [],
    )
  }

  /** Rejects with its own words where it does not start. */
  async start(namespace: string, dev: string): Promise<void> {
    await this.stop(namespace, dev)
    const asks = dhcpProgram()
    if (asks === null) throw new Error('udhcpc: not installed')
    const dropped = new AbortController()
    const client: Running = { namespace, dev, asks, dropped, program: null, lease: null, last: '', resolver: null }
    this.running.set(keyOf(namespace, dev), client)
    const program = await keepIn(namespace, asks.name, asks.words(dev), {
      ready: asks.ready,
      apart: asks.apart,
      dropped: dropped.signal,
      heard: (line) => this.heard(client, line),
    })
    if ('refused' in program) {
      this.forget(client)
      throw new Error(plainRefusal(program.refused, asks))
    }
    client.program = program
    void program.ended.then(() => this.ended(client))
  }

  /** Until those that were started have a lease, or it has been long enough. */
  async settle(clients: readonly { readonly namespace: string; readonly dev: string }[]): Promise<void> {
    const end = Date.now() + leaseLimitMs
    const isLeased = (): boolean =>
      clients.every(({ namespace, dev }) => this.running.get(keyOf(namespace, dev))?.lease !== null)
    while (!isLeased() && Date.now() < end)
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(late)
          this.waiting.delete(done)
          resolve()
        }
        const late = setTimeout(done, end - Date.now())
        this.waiting.add(done)
      })
  }

  /** Resolves when what it was given is gone. */
  async stop(namespace: string, dev: string): Promise<void> {
    const client = this.running.get(keyOf(namespace, dev))
    if (!client) return
    if (client.program) await client.program.stop()
    else client.dropped.abort()
    this.ended(client)
  }

  /** At once: they would keep their namespace alive. */
  drop(namespace: string): boolean {
    const there = [...this.running.values()].filter((each) => each.namespace === namespace)
    for (const client of there) {
      client.dropped.abort()
      this.ended(client)
    }
    return there.length > 0
  }

  get namespaces(): readonly string[] {
    return [...this.running.values()].map(({ namespace }) => namespace)
  }

  private ended(client: Running): void {
    if (!this.forget(client)) return
    this.given(client, null)
    this.hooks.changed(client.namespace)
  }

  /** @returns whether it was not forgotten, and followed by another, already */
  private forget(client: Running): boolean {
    const key = keyOf(client.namespace, client.dev)
    return this.running.get(key) === client && this.running.delete(key)
  }

  private heard(client: Running, line: string): void {
    if (this.running.get(keyOf(client.namespace, client.dev)) !== client) return
    const before = JSON.stringify([client.lease, client.last])
    const lease = leaseOf(line)
    if (lease !== undefined) this.given(client, lease)
    else if (line.startsWith(client.asks.says(client.dev))) client.last = line
    if (client.program !== null && JSON.stringify([client.lease, client.last]) !== before)
      this.hooks.changed(client.namespace)
  }

  private given(client: Running, lease: LiveLease | null): void {
    client.lease = lease
    client.resolver = this.hooks.resolver(client.namespace, lease && leaseResolver(lease), client.resolver)
    for (const each of [...this.waiting]) each()
  }
}

const keyOf = (namespace: string, dev: string): string => `${namespace}:${dev}`

/** What the script says; undefined where the line is none of its own. */
function leaseOf(line: string): LiveLease | null | undefined {
  if (line === 'vethlab: no lease') return null
  const [, address = '', server = '', seconds, routers = '', nameservers = ''] =
    /^vethlab: lease (\S+) from (\S+) for (\d+) routers ([\d. ]*) nameservers ([\d. ]*)$/.exec(line) ?? []
  if (!parsePrefix(address)) return undefined
  const addresses = (text: string): readonly string[] => text.split(' ').filter((each) => parseAddress(each) !== null)
  return {
    ...{ address, server, seconds: Number(seconds) },
    routers: addresses(routers),
    // The library asks the first three (MAXNS, resolv.conf(5)).
    nameservers: addresses(nameservers).slice(0, 3),
  }
}

/** `udhcpc: SIOCGIFINDEX: No such device`, without what its log says besides. */
function plainRefusal(output: string, { name, ready }: DhcpProgram): string {
  const line = output.split('\n').find((each) => each !== '' && !ready.test(each))
  return line === undefined ? `${name}: it ended at once` : line
}
