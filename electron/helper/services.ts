/**
 * What answers in a lab: small TCP and UDP servers on sockets that were opened inside a namespace, without a process of
 * their own - a socket stays in the namespace it was opened in, whoever reads from it - and one dnsmasq per namespace.
 * And who asks: the DHCP clients of its interfaces.
 */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import { socketText } from '../core/lab/service.js'
import type { LabDnsmasq } from '../core/lab/dnsmasq.js'
import type { LiveNamespace, LiveService } from '../core/live/state.js'
import { DhcpClients, type DhcpHooks } from './dhcp.js'
import { DnsmasqProcesses } from './dnsmasq.js'
import type { KernelWorker } from './kernel/client.js'

/** A client that says nothing gets the reply after this long (milliseconds): `nc` waits, `curl` speaks first. */
const silenceMs = 80
/** A client is let go after this long, whatever it does (milliseconds). */
const lifetimeMs = 10_000
/** Open connections per service; more are closed at once. */
const maxConnections = 256

/** What answers in a namespace, and what asks for leases. */
export type Served = Required<Pick<LiveNamespace, 'services' | 'dnsmasq' | 'dhcp'>>

interface Running {
  readonly service: LiveService
  close(): void
}

export class Services {
  private readonly running = new Map<string, Map<string, Running>>()
  /** Namespaces whose services have changed while nothing is told. */
  private held: Set<string> | null = null

  constructor(
    private readonly worker: KernelWorker,
    private readonly changed: (namespace: string, served: Served) => void,
    resolver: DhcpHooks['resolver'],
  ) {
    this.dhcp = new DhcpClients({ changed: (namespace) => this.tell(namespace), resolver })
  }

  private readonly dnsmasq = new DnsmasqProcesses((namespace) => this.tell(namespace))
  private readonly dhcp: DhcpClients

  /** Rejects with the kernel's words where the port cannot be had. */
  async start(namespace: string, service: LiveService): Promise<void> {
    const { fd, family } = await this.worker.request('listen', {
      namespace,
      protocol: service.listen,
      port: service.port,
      ...(service.address === undefined ? {} : { address: service.address }),
    })
    const running = service.listen === 'tcp' ? await listenTcp(fd, service) : await listenUdp(fd, family, service)
    const here = this.running.get(namespace) ?? new Map<string, Running>()
    here.set(socketText(service), running)
    this.running.set(namespace, here)
    this.tell(namespace)
  }

  stop(namespace: string, service: LiveService): void {
    const here = this.running.get(namespace)
    here?.get(socketText(service))?.close()
    here?.delete(socketText(service))
    this.tell(namespace)
  }

  /** Rejects with its own words where it does not start. */
  async startDnsmasq(namespace: string, serves: LabDnsmasq): Promise<void> {
    await this.dnsmasq.start(namespace, serves)
    this.tell(namespace)
  }

  async stopDnsmasq(namespace: string): Promise<void> {
    await this.dnsmasq.stop(namespace)
    this.tell(namespace)
  }

  /** Rejects with its own words where it does not start. */
  async startDhcp(namespace: string, dev: string): Promise<void> {
    await this.dhcp.start(namespace, dev)
    this.tell(namespace)
  }

  /** Until those that were started have their leases, or nobody has answered for long. */
  settleDhcp(clients: readonly { readonly namespace: string; readonly dev: string }[]): Promise<void> {
    return this.dhcp.settle(clients)
  }

  async stopDhcp(namespace: string, dev: string): Promise<void> {
    await this.dhcp.stop(namespace, dev)
    this.tell(namespace)
  }

  /** Ends every service of a namespace: its sockets would keep it alive. */
  drop(namespace: string): void {
    for (const running of this.running.get(namespace)?.values() ?? []) running.close()
    const wasServed = this.dnsmasq.drop(namespace)
    const hasAsked = this.dhcp.drop(namespace)
    if (this.running.delete(namespace) || wasServed || hasAsked)
      this.changed(namespace, { services: [], dnsmasq: null, dhcp: [] })
  }

  dropAll(): void {
    for (const namespace of new Set([...this.running.keys(), ...this.dnsmasq.namespaces, ...this.dhcp.namespaces]))
      this.drop(namespace)
  }

  /** Until the returned function is called nothing is told; then each namespace once, however many services it got. */
  hold(): () => void {
    this.held ??= new Set()
    return () => {
      const changed = this.held ?? []
      this.held = null
      for (const namespace of changed) this.tell(namespace)
    }
  }

  private tell(namespace: string): void {
    if (this.held) return void this.held.add(namespace)
    this.changed(namespace, {
      services: [...(this.running.get(namespace)?.values() ?? [])].map(({ service }) => service),
      dnsmasq: this.dnsmasq.servedIn(namespace),
      dhcp: this.dhcp.clientsIn(namespace),
    })
  }
}

async function listenTcp(fd: number, service: LiveService): Promise<Running> {
  const open = new Set<Socket>()
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    if (open.size >= maxConnections) return void socket.destroy()
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(lifetimeMs, () => socket.destroy())
    answer(socket, service.reply)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ fd }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    service,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

/** Speaks HTTP to who speaks HTTP, so that `curl` shows the text; plain text to everybody else. */
function answer(socket: Socket, reply: string): void {
  let answered = false
  const finish = (first: string): void => {
    if (answered) return
    answered = true
    clearTimeout(silence)
    socket.off('data', onData)
    socket.resume()
    if (/^(GET|HEAD|POST|PUT|OPTIONS) \S+ HTTP\/1/.test(first)) {
      const head = `HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(reply)}\r\n\r\n`
      socket.end(first.startsWith('HEAD') ? head : head + reply)
    } else socket.end(reply)
  }
  const onData = (chunk: Buffer): void => finish(chunk.toString('latin1', 0, 512))
  const silence = setTimeout(() => finish(''), silenceMs)
  socket.on('data', onData)
  socket.on('end', () => finish(''))
  socket.on('close', () => clearTimeout(silence))
}

/** A handle of the other family could receive and never answer. */
async function listenUdp(fd: number, family: 'ipv4' | 'ipv6', service: LiveService): Promise<Running> {
  const socket: DatagramSocket = createSocket({ type: family === 'ipv4' ? 'udp4' : 'udp6' })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ fd } as unknown as number, () => {
      socket.off('error', reject)
      resolve()
    })
  })
  socket.on('error', () => {})
  socket.on('message', (_, from) => socket.send(service.reply, from.port, from.address, () => {}))
  return { service, close: () => socket.close() }
}
