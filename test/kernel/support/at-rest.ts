import { isDeepStrictEqual } from 'node:util'
import { until } from './until.js'

/** So many looks in a row must see the same. */
const looks = 3
/** For so long: the kernel tells of carriers once a second (linkwatch, net/core/link_watch.c), however fast one looks (milliseconds). */
const ownTimeMs = 1200

/** What is seen once it stays the same: the kernel, and threads, finish some things in their own time. */
export async function atRest<T>(name: string, look: () => Promise<T>): Promise<T> {
  let [last, equal, since] = [await look(), 0, performance.now()]
  await until(name, async () => {
    const now = await look()
    const same = isDeepStrictEqual(now, last)
    equal = same ? equal + 1 : 0
    if (!same) since = performance.now()
    last = now
    return equal >= looks && performance.now() - since >= ownTimeMs
  })
  return last
}
