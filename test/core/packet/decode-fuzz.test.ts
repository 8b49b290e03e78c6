import { expect, test } from 'vitest'
import { changedPaths, diffFields } from '../../../electron/core/packet/diff.js'
import { decodeFrame } from '../../../electron/core/packet/decode.js'
import { load, scenarios } from './fixtures.js'

const count = 200_000
/** Milliseconds for one frame of at most 1600 bytes; far above what any takes, below what a person would notice. */
const slowest = 500

/** mulberry32: small, seeded, good enough to wander through bytes. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

function lasts(run: () => unknown): number {
  const started = performance.now()
  run()
  return performance.now() - started
}

test(
  `${count} random and damaged frames are decoded without an exception and within their bytes`,
  { timeout: 120_000 },
  () => {
    const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
    const next = random(seed)
    const corpus = scenarios.flatMap((scenario) => load(scenario).frames.map(({ bytes }) => bytes))
    const make = (): Uint8Array => {
      if (next(5) === 0) return Uint8Array.from({ length: next(200) }, () => next(256))
      const original = corpus[next(corpus.length)] ?? new Uint8Array()
      // Mostly headers: that is where decisions are made.
      const bytes = original.slice(0, next(3) === 0 ? next(original.length + 1) : Math.min(original.length, 400))
      for (let flips = next(8); flips > 0 && bytes.length > 0; flips--) {
        bytes[next(next(2) === 0 ? bytes.length : Math.min(bytes.length, 80))] = next(256)
      }
      return bytes
    }
    let previous = decodeFrame(new Uint8Array())
    for (let i = 0; i < count; i++) {
      const bytes = make()
      const originalLength = bytes.length + (next(3) === 0 ? next(70_000) : 0)
      const report = `seed ${seed}, frame ${i}: ${Buffer.from(bytes).toString('hex')} of ${originalLength}`
      const ports = [4789, next(65536)]
      const decode = (): ReturnType<typeof decodeFrame> => decodeFrame(bytes, { originalLength, vxlanPorts: ports })
      const started = performance.now()
      let packet: ReturnType<typeof decodeFrame>
      try {
        packet = decode()
      } catch (error) {
        throw new Error(report, { cause: error })
      }
      // A busy machine may have held it up: what is slow is slow every time.
      if (performance.now() - started > slowest && [1, 2, 3].every(() => lasts(decode) > slowest))
        throw new Error(`slow: ${report}`)
      const paths = new Set<string>()
      for (const { fields, offset, length } of packet.layers) {
        let sound = offset >= 0 && length >= 0 && offset + length <= bytes.length
        for (const field of fields) {
          sound &&= field.offset >= 0 && field.length >= 0 && field.offset + field.length <= bytes.length
          sound &&= !paths.has(field.path)
          paths.add(field.path)
        }
        if (!sound) throw new Error(`a field outside its frame, or twice: ${report}`)
      }
      if (originalLength > bytes.length && !packet.truncated) throw new Error(`cut, but not said: ${report}`)
      if (i % 20 === 0) {
        diffFields(previous, packet)
        if (changedPaths(packet.headers, packet.headers).length > 0) throw new Error(`differs from itself: ${report}`)
      }
      previous = packet
    }
    expect(corpus.length).toBeGreaterThan(500)
  },
)
