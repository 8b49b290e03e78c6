/** Fingers on the window: one or several, by the events that a touch screen has. */
import type { Page } from 'playwright-core'
import type { Spot } from './picture.js'

export interface Fingers {
  tap(at: Spot): Promise<void>
  /** Each from its place to its place, in steps; all begin one after the other and end together. */
  drag(from: readonly Spot[], to: readonly Spot[]): Promise<void>
  /** @returns lets go */
  press(at: Spot): Promise<() => Promise<void>>
  /** The page has no touch screen any more. */
  away(): Promise<void>
}

const steps = 6

export async function fingersOn(page: Page): Promise<Fingers> {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 5 })
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', at: readonly Spot[]): Promise<unknown> =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: at.map(({ x, y }, id) => ({ x, y, id })) })
  const press = async (at: Spot): Promise<() => Promise<void>> => {
    await send('touchStart', [at])
    return async () => void (await send('touchEnd', []))
  }
  return {
    press,
    tap: async (at) => (await press(at))(),
    drag: async (from, to) => {
      for (const [at] of from.entries()) await send('touchStart', from.slice(0, at + 1))
      for (let step = 1; step <= steps; step += 1)
        await send(
          'touchMove',
          from.map(({ x, y }, at) => ({
            x: x + (((to[at]?.x ?? x) - x) * step) / steps,
            y: y + (((to[at]?.y ?? y) - y) * step) / steps,
          })),
        )
      await send('touchEnd', [])
    },
    away: async () => {
      await session.send('Emulation.setTouchEmulationEnabled', { enabled: false })
      await session.detach()
    },
  }
}
