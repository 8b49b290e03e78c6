import { createMessageConnection } from 'vscode-jsonrpc/node'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { TextChannel } from '../../../electron/core/channel.js'
import { answersOf } from '../../../electron/core/door/answers.js'
import { boundedLog } from '../../../electron/core/door/bounded-log.js'
import { openDoor } from '../../../electron/core/door/door.js'
import { intake } from '../../../electron/core/door/intake.js'
import { errorCodes } from '../../../electron/core/rpc.js'
import { until } from '../../kernel/support/until.js'

interface Said {
  readonly id: unknown
  readonly error?: { readonly code: number }
  readonly result?: unknown
}

/** A channel that a test speaks on, and on which it reads what is answered. */
class Wire {
  readonly said: Said[] = []
  paused = false
  private readonly listeners: ((text: string) => void)[] = []
  constructor(readonly canPause: boolean) {}

  get channel(): TextChannel {
    return {
      send: async (text) => void this.said.push(JSON.parse(text) as Said),
      onText: (listener) => void this.listeners.push(listener),
      onEnd: () => {},
      end: () => {},
      ...(this.canPause ? { pause: () => void (this.paused = true), resume: () => void (this.paused = false) } : {}),
    }
  }
  hear(message: object): void {
    for (const listener of this.listeners) listener(JSON.stringify(message))
  }
}

const requests = { 'a/good': z.strictObject({ text: z.string().max(9).optional() }) }
const ask = (id: number, params: object = {}, method = 'a/good'): object => ({ jsonrpc: '2.0', id, method, params })

describe('a door', () => {
  test('takes a value that the schema itself stumbles over for what it is', async () => {
    const wire = new Wire(true)
    const bugs: string[] = []
    openDoor(wire.channel, createMessageConnection, {
      requests,
      answer: async (_, params) => params,
      bug: (text) => void bugs.push(text),
    })
    // A length that cannot be made a number: comparing with it throws.
    const odd = { length: { toString: 1, valueOf: 1 } }
    wire.hear(ask(1, { text: odd }))
    wire.hear({ jsonrpc: '2.0', id: odd, method: 'a/good', params: {} })
    wire.hear(ask(2, { text: 'x' }))
    await until('all are answered', () => wire.said.length === 3)
    expect(bugs).toEqual([])
    expect(wire.said.map(({ id, error }) => [id, error?.code ?? 0]).sort()).toEqual(
      [
        [1, errorCodes.invalidParams],
        [2, 0],
        [null, expect.any(Number)],
      ].sort(),
    )
  })

  test('answers what the contract has and refuses the rest, whatever it is', async () => {
    const wire = new Wire(true)
    const bugs: string[] = []
    openDoor(wire.channel, createMessageConnection, {
      requests,
      refuses: () => null,
      answer: async (_, params) => {
        if ((params as { text?: string }).text === 'bug') throw new Error('unforeseen')
        return params
      },
      bug: (text) => void bugs.push(text),
    })
    wire.hear(ask(1, { text: 'x' }))
    wire.hear(ask(2, { more: 1 }))
    wire.hear(ask(3, {}, 'toString'))
    wire.hear(ask(4, { text: 'bug' }))
    for (const method of ['$/cancelRequest', '$/setTrace', '$/progress', 'a/good'])
      wire.hear({ jsonrpc: '2.0', method })
    wire.hear({ jsonrpc: '2.0', id: 9, result: {} })
    wire.hear({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } })
    await until('all is answered', () => wire.said.length === 10)
    const by = (id: unknown): Said | undefined => wire.said.find((each) => each.id === id)
    expect(by(1)).toMatchObject({ result: { text: 'x' } })
    expect([2, 3, 4].map((id) => by(id)?.error?.code)).toEqual([
      errorCodes.invalidParams,
      errorCodes.unknownMethod,
      errorCodes.internal,
    ])
    expect(wire.said.filter(({ error }) => error?.code === -32600).length).toBe(6)
    expect(bugs).toEqual([expect.stringContaining('unforeseen')])
  })

  test.each([true, false])('takes no more than it can hold (carrier that can wait: %s)', async (canPause) => {
    const wire = new Wire(canPause)
    const passed: number[] = []
    const { reader, writer } = intake(wire.channel, 10_000)
    reader.listen((message) => void passed.push(Number((message as { id?: number }).id)))
    // By size, then by number.
    wire.hear(ask(1, { text: 'x'.repeat(6000) }))
    expect(wire.paused).toBe(false)
    wire.hear(ask(2, { text: 'x'.repeat(6000) }))
    expect(wire.paused).toBe(canPause)
    wire.hear(ask(3))
    expect(passed).toEqual(canPause ? [1, 2, 3] : [1, 2])
    if (!canPause) expect(wire.said).toMatchObject([{ id: 3, error: { code: errorCodes.tooManyRequests } }])
    for (const id of passed) await writer.write({ jsonrpc: '2.0', id, result: null } as never)
    expect(wire.paused).toBe(false)
    for (let id = 10; id < 1010; id += 1) wire.hear(ask(id))
    expect(wire.paused).toBe(canPause)
  })
})

test('who has knocked hears answers and what the contract tells, and nothing else', () => {
  const wire = new Wire(true)
  const heard: object[] = []
  answersOf(wire.channel, 1000).reader.listen((message) => void heard.push(message))
  const good = [
    { jsonrpc: '2.0', id: 1, result: { ok: true } },
    { jsonrpc: '2.0', id: 2, error: { code: 1, message: 'no', data: 3 } },
    { jsonrpc: '2.0', method: 'live/changed', params: {} },
  ]
  const bad = [
    { jsonrpc: '2.0', method: '$/cancelRequest' },
    { jsonrpc: '2.0', method: 'live/changed' },
    { jsonrpc: '2.0', id: 3, method: 'a/good', params: {} },
    { id: 4, result: 1 },
    { jsonrpc: '2.0', id: 5, error: 'x' },
  ]
  for (const message of [...bad, ...good]) wire.hear(message)
  expect(heard).toEqual(good)
})

test('a flood of lines is said in twenty and a number', () => {
  let now = 0
  const lines: string[] = []
  const log = boundedLog(
    (line) => void lines.push(line),
    () => now,
  )
  for (let n = 0; n < 1000; n += 1) log(`line ${n}`)
  expect(lines.length).toBe(20)
  now += 10_000
  log('after')
  expect(lines.slice(20)).toEqual(['(980 more of these)', 'after'])
})
