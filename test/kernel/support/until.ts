/** How often a condition is looked at (milliseconds). */
const everyMs = 20

/** What takes longer than this will not come, on however busy a machine (milliseconds). */
export const patienceMs = 60_000

/** Waits until a condition holds and returns what it gave; fails with its name after `limitMs`. */
export async function until<T>(
  name: string,
  condition: () => T | Promise<T>,
  limitMs = patienceMs,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const value = await condition()
    if (value) return value
    if (Date.now() > deadline) throw new Error(`${name}: not within ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

/**
 * Waits for what is compared afterwards, so that the comparison prints what still differs. A reading that is refused
 * meanwhile, as a dump of a network that is still changing, is made again.
 */
export async function patiently(condition: () => boolean | Promise<boolean>): Promise<void> {
  const holds = async (): Promise<boolean> => condition()
  await until('what is compared', () => holds().catch(() => false)).catch(() => {})
}
