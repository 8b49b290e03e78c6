/**
 * The dnsmasq of each namespace that serves names, leases or router advertisements: a process that ends with its namespace,
 * with the lab, and with this process, however that ends.
 */
import type { LabDnsmasq } from '../core/lab/dnsmasq.js'
import { dnsmasqWords } from '../core/plan/dnsmasq.js'
import { keepIn, type KeptProgram } from './run.js'

/** The line that is written when every socket is open (dnsmasq.c). */
const started = /\bstarted, version\b/

interface Running {
  readonly serves: LabDnsmasq
  /** Ends it at once. */
  readonly dropped: AbortController
  /** Null until it is ready. */
  program: KeptProgram | null
}

export class DnsmasqProcesses {
  private readonly running = new Map<string, Running>()

  /** @param ended told of one that ended by itself, or that somebody has ended */
  constructor(private readonly ended: (namespace: string) => void) {}

  servedIn(namespace: string): LabDnsmasq | null {
    const there = this.running.get(namespace)
    return there?.program ? there.serves : null
  }

  /** Rejects with its own words where it does not start. */
  async start(namespace: string, serves: LabDnsmasq): Promise<void> {
    await this.stop(namespace)
    const one: Running = { serves, dropped: new AbortController(), program: null }
    this.running.set(namespace, one)
    const words = ['--keep-in-foreground', '--log-facility=-', '--pid-file=', ...dnsmasqWords(namespace, serves)]
    const program = await keepIn(namespace, 'dnsmasq', words, { ready: started, dropped: one.dropped.signal })
    if ('refused' in program) {
      this.forget(namespace, one)
      throw new Error(plainRefusal(program.refused))
    }
    one.program = program
    void program.ended.then(() => {
      if (this.forget(namespace, one)) this.ended(namespace)
    })
  }

  /** Resolves when its ports are free. */
  async stop(namespace: string): Promise<void> {
    const there = this.running.get(namespace)
    this.running.delete(namespace)
    if (there?.program) await there.program.stop()
    else there?.dropped.abort()
  }

  /** At once: it would keep its namespace alive. */
  drop(namespace: string): boolean {
    this.running.get(namespace)?.dropped.abort()
    return this.running.delete(namespace)
  }

  /** @returns whether it was not forgotten, and followed by another, already */
  private forget(namespace: string, one: Running): boolean {
    return this.running.get(namespace) === one && this.running.delete(namespace)
  }

  get namespaces(): readonly string[] {
    return [...this.running.keys()]
  }
}

/** `dnsmasq: failed to create listening socket for port 53: Address already in use`, without what its log adds. */
function plainRefusal(output: string): string {
  const lines = output.split('\n').map((line) => line.replace(/^dnsmasq(?:\[\d+\])?: /, ''))
  return `dnsmasq: ${lines.find((line) => line !== '' && !/^(?:FAILED to start up|compile time|started)/.test(line)) ?? 'it ended at once'}`
}
