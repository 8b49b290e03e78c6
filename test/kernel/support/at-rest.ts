import { isDeepStrictEqual } from 'node:util'
import { until } from './until.js'

/** So many looks in a row must see the same. */
const looks = 3

/** What is seen once it stays the same: the kernel, and threads, finish some things in their own time. */
export async function atRest<T>(name: string, look: () => Promise<T>): Promise<T> {
  let [last, equal] = [await look(), 0]
  await until(name, async () => {
    const now = await look()
    equal = isDeepStrictEqual(now, last) ? equal + 1 : 0
    last = now
    return equal >= looks
  })
  return last
}
