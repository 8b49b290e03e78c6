import { expect, test } from 'vitest'
import { aligned, distributed, tidied } from '../../../renderer/canvas/align.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { stampOf } from '../../../electron/core/change/stamps.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import { touch } from '../../../renderer/canvas/push-apart.js'

const boxes = new Map([
  ['a', { x: 0, y: 10, width: 100, height: 50 }],
  ['b', { x: 300, y: 0, width: 60, height: 90 }],
  ['c', { x: 130, y: 200, width: 200, height: 40 }],
])

test('boxes in line have the line of the frame in common, and keep the other place', () => {
  expect([...aligned(boxes, 'left').values()].map(({ x }) => x)).toEqual([0, 0, 0])
  expect([...aligned(boxes, 'right').values()].map(({ x }) => x)).toEqual([260, 300, 160])
  expect([...aligned(boxes, 'centre').values()].map(({ x }) => x)).toEqual([130, 150, 80])
  expect([...aligned(boxes, 'bottom').values()].map(({ y }) => y)).toEqual([190, 150, 200])
  expect([...aligned(boxes, 'top').values()]).toEqual([
    { x: 0, y: 0 },
    { x: 300, y: 0 },
    { x: 130, y: 0 },
  ])
})

test('between boxes that are distributed is the same room, and the outermost stay', () => {
  const found = distributed(boxes, 'y')
  const inOrder = ['a', 'b', 'c'].map((id) => ({ y: found.get(id)?.y ?? 0, height: boxes.get(id)?.height ?? 0 }))
  const [first, second, third] = inOrder.toSorted((a, b) => a.y - b.y)
  if (!first || !second || !third) throw new Error('three boxes')
  expect(second.y - first.y - first.height).toBeCloseTo(third.y - second.y - second.height, 0)
  expect(Math.max(...inOrder.map(({ y, height }) => y + height))).toBe(240)
})

test('what is tidied lies on nothing: neither on itself nor on what stays', () => {
  const { lab } = parseLabText(createLabText(stampOf('lan', 4)), '')
  if (!lab) throw new Error('no lab')
  const names = [...lab.namespaces.keys()].filter((name) => name !== 'host')
  const heap = new Map(names.map((name) => [name, { x: 5, y: 5, width: 212, height: 84 }]))
  const stays = [{ x: 0, y: 100, width: 300, height: 60 }]
  const found = tidied(heap, stays, lab, 'en')
  const stations = [0, 1, 2, 3].map((number) => found.get(`ns${number}`)?.y)
  expect(new Set(stations).size).toBe(1)
  expect(found.get('sw0')?.y).toBeLessThan(stations[0] ?? 0)
  expect([...found.keys()].toSorted()).toEqual(names.toSorted())
  const drawn = [...found.values()].map((place) => ({ ...place, width: 212, height: 84 }))
  for (const [index, box] of drawn.entries())
    for (const other of [...drawn.slice(index + 1), ...stays]) expect(touch(box, other)).toBe(false)
})
