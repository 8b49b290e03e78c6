import { describe, expect, test } from 'vitest'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { emptyLab, emptyLive } from '../../../electron/core/plan/empty.js'
import { Model } from './model.js'

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>

const build = (lab: Lab): LiveState => new Model().run(diff(lab, new Model().state).map(({ step }) => step)).state

describe('speed', { timeout: 60_000 }, () => {
  /** A line of routers with two routes each, as in the benchmark. */
  const line = (count: number): Lab => {
    const name = (i: number) => `r${i}`
    const net = (i: number) => `10.${i >> 8}.${i & 255}`
    const nodes = Array.from({ length: count }, (_, i): [string, NamespaceEntry] => [
      name(i),
      {
        forwarding: true,
        interfaces: {
          left: { addresses: i ? [`${net(i - 1)}.2/30`] : [] },
          right: { addresses: i < count - 1 ? [`${net(i)}.1/30`] : [] },
        },
        routes: [
          ...(i < count - 1 ? [{ to: 'default', via: `${net(i)}.2` }] : []),
          ...(i > 0 ? [{ to: '10.0.0.0/24', via: `${net(i - 1)}.1` }] : []),
        ],
      },
    ])
    const links = Array.from({ length: count - 1 }, (_, i): [string, string] => [
      `${name(i)}:right`,
      `${name(i + 1)}:left`,
    ])
    return normalise({ vethlab: 1, name: 'line', namespaces: Object.fromEntries(nodes), links })
  }
  const star = (count: number): Lab =>
    normalise({
      ...{ vethlab: 1, name: 'star' },
      namespaces: {
        host: {
          bridges: { br0: { addresses: ['10.0.0.1/16'], ports: Array.from({ length: count }, (_, i) => `p${i}`) } },
        },
        ...Object.fromEntries(
          Array.from({ length: count }, (_, i): [string, NamespaceEntry] => [
            `n${i}`,
            {
              interfaces: { eth0: { addresses: [`10.0.${1 + (i >> 8)}.${i & 255}/16`] } },
              routes: [{ to: 'default', via: '10.0.0.1' }],
            },
          ]),
        ),
      },
      links: Array.from({ length: count }, (_, i): [string, string] => [`n${i}:eth0`, `host:p${i}`]),
    })

  /** Milliseconds of processor, best of five: the machine is shared, and only the work itself counts. */
  function time(run: () => unknown): number {
    return Math.min(
      ...[1, 2, 3, 4, 5].map(() => {
        const start = process.cpuUsage()
        run()
        const { user, system } = process.cpuUsage(start)
        return (user + system) / 1000
      }),
    )
  }

  test.each([
    ['line', 100, 50, line],
    ['star', 100, 50, star],
    ['line', 500, 500, line],
    ['star', 500, 500, star],
  ] as const)('%s of %i takes less than %i ms to plan, to compare and to tear down', (_, count, limit, make) => {
    const lab = make(count)
    const live = build(lab)
    expect(time(() => diff(lab, emptyLive()))).toBeLessThan(limit)
    expect(time(() => diff(lab, live, { former: lab }))).toBeLessThan(limit)
    expect(time(() => diff(emptyLab('none'), live, { former: 'everything' }))).toBeLessThan(limit)
  })
})
