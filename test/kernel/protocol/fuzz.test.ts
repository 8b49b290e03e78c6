import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { errorCodes, maxMessageBytes, requests } from '../../../electron/core/rpc.js'
import { root } from '../support/build.js'
import { until } from '../support/until.js'
import { RawHelper } from './helper.js'
import { batch, flood, mayGrow, messages } from './changed-messages.js'
import { damage, good, helperContract, Mutator, names, random } from './mutate.js'

const seed = Number(process.env['FC_SEED'] ?? 20260101)

/** Bytes that a reader of lines of JSON must not make anything of: some by hand, the others by damage. */
function damagedMessages(): Buffer[] {
  const byHand = ['x', 'null', '{"jsonrpc":"2.0"', '[{"jsonrpc":"2.0","id":1,"method":"lab/clear"}]']
  const next = random(seed)
  const damaged: Buffer[] = []
  while (damaged.length < 3) {
    const method = names[Math.floor(next() * names.length)] as (typeof names)[number]
    const bytes = damage(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: good[method] }), next)
    if (!bytes.includes('\n') && !isJson(bytes.toString('utf8'))) damaged.push(bytes)
  }
  return [...byHand.map((text) => Buffer.from(text)), ...damaged]
}
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const router = parseLabText(
  readFileSync(join(root, 'resources/labs/06-router.vethlab.yaml'), 'utf8'),
  '06-router.vethlab.yaml',
).labFile

describe('a helper with a lab', () => {
  let helper: RawHelper
  beforeAll(async () => {
    helper = await RawHelper.start()
    expect((await helper.ask('lab/apply', { lab: router, former: 'everything' })).result).toMatchObject({ ok: true })
  })
  afterAll(() => helper.stop())

  /** All that the lab is made of, and all that a message could have started. */
  const kernel = (): string =>
    [
      ...['addr', 'route', 'netns'].map((object) => helper.inside('ip', object)),
      ...['ns0', 'ns1', 'ns-router'].map((name) => helper.inside('ip', '-n', name, 'addr')),
      helper.inside('nft', 'list', 'ruleset'),
      helper.inside('sh', '-c', 'for process in /proc/[0-9]*; do readlink $process/exe; done'),
    ]
      .join('\n')
      // The kernel looks after carriers once a second, in its own time.
      .replace(/NO-CARRIER,|state \w+/g, '')

  test(`${messages} changed messages change nothing`, { timeout: 300_000 }, async () => {
    // Packets have passed, so the cables are up at both ends.
    expect((await helper.ask('lab/check', {})).result).toMatchObject({ ok: true })
    const before = kernel()
    const look = async (): Promise<void> => expect((await helper.ask('trace/list', {})).result).toEqual({ traces: [] })
    const mutator = new Mutator(random(seed))
    await flood(helper, { mutator, contract: helperContract, count: messages, look })
    expect(helper.stderr).toBe('')
    expect(kernel()).toBe(before)
    expect((await helper.ask('lab/check', {})).result).toMatchObject({ ok: true })
  })
})

describe('a helper ends in order, and its sandbox with it,', () => {
  const cases = damagedMessages().map(
    (bytes) => [JSON.stringify(bytes.toString('latin1').slice(0, 60)), bytes] as const,
  )
  test.each(cases)('when it is sent %s', async (_, text) => {
    const helper = await RawHelper.start()
    try {
      await helper.write(text)
      await helper.write('\n')
      await until('the end of the sandbox', () => !helper.alive)
      expect(helper.stderr).toBe('')
    } finally {
      helper.stop()
    }
  })

  test('when a message never ends', async () => {
    const helper = await RawHelper.start()
    try {
      const mebibyte = Buffer.alloc(1024 * 1024, 'x')
      for (let sent = 0; helper.alive && sent <= maxMessageBytes + mebibyte.length; sent += mebibyte.length)
        await helper.write(mebibyte)
      await until('the end of the sandbox', () => !helper.alive)
      expect(helper.stderr).toBe('')
    } finally {
      helper.stop()
    }
  })
})

test('who asks and never reads the answers is not served beyond a limit', { timeout: 120_000 }, async () => {
  const helper = await RawHelper.start()
  try {
    helper.deaf()
    const before = helper.memory()
    const question = (id: number): string => `${JSON.stringify({ jsonrpc: '2.0', id, method: 'live/refresh' })}\n`
    // What the sockets hold is taken in; after that nobody takes any more, and writing waits.
    let stuck = false
    for (let id = 0; id < messages && !stuck; id += batch) {
      const texts = Array.from({ length: batch }, (_, index) => question(id + index)).join('')
      stuck = await Promise.race([helper.write(texts).then(() => false), helper.idle().then(() => true)])
    }
    expect(stuck).toBe(true)
    expect(helper.alive).toBe(true)
    expect(helper.memory() - before).toBeLessThan(mayGrow)
  } finally {
    helper.stop()
  }
})

test('before a session is open, nothing but its opening is answered, and that its client lives', async () => {
  const helper = await RawHelper.start({ open: false })
  try {
    for (const name of names) {
      if (name === 'session/open' || name === 'session/beat') continue
      expect((await helper.ask(name, good[name])).error?.code, name).toBe(errorCodes.notOpen)
    }
    expect((await helper.ask('session/open', { protocol: 2 })).error?.code).toBe(errorCodes.invalidParams)
    expect((await helper.ask('session/open', good['session/open'])).result).toBeDefined()
  } finally {
    helper.stop()
  }
})

test('every request of the contract is among those that are changed, and good as it stands', () => {
  expect(names.sort()).toEqual(Object.keys(requests).sort())
  for (const name of names) expect(requests[name].safeParse(good[name]).success, name).toBe(true)
})
