import { expect, test } from 'vitest'
import { Silence } from '../../../electron/helper/traffic/silence.js'

test('frames of a span are left out, whenever they come', () => {
  let now = 1000n
  const silence = new Silence(() => now)
  expect(silence.covers(1000n)).toBe(false)
  const end = silence.begin()
  expect([999n, 1000n, 9_999_999n].map((time) => silence.covers(time))).toEqual([false, true, true])
  now = 2_000_000n
  end()
  end()
  expect([999n, 1000n, 2_999_999n, 3_000_000n].map((time) => silence.covers(time))).toEqual([false, true, true, false])
})
