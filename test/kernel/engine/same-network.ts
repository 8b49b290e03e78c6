/** Two sandboxes that must have the same network. */
import { expect } from 'vitest'
import { patiently } from '../support/until.js'
import { dump, type Anchored } from './sandbox.js'

/** Once each has got where the kernel takes it by itself: addresses in use, ports that forward. */
export async function expectSameNetwork(one: Anchored, other: Anchored): Promise<void> {
  // Both of one moment: of what is dumped later, one may have gone further than the other.
  let seen: readonly unknown[] = []
  await patiently(async () => {
    seen = [await dump(one), await dump(other)]
    return JSON.stringify(seen[0]) === JSON.stringify(seen[1])
  })
  expect(seen[0]).toBeDefined()
  expect(seen[0]).toEqual(seen[1])
}
