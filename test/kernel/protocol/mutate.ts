/**
 * Messages that are almost right: requests of the contract with something in them changed, so that they get past the
 * first look of a reader and meet everything behind it.
 */
import { checked } from '../../../electron/core/door/checked.js'
import type { z } from 'zod'
import { requests, type RequestName } from '../../../electron/core/rpc.js'
import { shellRequests, type ShellRequestName } from '../../../electron/core/rpc-shell.js'

/** One good request of each kind. Whoever adds a request to the contract adds it here; a test sees to it. */
export const good: { readonly [N in RequestName]: object } = {
  'session/open': { protocol: 1 },
  'lab/apply': {
    former: 'everything',
    lab: { vethlab: 1, name: 'mutant', namespaces: { a: { forwarding: true }, b: null }, links: [] },
  },
  'host/preflight': { lab: { vethlab: 1, name: 'mutant' }, uplink: 'eth0' },
  'host/leave': { keep: true },
  'host/recover': {},
  'session/beat': {},
  'lab/clear': {},
  'lab/check': { only: ['a check'] },
  'trace/run': {
    ...{ from: 'ns0', to: '192.168.1.2', protocol: 'icmp', count: 1, size: 8, ttl: 3, df: true, timeoutMs: 50 },
    lab: { vethlab: 1, name: 'mutant', namespaces: { ns0: null } },
  },
  'trace/list': {},
  'trace/get': { trace: 'trace-1' },
  'trace/fix': { trace: 'trace-1' },
  'trace/unfix': { undo: 'fix-1' },
  'capture/start': {},
  'capture/stop': {},
  'capture/acknowledge': { batch: 1 },
  'capture/freeze': { packet: 'p1' },
  'live/refresh': {},
  'live/look': { namespace: 'ns0' },
  'terminal/open': { namespace: 'ns0', columns: 80, rows: 24 },
  'terminal/input': { terminal: 'terminal-1', data: 'ip link\n' },
  'terminal/place': { terminal: 'terminal-1', command: 'ip link' },
  'terminal/resize': { terminal: 'terminal-1', columns: 80, rows: 24 },
  'terminal/acknowledge': { terminal: 'terminal-1', characters: 100 },
  'terminal/attach': { terminal: 'terminal-1' },
  'terminal/close': { terminal: 'terminal-1' },
  'machine/look': { live: true, watch: true },
  'machine/explain': { from: 'web', to: '10.0.0.1', protocol: 'tcp', port: 80, count: 1, rules: true },
  'machine/watch': { filter: 'tcp port 80', from: 'web', count: 1, seconds: 1 },
  'machine/twin': { only: ['web'] },
}
export const names = Object.keys(good) as RequestName[]

/** The same for what a window asks of its own shell. */
export const goodForShell: { readonly [N in ShellRequestName]: object } = {
  'shell/open': { token: 'x' },
  'shell/beat': {},
  'helper/start': { placement: 'sandbox' },
  'helper/cancel': {},
  'helper/stop': {},
  'helper/left': {},
  'uplink/plug': {},
  'uplink/unplug': {},
  'look/open': {},
  'look/close': {},
  'look/explain': { from: 'web', to: '10.0.0.1', protocol: 'tcp', port: 80, count: 1, rules: true },
  'look/twin': { only: ['web'] },
  'doctor/run': {},
  'file/starters': {},
  'file/recent': {},
  'file/read': { path: '/nowhere/a.vethlab.yaml' },
  'file/write': { path: '/nowhere/a.vethlab.yaml', text: 'vethlab: 1\n', base: null },
  'file/choose': { purpose: 'open', suggested: 'a.vethlab.yaml' },
  'file/browse': { directory: '/' },
  'file/watch': { path: '/nowhere/a.vethlab.yaml' },
  'file/keep': { id: 'a', path: null, text: 'vethlab: 1\n' },
  'file/recover': {},
  'stamp/list': {},
  'stamp/save': { name: 'a', text: 'vethlab: 1\n' },
  'stamp/remove': { name: 'a' },
  'variant/make': { text: 'vethlab: 1\n', seed: 1, faults: 1 },
  'variant/cancel': {},
  'result/write': { 'vethlab-result': 1, student: 'a', seed: 1, lab: 'vethlab: 1\n' },
  'guide/read': {},
  'guide/write': { lab: 'a', step: 1, answers: [1] },
  'window/state': { title: 'a', unsaved: false },
}

/** What a door understands. */
export class Contract {
  readonly names: readonly string[]
  constructor(
    readonly good: Readonly<Record<string, object>>,
    private readonly schemas: Readonly<Record<string, z.ZodType>>,
  ) {
    this.names = Object.keys(good)
  }

  /** Whether it has such a request: then it is none of the bad ones, and would be carried out. */
  isGood({ method, params }: { readonly [key: string]: unknown }): boolean {
    if (typeof method !== 'string' || !Object.hasOwn(this.schemas, method)) return false
    const schema = this.schemas[method]
    return schema !== undefined && checked(schema, params ?? {}).success
  }
}

export const helperContract = new Contract(good, requests)
export const windowContract = new Contract({ ...goodForShell, ...good }, { ...shellRequests, ...requests })

/** Numbers in [0, 1) from a seed (xorshift, 32 bits). */
export function random(seed: number): () => number {
  let state = seed || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const strange: readonly Json[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    -1e308,
    2 ** 53,
    '',
    ' ',
    '\u0000',
    '../../etc/passwd',
    '$(reboot)',
    '`id`',
  ],
  ...['; rm -rf /', '-h', '--help', 'a'.repeat(300), 'ns0\nns1', '\ud800', '\u202e', 'host', '%s%n', '__proto__'],
  ...[[], {}, [[]], [null], { length: 1e9 }, { toString: 'x' }, { then: 'x' }, { constructor: { prototype: {} } }],
]
const keys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'then',
  'length',
  'vethlab',
  'exec',
  'program',
  'path',
]

const unasked = ['$/cancelRequest', '$/setTrace', '$/progress', '$/logTrace', 'exit', 'live/changed'] as const

export class Mutator {
  constructor(
    private readonly next: () => number,
    private readonly contract: Contract = helperContract,
  ) {}

  private below(limit: number): number {
    return Math.floor(this.next() * limit)
  }
  private pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }
  private deep(): Json {
    let value: Json = 1
    const depth = 2 + this.below(200)
    for (let level = 0; level < depth; level += 1) value = this.next() < 0.5 ? [value] : { a: value }
    return value
  }
  private anything(): Json {
    const roll = this.next()
    if (roll < 0.8) return this.pick(strange)
    if (roll < 0.9) return this.deep()
    if (roll < 0.97) return Math.round((this.next() - 0.5) * 2 ** this.below(60))
    return this.pick(['x', '\u00e9', '{', '"'] as const).repeat(1 + this.below(5000))
  }

  /** Changes one place of a value. */
  private change(value: Json): Json {
    if (this.next() < 0.25) return this.anything()
    if (Array.isArray(value)) {
      if (value.length === 0) return [this.anything()]
      const at = this.below(value.length)
      return value.map((each, index) => (index === at ? this.change(each) : each))
    }
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value)
      const roll = this.next()
      if (entries.length === 0 || roll < 0.2) entries.push([this.pick(keys), this.anything()])
      else if (roll < 0.4) entries.splice(this.below(entries.length), 1)
      else {
        const entry = entries[this.below(entries.length)] as [string, Json]
        if (this.next() < 0.1) entry[0] = this.pick(keys)
        else entry[1] = this.change(entry[1])
      }
      // As own keys, which is how JSON.parse makes `__proto__`.
      const changed: { [key: string]: Json } = Object.create(null) as { [key: string]: Json }
      for (const [key, inner] of entries) changed[key] = inner
      return changed
    }
    return this.anything()
  }

  /** A request with the given id, changed in one to four places: its parameters, or the message around them. */
  message(id: number): { [key: string]: Json } {
    const { names, good } = this.contract
    const method = this.pick(names)
    let params = structuredClone(good[method]) as Json
    let message: { [key: string]: Json } = { jsonrpc: '2.0', id, method, params }
    for (let times = 1 + this.below(4); times > 0; times -= 1) {
      const roll = this.next()
      if (roll < 0.7) params = message['params'] = this.change(params)
      else if (roll < 0.78)
        message['method'] = this.pick([...names, 'rpc.discover', '$/cancelRequest', '$/setTrace', 'x'])
      else if (roll < 0.84) message['method'] = this.anything()
      else if (roll < 0.9) message['id'] = this.anything()
      else if (roll < 0.94) message['jsonrpc'] = this.anything()
      // What JSON-RPC says unasked, with nothing in it or the wrong things.
      else if (roll < 0.95) message = { jsonrpc: '2.0', method: this.pick(unasked) }
      else if (roll < 0.97) delete message[this.pick(Object.keys(message))]
      else message = { ...message, [this.pick([...keys, 'result', 'error'])]: this.anything() }
    }
    return message
  }
}

/** Changes single bytes of a text: what comes out is hardly ever JSON. */
export function damage(text: string, next: () => number): Buffer {
  const bytes = Buffer.from(text)
  for (let times = 1 + Math.floor(next() * 5); times > 0; times -= 1)
    bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256)
  return bytes
}
