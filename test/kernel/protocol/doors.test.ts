/** No message ends a process: the door of a running lab's keeper, and that of the window, under a flood of nonsense. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorCodes } from '../../../electron/core/rpc.js'
import { pair } from '../cli/labs.js'
import { until } from '../support/until.js'
import { World, type Running } from '../support/world.js'
import { install } from '../serve/installation.js'
import { tokenOf } from '../serve/window.js'
import { flood, messages } from './changed-messages.js'
import { damage, good, helperContract, Mutator, names, random, windowContract } from './mutate.js'
import { RawClient } from './raw-line.js'

const seed = Number(process.env['FC_SEED'] ?? 20260202)

/** What JSON-RPC knows and nobody of ours sends, and what is no JSON at all: each alone, over a connection of its own. */
const poison: readonly string[] = [
  '{"jsonrpc":"2.0","method":"$/cancelRequest"}',
  '{"jsonrpc":"2.0","method":"$/cancelRequest","params":null}',
  '{"jsonrpc":"2.0","method":"$/setTrace"}',
  '{"jsonrpc":"2.0","id":null,"result":1}',
  '{"jsonrpc":"2.0","id":{"toString":1},"error":{}}',
  '{"jsonrpc":"2.0","id":1,"method":"__proto__","params":{"__proto__":{"then":1}}}',
  '[]',
  'null',
  '{',
  '\u0000\u001b]0;x\u0007',
  `{"jsonrpc":"2.0","id":1,"method":"lab/apply","params":{"lab":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
  `{"jsonrpc":"2.0","id":1,"method":"terminal/input","params":{"terminal":"terminal-1","data":"${'x'.repeat(2 ** 21)}"}}`,
]

/** Cut and altered bytes of good requests. */
function damaged(): Buffer[] {
  const next = random(seed)
  return Array.from({ length: 40 }, (_, n) => {
    const method = names[n % names.length] as (typeof names)[number]
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: good[method] })
    return n % 2 === 0 ? damage(text, next) : Buffer.from(text.slice(0, 1 + Math.floor(next() * (text.length - 1))))
  })
}

async function swallow(client: RawClient, bytes: Buffer): Promise<void> {
  client.bytes(bytes)
  client.bytes(Buffer.from('\n'))
}

describe('the keeper of a running lab', () => {
  let world: World
  let socket: string
  let pid: number
  beforeAll(async () => {
    world = await World.ofUser()
    const up = await world.runCli(['up', '-d', '-', '--json'], { input: pair('kept') })
    expect(up.stderr).toBe('')
    pid = (JSON.parse(up.stdout) as { readonly pid: number }).pid
    socket = join(world.runtime, 'vethlab', `kept.${pid}.sock`)
  })
  afterAll(async () => {
    await world.cli('down', 'kept')
    world.dispose()
  })
  const lives = async (): Promise<void> => {
    expect(existsSync(`/proc/${pid}`)).toBe(true)
    const client = await RawClient.bySocket(socket, pid)
    expect((await client.ask('session/open', { protocol: 1 })).result).toMatchObject({ lab: { name: 'kept' } })
    client.end()
  }

  test(`outlives ${messages} changed messages, before and after a session is open`, { timeout: 300_000 }, async () => {
    const client = await RawClient.bySocket(socket, pid)
    const mutator = new Mutator(random(seed))
    const contract = helperContract
    const closed = async (): Promise<void> =>
      expect((await client.ask('trace/list', {})).error?.code).toBe(errorCodes.notOpen)
    await flood(client, { mutator, contract, count: messages / 2, look: closed })
    expect((await client.ask('session/open', { protocol: 1 })).result).toBeDefined()
    const opened = async (): Promise<void> =>
      expect((await client.ask('trace/list', {})).result).toEqual({ traces: [] })
    await flood(client, { mutator, contract, count: messages / 2, look: opened })
    client.end()
    await lives()
    expect((await world.cli('exec', 'kept', 'ns0', '--', 'ping', '-c1', '-W2', '10.0.0.2')).status).toBe(0)
  })

  test('outlives what no client of ours says, and bytes that are no message', async () => {
    for (const bytes of [...poison.map((text) => Buffer.from(text)), ...damaged()]) {
      const client = await RawClient.bySocket(socket, pid)
      await swallow(client, bytes)
      // Whatever became of this connection, the next one is served.
      await lives()
      client.end()
    }
  })
})

describe('the window', () => {
  let world: World
  let running: Running
  let url: string
  let secret: string
  const come = async (): Promise<RawClient> => RawClient.byWebSocket(url, secret, running.pid)
  beforeAll(async () => {
    world = await World.ofUser()
    const cli = install(world, true)
    running = world.start([process.execPath, cli, 'serve'], {
      env: { XDG_STATE_HOME: join(world.temporary, 'state') },
      limitMs: 600_000,
    })
    await until('the address is printed', () => running.stdout().includes('\n'))
    url = running.stdout().trim()
    secret = tokenOf(url)
    const first = await come()
    secret = first.secret
    first.end()
  })
  afterAll(async () => {
    process.kill(running.pid, 'SIGTERM')
    await running.ended
    world.dispose()
  })

  test(`outlives ${messages} changed messages, before and after its helper runs`, { timeout: 300_000 }, async () => {
    const client = await come()
    const mutator = new Mutator(random(seed), windowContract)
    const contract = windowContract
    const quiet = async (): Promise<void> =>
      expect((await client.ask('trace/list', {})).error?.code).toBe(errorCodes.notOpen)
    await flood(client, { mutator, contract, count: messages / 2, look: quiet })
    expect((await client.ask('helper/start', {})).result).toMatchObject({ ok: true })
    expect((await client.ask('session/open', { protocol: 1 })).result).toBeDefined()
    const atWork = async (): Promise<void> =>
      expect((await client.ask('trace/list', {})).result).toEqual({ traces: [] })
    await flood(client, { mutator, contract, count: messages / 2, look: atWork })
    expect((await client.ask('helper/stop', {})).result).toEqual({ ok: true })
    client.end()
  })

  test('outlives what no page of ours says, and bytes that are no message', async () => {
    for (const bytes of [...poison.map((text) => Buffer.from(text)), ...damaged()]) {
      const client = await come()
      client.bytes(bytes)
      const after = await come()
      expect((await after.ask('file/recent', {})).result).toEqual({ files: [] })
      after.end()
      client.end()
    }
    expect(running.stderr()).not.toMatch(/\n {4}at /)
  })
})
