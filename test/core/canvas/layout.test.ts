import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { buildScene } from '../../../renderer/canvas/build-scene.js'
import { canvasWords } from '../../../renderer/canvas/canvas-words.js'
import type { Box, Drawing, Point, Rect } from '../../../renderer/canvas/drawing.js'
import { bounds } from '../../../renderer/canvas/elements.js'
import { homeOf, layOut, placesOf, type Places } from '../../../renderer/canvas/layout.js'
import { textWidth } from '../../../renderer/canvas/measure.js'
import { crosses } from '../../../renderer/canvas/path.js'
import { namespaceOf } from '../../../renderer/canvas/scene.js'
import { fitted } from '../../../renderer/canvas/viewport.js'
import { counted } from '../../support/counted.js'
import { bridged, lab, labB, labN, labR, labTwoBridges, labVxlan, line, mesh, star } from './fixtures/labs.js'
import { deployed, emptyLive } from './fixtures/live.js'

const words = canvasWords('en')
const draw = (wanted: Lab, previous: Places = {}): Drawing =>
  layOut(buildScene({ lab: wanted, live: deployed(wanted), standing: wanted }), {
    words,
    saved: wanted.layout,
    previous,
  })
const box = (drawing: Drawing, id: string): Box => {
  const found = drawing.boxes.find((each) => each.id === id)
  if (!found) throw new Error(`no box ${id}`)
  return found
}
const rect = ({ x, y, width, height }: Rect): number[] => [x, y, width, height]
const portX = (drawing: Drawing, id: string): number => {
  const owner = box(drawing, namespaceOf(id))
  return owner.x + (owner.ports.find((each) => each.id === id)?.x ?? NaN)
}

/** The labs that everybody opens first. */
const folder = new URL('../../../resources/labs/', import.meta.url)
const starters = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => {
      const { lab: parsed } = parseLabText(readFileSync(new URL(name, folder), 'utf8'), name)
      return parsed ? [[name.replace('.vethlab.yaml', ''), parsed] as const] : []
    }),
)

const all: Record<string, Lab> = {
  ...starters,
  N: labN,
  B: labB,
  R: labR,
  vxlan: labVxlan,
  'two bridges': labTwoBridges,
  'five bridges of 12': bridged(5, 12),
  'star of 5': star(5),
  'star of 100': star(100),
  'line of 20': line(20),
  'ring of 6': line(6, true),
  'mesh of 9': mesh(9),
}

describe.each(Object.entries(all))('%s', (_, wanted) => {
  const drawing = draw(wanted)

  test('draws every cable', () => {
    expect(drawing.cables.filter((cable) => cable.kind === 'veth')).toHaveLength(wanted.links.length)
  })

  test('no two boxes touch', () => {
    for (const [index, a] of drawing.boxes.entries())
      for (const b of drawing.boxes.slice(index + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
        expect(apart, `${a.id} and ${b.id}`).toBe(true)
      }
  })

  test('no cable runs through a box that it does not belong to', () => {
    for (const cable of drawing.cables)
      for (const other of drawing.boxes) {
        if (cable.ends.some((end) => namespaceOf(end) === other.id)) continue
        for (let at = 1; at < cable.points.length; at++)
          expect(
            crosses(cable.points[at - 1] as Rect, cable.points[at] as Rect, other),
            `${cable.id} through ${other.id}`,
          ).toBe(false)
      }
  })

  test('every cable starts and ends at its ports', () => {
    for (const cable of drawing.cables) {
      expect(cable.points[0]?.x).toBe(portX(drawing, cable.ends[0]))
      expect(cable.points.at(-1)?.x).toBe(portX(drawing, cable.ends[1]))
    }
  })

  test('every address is there in full, inside of the box that owns it', () => {
    for (const each of wanted.namespaces.values())
      for (const item of each.interfaces)
        for (const address of item.addresses) {
          const owner = box(drawing, each.name)
          const mark = owner.marks.find((candidate) => candidate.text === address)
          expect(mark, `${address} in ${each.name}`).toBeDefined()
          if (!mark) continue
          const width = textWidth(mark.text, mark.style)
          const left = mark.anchor === 'end' ? mark.x - width : mark.x
          expect(left).toBeGreaterThanOrEqual(0)
          expect(left + width).toBeLessThanOrEqual(owner.width)
        }
  })

  test('no cable runs through the words of its own box', () => {
    for (const cable of drawing.cables)
      for (const owner of drawing.boxes.filter(({ id }) => cable.ends.some((end) => namespaceOf(end) === id)))
        for (const { x, y, text, style, anchor, title } of owner.marks) {
          const width = textWidth(text, style)
          const left = owner.x + x - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0)
          // From the top of a letter to the base line.
          const at: Rect = { x: left, y: owner.y + y - 10, width, height: 10 }
          for (let point = 1; point < cable.points.length; point++)
            expect(
              crosses(cable.points[point - 1] as Point, cable.points[point] as Point, at),
              `${cable.id} through "${title ?? text}"`,
            ).toBe(false)
        }
  })

  test('ports sit on their border or on their bar', () => {
    for (const each of drawing.boxes)
      for (const port of each.ports) {
        const bar = each.bars.find((candidate) => candidate.id === port.bar)
        if (bar) {
          expect(port.y).toBe(bar.y + bar.height)
          expect(port.x).toBeGreaterThan(bar.x)
          expect(port.x).toBeLessThan(bar.x + bar.width)
        } else {
          const border = { top: port.y, bottom: each.height - port.y, left: port.x, right: each.width - port.x }
          expect(border[port.side]).toBe(0)
        }
      }
  })
})

test('what something grew into goes back to its place as soon as there is room again', () => {
  const scene = (wanted: Lab) => buildScene({ lab: wanted, live: deployed(wanted), standing: wanted })
  const gateway = (addresses: number): Lab =>
    lab(
      'gateway',
      {
        host: {
          bridges: {
            bridge0: {
              addresses: Array.from({ length: addresses }, (_, at) => `192.168.${at + 1}.1/24`),
              ports: ['veth1', 'veth3'],
            },
          },
        },
        ns0: { interfaces: { veth0: ['192.168.1.2/24'] } },
        ns1: { interfaces: { veth2: ['192.168.1.3/24'] } },
      },
      [
        ['ns0:veth0', 'host:veth1'],
        ['ns1:veth2', 'host:veth3'],
      ],
    )
  const first = layOut(scene(gateway(1)), { words })
  let [places, home] = [placesOf(first), homeOf({}, placesOf(first), {})]
  const grown = layOut(scene(gateway(9)), { words, previous: places, home })
  expect(box(grown, 'ns0').y).toBeGreaterThan(box(first, 'ns0').y)
  ;[places, home] = [placesOf(grown), homeOf(home, placesOf(grown), {})]
  const again = layOut(scene(gateway(1)), { words, previous: places, home })
  expect(placesOf(again)).toEqual(placesOf(first))
})

test('every bridge of many stands over what it switches, and the whole is about as wide as a screen', () => {
  const drawing = draw(bridged(5, 12))
  const host = box(drawing, 'host')
  const reach = host.bars.map(({ id, x, width }) => {
    const ports = host.ports.filter(({ bar }) => bar === id)
    expect(ports).toHaveLength(12)
    return { from: host.x + x, to: host.x + x + width }
  })
  for (const [index, bar] of reach.entries()) {
    const next = reach[index + 1]
    if (next) expect(bar.to).toBeLessThan(next.from)
    for (const leaf of drawing.boxes.filter(({ id }) => id.startsWith(`np${index}-`))) {
      expect(leaf.x + leaf.width).toBeGreaterThan(bar.from)
      expect(leaf.x).toBeLessThan(bar.to)
    }
  }
  const width = Math.max(...drawing.boxes.map((each) => each.x + each.width))
  const height = Math.max(...drawing.boxes.map((each) => each.y + each.height))
  expect(width / height).toBeLessThan(4)
})

test('N is drawn exactly as designed', () => {
  const drawing = draw(labN)
  expect(rect(box(drawing, 'host'))).toEqual([0, 0, 500, 266])
  expect(rect(box(drawing, 'ns0'))).toEqual([0, 326, 212, 84])
  expect(rect(box(drawing, 'ns1'))).toEqual([244, 326, 212, 84])
  expect(rect(box(drawing, 'internet'))).toEqual([604, 44, 176, 144])
  const host = box(drawing, 'host')
  expect(host.bands.map((band) => [band.layer, ...rect(band)])).toEqual([
    [3, 8, 36, 484, 120],
    [2, 8, 158, 484, 100],
  ])
  expect(host.bars).toMatchObject([{ x: 24, y: 184, width: 416, height: 28, stemX: 216 }])
  expect(host.router).toEqual({ x: 216, y: 100, on: true })
  expect(host.splits).toMatchObject([{ x: 216, y: 157, addressed: true }])
  expect(host.nats).toMatchObject([{ x: 420, y: 100 }])
  expect(drawing.cables.map((cable) => cable.points)).toEqual([
    [
      { x: 88, y: 212 },
      { x: 88, y: 326 },
    ],
    [
      { x: 332, y: 212 },
      { x: 332, y: 326 },
    ],
    [
      { x: 500, y: 100 },
      { x: 604, y: 100 },
    ],
  ])
})

test('R: the router stands between its subnets, all on one line', () => {
  const drawing = draw(labR)
  const [left, router, right] = ['ns0', 'ns-router', 'ns1'].map((id) => box(drawing, id)) as [Box, Box, Box]
  expect(left.x + left.width).toBeLessThan(router.x)
  expect(router.x + router.width).toBeLessThan(right.x)
  for (const cable of drawing.cables) expect(new Set(cable.points.map((point) => point.y)).size).toBe(1)
})

test('a bridge port hangs straight above its peer', () => {
  const drawing = draw(star(7))
  for (const cable of drawing.cables) expect(cable.points).toHaveLength(2)
})

test('two bridges never share a stem', () => {
  const stems = box(draw(labTwoBridges), 'host').splits.map((split) => split.x)
  expect(new Set(stems).size).toBe(2)
})

/** Where the canvas of a window of 1280x720 has its panels open. */
const smallCanvas = { width: 684, height: 412 }

test.each([
  // Two routers stand in one row whatever is free: it is read along a line.
  [4, 0.45, 1],
  [5, 0.55, 2],
  [6, 0.55, 2],
  [8, 0.42, 2],
  [10, 0.4, 3],
  [14, 0.27, 3],
])('a line of %i turns so that fit shows it as large as it can be', (count, zoom, rows) => {
  const { boxes } = draw(line(count))
  const left = Math.min(...boxes.map(({ x }) => x))
  const top = Math.min(...boxes.map(({ y }) => y))
  const bounds = {
    ...{ x: left, y: top },
    width: Math.max(...boxes.map(({ x, width }) => x + width)) - left,
    height: Math.max(...boxes.map(({ y, height }) => y + height)) - top,
  }
  expect(fitted(bounds, smallCanvas.width, smallCanvas.height).zoom).toBeGreaterThan(zoom)
  const starts = boxes.map(({ y }) => y).toSorted((a, b) => a - b)
  expect(starts.filter((y, index) => index === 0 || y - (starts[index - 1] ?? 0) > 100)).toHaveLength(rows)
})

test('a long line of routers turns back instead of running on', () => {
  const drawing = draw(line(20))
  const right = Math.max(...drawing.boxes.map((each) => each.x + each.width))
  const bottom = Math.max(...drawing.boxes.map((each) => each.y + each.height))
  expect(right / bottom).toBeLessThan(4)
})

test('places saved in the lab win', () => {
  const drawing = draw({ ...labN, layout: { ns1: { x: 700, y: 400 }, internet: { x: 604, y: -80 } } })
  expect(box(drawing, 'ns1')).toMatchObject({ x: 700, y: 400 })
  expect(box(drawing, 'internet')).toMatchObject({ x: 604, y: -80 })
})

test('a namespace dragged beside the host is plugged in from its side', () => {
  const drawing = draw({ ...labR, layout: { ns1: { x: 360, y: 400 } } })
  expect(box(drawing, 'ns1').ports[0]?.side).toBe('top')
})

test('a new namespace moves no other', () => {
  const five = draw(star(5))
  const six = draw(star(6), placesOf(five))
  for (const before of five.boxes) expect(box(six, before.id)).toMatchObject({ x: before.x, y: before.y })
})

test('a new namespace beside a far network leaves it where it is and bends its cable', () => {
  const before = draw(labN)
  const host = labN.namespaces.get('host')
  const wanted = lab(
    'grown',
    {
      host: {
        forwarding: true,
        bridges: { bridge0: { addresses: ['192.168.1.1/24'], ports: ['veth1', 'veth3', 'veth5'] } },
        interfaces: { eth0: ['172.16.0.157/16'] },
        nat: [...(host?.nat ?? [])],
      },
      ns0: { interfaces: { veth0: ['192.168.1.2/24'] }, routes: ['default via 192.168.1.1'] },
      ns1: { interfaces: { veth2: ['192.168.1.3/24'] }, routes: ['default via 192.168.1.1'] },
      internet: { interfaces: { wan0: ['172.16.0.1/16'], lo: ['203.0.113.10/24'] } },
      ns2: { interfaces: { veth4: ['192.168.1.4/24'] }, routes: ['default via 192.168.1.1'] },
    },
    [
      ['ns0:veth0', 'host:veth1'],
      ['ns1:veth2', 'host:veth3'],
      ['host:eth0', 'internet:wan0'],
      ['ns2:veth4', 'host:veth5'],
    ],
  )
  const after = draw(wanted, placesOf(before))
  for (const each of before.boxes) expect(box(after, each.id)).toMatchObject({ x: each.x, y: each.y })
  const edge = box(after, 'host')
  expect(edge.x + edge.width).toBeLessThan(box(after, 'internet').x)
  expect(after.cables.find((cable) => cable.ends.includes('ns2:veth4'))?.points.length).toBeGreaterThan(2)
})

test('a grid keeps its lanes when one of its namespaces grows', () => {
  const before = draw(star(20))
  const grown = star(20)
  const bigger = {
    ...grown,
    namespaces: new Map(
      [...grown.namespaces].map(([name, each]) => [
        name,
        name !== 'ns3'
          ? each
          : {
              ...each,
              interfaces: each.interfaces.map((item) =>
                item.kind === 'veth' ? { ...item, addresses: [...item.addresses, '10.9.0.1/16'] } : item,
              ),
            },
      ]),
    ),
  }
  const after = draw(bigger, placesOf(before))
  for (const each of before.cables.filter((cable) => !cable.id.includes('ns3:')))
    expect(after.cables.find((cable) => cable.id === each.id)?.points).toEqual(each.points)
})

test('the work of a layout grows with the namespaces and no faster', () => {
  const workPerNode = (count: number): number => {
    const scene = counted(buildScene({ lab: star(count), live: deployed(star(count)) }))
    layOut(scene.value, { words })
    return scene.looks() / count
  }
  expect(workPerNode(400)).toBeLessThan(1.3 * workPerNode(100))
})

test('long names are shortened in the middle and kept whole in the title', () => {
  const name = 'a-very-long-namespace-name-0001'
  const wanted = lab('long', { [name]: { interfaces: { eth0: ['10.0.0.1/24'] } } }, [])
  const title = box(draw(wanted), name).marks.find((mark) => mark.key === 'title')
  expect(title?.text).toBe('a-very-lo…ame-0001')
  expect(title?.title).toBe(name)
})

/** `count` switches one behind the other, each with a namespace plugged in. */
function daisyChain(count: number): Lab {
  const at = Array.from({ length: count }, (_, index) => index)
  return lab(
    'daisy',
    {
      ...Object.fromEntries(
        at.map((n) => [
          `s${n}`,
          { bridges: { br0: { ports: ['up', 'down', 'leaf'].filter((p) => p !== 'up' || n > 0) } } },
        ]),
      ),
      ...Object.fromEntries(at.map((n) => [`n${n}`, { interfaces: { eth0: [`10.0.${n}.1/16`] } }])),
    },
    at.flatMap((n): [string, string][] => [
      [`s${n}:leaf`, `n${n}:eth0`],
      ...(n > 0 ? ([[`s${n - 1}:down`, `s${n}:up`]] as [string, string][]) : []),
    ]),
  )
}

test.each([
  ['switches one behind the other', daisyChain(150)],
  ['a line of 300', line(300)],
  ['a star of 300', star(300)],
])('%s have about the proportions of a screen', (_, wanted) => {
  const { boxes } = draw(wanted)
  const width = Math.max(...boxes.map(({ x, width: own }) => x + own)) - Math.min(...boxes.map(({ x }) => x))
  const height = Math.max(...boxes.map(({ y, height: own }) => y + own)) - Math.min(...boxes.map(({ y }) => y))
  expect(width / height).toBeGreaterThan(1)
  expect(width / height).toBeLessThan(3.5)
  const sorted = boxes.toSorted((a, b) => a.x - b.x)
  for (const [index, a] of sorted.entries())
    for (const b of sorted.slice(index + 1)) {
      if (b.x >= a.x + a.width) break
      expect(b.y >= a.y + a.height || a.y >= b.y + b.height, `${a.id} and ${b.id} lie on each other`).toBe(true)
    }
})

test('a host that only lends its name to a new cable comes where the picture stays as large as it was', () => {
  const before = draw(labR)
  const live = deployed(labR)
  const host = emptyLive('host', 1)
  const [lo] = host.links
  if (!lo) throw new Error('no lo')
  const end = (index: number, peer: number) => ({
    ...lo,
    index,
    name: `veth${index}`,
    kind: 'veth',
    peer: { namespace: 'host', index: peer },
  })
  const grown = layOut(
    buildScene({
      lab: labR,
      live: { ...live, namespaces: [...live.namespaces, { ...host, links: [lo, end(7, 8), end(8, 7)] }] },
      standing: labR,
    }),
    { words, previous: placesOf(before) },
  )
  expect(grown.boxes.map(({ id }) => id)).toContain('host')
  // Beside the row it would be two thirds of that.
  const zoom = ({ boxes }: Drawing): number => fitted(bounds({ boxes, cables: [] }), 720, 464).zoom
  expect(zoom(grown)).toBeCloseTo(zoom(before), 2)
})

test('under a hexagon each rule says which interface it is bound to, and those without room are counted', () => {
  const natted = (ports: readonly number[]): readonly string[] => {
    const published = ports.map((port) => `{ dnat: { protocol: tcp, port: ${port} }, in: br0, to: "10.1.0.2:80" }`)
    const { lab: wanted } = parseLabText(
      `vethlab: 1
name: natted
namespaces:
  gw:
    forwarding: true
    bridges: { br0: { addresses: [10.1.0.1/24], ports: [p0] } }
    interfaces: { up0: { addresses: [10.2.0.1/24] } }
    nat: [{ masquerade: 10.1.0.0/24, out: up0 }, ${published.join()}]
  pc: { interfaces: { e0: { addresses: [10.1.0.2/24] } } }
  far: { interfaces: { e0: { addresses: [10.2.0.2/24] } } }
links: [['gw:p0', 'pc:e0'], ['gw:up0', 'far:e0']]
`,
      'natted',
    )
    if (!wanted) throw new Error('no lab')
    return box(draw(wanted), 'gw')
      .marks.map(({ text }) => text)
      .filter((text) => /^MASQ|^DNAT|^\+|→|^10\.1\.0\.0/.test(text))
  }
  const head = ['MASQUERADE', '10.1.0.0/24', 'DNAT', 'br0: tcp 80 → 10.1.0.2:80']
  expect(natted([80])).toEqual(head)
  expect(natted([80, 81, 82])).toEqual([...head, 'br0: tcp 81 → 10.1.0.2:80', 'br0: tcp 82 → 10.1.0.2:80'])
  expect(natted([80, 81, 82, 83])).toEqual([...head, 'br0: tcp 81 → 10.1.0.2:80', '+2'])
})
