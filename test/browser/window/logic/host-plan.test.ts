/** What the window says of a lab on this machine before root has looked, and how it sorts what root says. */
import { describe, expect, test } from 'vitest'
import { parseLabText } from '../../../../electron/core/lab/parse.js'
import { normalise } from '../../../../electron/core/lab/normalise.js'
import type { Lab } from '../../../../electron/core/lab/lab.js'
import { isOnMachine } from '../../../../electron/core/host/on-machine.js'
import { groupPlan } from '../../../../renderer/dialogs/host/plan-groups.js'
import { previewEdit, previewOnHost } from '../../../../renderer/state/host-preview.js'
import { throughUplink } from '../../elevated/host-window.js'

function load(text: string): Lab {
  const { labFile } = parseLabText(text, 'lab')
  if (!labFile) throw new Error('no lab')
  return normalise(labFile)
}
const lab = load(throughUplink)
const texts = (plan: readonly { readonly text: string }[]): string[] => plan.map(({ text }) => text)

describe('the preview', () => {
  test('makes no uplink, names none, marks its rules, and leaves lo alone', () => {
    const commands = texts(previewOnHost(lab))
    expect(commands.filter((text) => /\beth0\b/.test(text))).toEqual([])
    expect(commands).toContain(
      'iptables -t nat -A POSTROUTING -s 192.168.77.0/24 -o uplink -m comment --comment vethlab:through-uplink -j MASQUERADE',
    )
    expect(commands).not.toContain('ip link set lo up')
    expect(commands.filter((text) => /address [0-9a-f:]{17}/.test(text))).toEqual([])
  })

  test('of an edit is what changes: nothing, an addition, a removal', () => {
    expect(previewEdit(lab, lab)).toEqual([])
    const more = load(throughUplink.replace('192.168.77.1/24]', '192.168.77.1/24, 10.9.9.1/24]'))
    expect(texts(previewEdit(more, lab))).toEqual(['ip addr add 10.9.9.1/24 dev lab0'])
    expect(texts(previewEdit(lab, more))).toEqual(['ip addr del 10.9.9.1/24 dev lab0'])
  })
})

test('a plan is sorted by what it touches, and no command is lost', () => {
  const plan = previewOnHost(lab).map(({ step, text }) => ({
    ...{ namespace: step.namespace, text, undo: [] },
    onHost: isOnMachine(step),
  }))
  const { onHost, inside } = groupPlan(plan)
  expect(onHost.map(({ name }) => name)).toEqual(['namespaces', 'links', 'addresses', 'settings', 'rules'])
  expect([...onHost.flatMap(({ lines }) => texts(lines)), ...texts(inside)].sort()).toEqual(texts(plan).sort())
  for (const { text } of inside) expect(text).toMatch(/ns0/)
  // A cable is one of the machine's interfaces where either end is, whichever it is made from.
  expect(inside.filter(({ text }) => text.includes('link add'))).toEqual([])
})
