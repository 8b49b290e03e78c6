import { describe, expect, test } from 'vitest'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { emptyLab, emptyLive } from '../../../electron/core/plan/empty.js'
import { counted } from '../../support/counted.js'
import { Model } from './model.js'

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>

const build = (lab: Lab): LiveState => new Model().run(diff(lab, new Model().state).map(({ step }) => step)).state

describe('the work of a plan', { timeout: 60_000 }, () => {
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

  /** How much is looked at per namespace. */
  function workPerNode(count: number, make: (count: number) => Lab): number[] {
    const lab = make(count)
    const live = build(lab)
    const plans: ((wanted: Lab, there: LiveState) => unknown)[] = [
      (wanted) => diff(wanted, emptyLive()),
      (wanted, there) => diff(wanted, there, { former: wanted }),
      (_, there) => diff(emptyLab('none'), there, { former: 'everything' }),
    ]
    return plans.map((plan) => {
      const [wanted, there] = [counted(lab), counted(live)]
      plan(wanted.value, there.value)
      return (wanted.looks() + there.looks()) / count
    })
  }

  test.each([
    ['line', line],
    ['star', star],
  ] as const)(
    'planning, comparing and tearing down a %s takes as much work per namespace at 400 as at 100',
    (_, make) => {
      const small = workPerNode(100, make)
      const large = workPerNode(400, make)
      for (const [at, work] of large.entries()) expect(work).toBeLessThan(1.3 * (small[at] ?? 0))
    },
  )
})
