import { expect, test } from 'vitest'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { diff } from '../../../electron/core/plan/diff.js'
import type { Step } from '../../../electron/core/plan/step.js'
import { essence } from './essence.js'
import { Model } from './model.js'

type HostEntry = NonNullable<NonNullable<LabFile['namespaces']>['host']>

const lab = (host: HostEntry) => normalise({ vethlab: 1, name: 'forgets', namespaces: { host } })
const build = (host: HostEntry): LiveState =>
  new Model().run(diff(lab(host), new Model().state).map(({ step }) => step)).state
const neighbours = ({ namespaces: [host] }: LiveState): string[] =>
  [...(host?.neighbours ?? []), ...(host?.proxies ?? [])].map(({ dev, address }) => `${dev} ${address}`)

const onVlan: HostEntry = {
  bridges: { br0: {} },
  vlans: { 'br0.20': { link: 'br0', id: 20, up: false } },
  neighbours: [
    { address: '10.0.0.9', dev: 'br0.20', mac: '02:00:00:00:00:09' },
    { address: '10.0.0.20', dev: 'br0.20', proxy: true },
  ],
}
const onMember: HostEntry = {
  dummies: { dum0: { up: false } },
  neighbours: [{ address: '10.0.0.9', dev: 'dum0', mac: '02:00:00:00:00:09' }],
}

test.each<[what: string, before: HostEntry, after: HostEntry]>([
  [
    'a VRF that takes the bridge below',
    onVlan,
    { bridges: { br0: {} }, vrfs: { red: { table: 100, members: ['br0'] } } },
  ],
  [
    'a VRF that the bridge below leaves',
    { ...onVlan, vrfs: { red: { table: 100, members: ['br0'] } } },
    { bridges: { br0: {} }, vrfs: { red: { table: 100 } } },
  ],
  [
    'a bond that takes it, while it stays off',
    onMember,
    { dummies: { dum0: { up: false } }, bonds: { bond0: { members: ['dum0'] } } },
  ],
])("somebody else's neighbours on an interface that is off outlast %s", (_, before, after) => {
  const live = build(before)
  const plan = diff(lab(after), live)
  const model = new Model(live).run(plan.map(({ step }) => step))
  const there = before.neighbours?.map(({ dev, address }) => `${dev} ${address}`)
  expect(neighbours(model.state)).toEqual(there)
  model.run(plan.toReversed().flatMap((each): readonly Step[] => each.undo))
  expect(essence(model.state, { macs: true })).toEqual(essence(live, { macs: true }))
})
