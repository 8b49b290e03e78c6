/** Both sides of the handshake, over a pair of streams that cut what is sent wherever they like. */
import { createHmac, randomBytes } from 'node:crypto'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shakeHands, type HandshakeSecrets } from '../../../electron/core/handshake.js'

/** Two ends; what is written to one is read from the other in pieces of the sizes given, over and over. */
function pair(sizes: readonly number[]): [Duplex, Duplex] {
  const ends: Duplex[] = []
  const make = (other: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(chunk: Buffer, _, done) {
        let at = 0
        for (let piece = 0; at < chunk.length; piece += 1) {
          const size = sizes[piece % sizes.length] ?? 1
          other().push(chunk.subarray(at, at + size))
          at += size
        }
        done()
      },
      final(done) {
        other().push(null)
        done()
      },
    })
  ends.push(
    make(() => ends[1] as Duplex),
    make(() => ends[0] as Duplex),
  )
  return [ends[0] as Duplex, ends[1] as Duplex]
}

const secrets = (secret: Buffer): HandshakeSecrets => ({
  nonce: () => randomBytes(32).toString('hex'),
  mac: (text) => createHmac('sha256', secret).update(text).digest('hex'),
  same: (one, other) => one === other,
})

const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 })

describe('a handshake', () => {
  test('is made by both who know the secret, however the bytes come, and what follows it is not lost', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.uint8Array({ minLength: 32, maxLength: 32 }), async (pieces, bytes) => {
        const [shell, helper] = pair(pieces)
        const secret = Buffer.from(bytes)
        const both = await Promise.all([
          shakeHands('shell', shell, secrets(secret)),
          shakeHands('helper', helper, secrets(secret)),
        ])
        expect(both).toEqual([true, true])
        shell.write('the first message\n')
        const next = await new Promise<string>((resolve) => {
          let text = ''
          helper.on('data', (chunk: string) => {
            text += chunk
            if (text.endsWith('\n')) resolve(text)
          })
          helper.resume()
        })
        expect(next).toBe('the first message\n')
      }),
      { numRuns: 100 },
    )
  })

  test('fails where the secrets differ, and the shell is told nothing that proves the helper’s', async () => {
    const [shell, helper] = pair([1000])
    let heard = ''
    const push = shell.push.bind(shell)
    shell.push = (chunk: Buffer | null) => {
      heard += String(chunk ?? '')
      return push(chunk)
    }
    const failing = shakeHands('shell', shell, secrets(randomBytes(32)))
    expect(await shakeHands('helper', helper, secrets(randomBytes(32)))).toBe(false)
    helper.end()
    expect(await failing).toBe(false)
    expect(heard).not.toContain('proof')
  })

  test.each([
    ['nothing', ''],
    ['no JSON', 'hello\n'],
    ['another version', `{"vethlab":2,"nonce":"${'0'.repeat(64)}"}\n`],
    ['a nonce of another length', `{"vethlab":1,"nonce":"${'0'.repeat(62)}"}\n`],
    ['more than one line', `{"vethlab":1,"nonce":"${'0'.repeat(64)}"}\n{}\n`],
    ['more than is asked for', `{"vethlab":1,"nonce":"${'0'.repeat(64)}","run":"sh"}\n`],
    ['a line without an end', 'x'.repeat(5000)],
  ])('fails for a shell that meets %s', async (_, text) => {
    const [shell, other] = pair([7])
    const met = shakeHands('shell', shell, secrets(randomBytes(32)))
    other.on('error', () => {})
    other.end(text)
    expect(await met).toBe(false)
  })

  test('cannot be repeated: what was said once proves nothing the next time', async () => {
    const secret = randomBytes(32)
    const [shell, helper] = pair([1000])
    const said: string[] = []
    const write = shell.write.bind(shell) as (text: string) => boolean
    shell.write = ((text: string) => {
      said.push(text)
      return write(text)
    }) as typeof shell.write
    await Promise.all([shakeHands('shell', shell, secrets(secret)), shakeHands('helper', helper, secrets(secret))])
    const [again, victim] = pair([1000])
    const met = shakeHands('helper', victim, secrets(secret))
    again.on('data', () => {})
    for (const text of said) again.write(text)
    expect(await met).toBe(false)
  })
})
