/** A bridge with a thousand ports floods one frame: a moment of the film, and a few lines of the list. */
import { expect, test } from 'vitest'
import type { TraceHop } from '../../../electron/core/diagnosis/trace.js'
import { uneventfulCopies } from '../../../electron/core/packet/flood.js'
import { buildFilm } from '../../../renderer/trace/film.js'
import { paceOf } from '../../../renderer/trace/pace.js'

const ports = 1000
/** The namespace that answers. */
const asked = 700

type Part = Pick<TraceHop, 'namespace' | 'interface' | 'direction' | 'event' | 'comparedWith'>

function flood(): TraceHop[] {
  const parts: Part[] = [
    { namespace: 'n0', interface: 'eth0', direction: 'out', event: 'sent', comparedWith: null },
    { namespace: 'host', interface: 'p0', direction: 'in', event: 'received', comparedWith: 1 },
  ]
  for (let port = ports - 1; port > 0; port -= 1) {
    parts.push({ namespace: 'host', interface: `p${port}`, direction: 'out', event: 'flooded', comparedWith: 2 })
    const flooded = parts.length
    parts.push({ namespace: `n${port}`, interface: 'eth0', direction: 'in', event: 'received', comparedWith: flooded })
  }
  parts.push({ namespace: `n${asked}`, interface: 'eth0', direction: 'out', event: 'sent', comparedWith: null })
  return parts.map((part, at) => ({
    ...{ ...part, n: at + 1, timeNs: at * 700, leg: 'arp', observed: part.interface !== null, packet: null },
    ...{ changed: [], frame: null, journey: 0 },
  })) as unknown as TraceHop[]
}

test('the film has a few steps and lasts seconds', () => {
  const film = buildFilm(flood())
  expect(film.steps.length).toBeLessThan(8)
  const lastsMs = film.steps.reduce((sum, _, step) => {
    const { travelMs, restMs } = paceOf(film, step, 6)
    return sum + travelMs + restMs
  }, 0)
  expect(lastsMs).toBeLessThan(10_000)
})

test('copies that led to nothing are counted, the one that was answered is told', () => {
  const hops = flood()
  const uneventful = uneventfulCopies(hops)
  const shown = hops.filter(({ n }) => uneventful.get(n) !== 0)
  // Two ways in, nine copies with their arrivals, and the answered one with its delivery; the ninth stands for the rest.
  expect(shown.length).toBeLessThan(25)
  expect(shown.map(({ namespace }) => namespace)).toContain(`n${asked}`)
  expect([...uneventful.values()].filter((count) => count > 0)).toEqual([ports - 1 - 1 - 8])
})
