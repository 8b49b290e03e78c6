/** The graph's shapes as SVG, for the export: the same sizes and tokens as `graph-style.ts` gives to Cytoscape. */
import type { Element } from './elements.js'
import { pathData } from './path.js'

export interface Shape {
  readonly element: Element
  readonly name: 'rect' | 'circle' | 'polygon' | 'path'
  readonly attributes: Readonly<Record<string, string | number>>
}

const outline = { 'stroke-width': 1.75, fill: 'none' }
const hexagon = [
  [-16.5, 0],
  [-8.25, 14.3],
  [8.25, 14.3],
  [16.5, 0],
  [8.25, -14.3],
  [-8.25, -14.3],
] as const

export function graphShapes(elements: readonly Element[]): Shape[] {
  const order = { path: 0, stem: 0, cable: 1, bar: 2, router: 2, nat: 2, port: 3, namespace: 9, split: 9 }
  return [...elements].sort((a, b) => order[a.kind] - order[b.kind]).flatMap((element) => shapesOf(element))
}

function shapesOf(element: Element): Shape[] {
  const has = (name: string): boolean => element.classes.split(' ').includes(name)
  const planned = has('planned')
  const dash = (pattern: string): Record<string, string> => (planned ? { 'stroke-dasharray': pattern } : {})
  const shape = (name: Shape['name'], attributes: Shape['attributes']): Shape => ({ element, name, attributes })
  if (element.group === 'edges') {
    const d = pathData(element.points)
    if (element.kind === 'path')
      return [
        shape('path', {
          d,
          fill: 'none',
          stroke: 'var(--l3)',
          'stroke-width': 2,
          'stroke-linecap': 'round',
          'stroke-dasharray': '.5 5.5',
        }),
      ]
    if (has('tunnel'))
      return [
        shape('path', { d, fill: 'none', stroke: 'var(--l2)', 'stroke-width': 7 }),
        shape('path', { d, fill: 'none', stroke: 'var(--canvas)', 'stroke-width': 4 }),
      ]
    if (has('share'))
      return [shape('path', { d, fill: 'none', stroke: 'var(--l2)', 'stroke-width': 1.5, 'stroke-dasharray': '2 4' })]
    const stroke = has('silent') ? 'var(--text3)' : 'var(--l2)'
    return [shape('path', { d, fill: 'none', stroke, 'stroke-width': 2.5, ...dash('7 5') })]
  }
  const { x, y, width, height } = element
  const rect = { x: x - width / 2, y: y - height / 2, width, height }
  switch (element.kind) {
    case 'bar':
      return [
        shape('rect', {
          ...rect,
          rx: has('foreign') ? 0 : 7,
          ...outline,
          fill: 'var(--l2)',
          'fill-opacity': has('down') ? 0 : planned ? 0.06 : 0.2,
          stroke: 'var(--l2)',
          ...dash('5 4'),
        }),
      ]
    case 'router':
      return [
        shape('circle', {
          cx: x,
          cy: y,
          r: width / 2,
          ...outline,
          fill: 'var(--l3t)',
          stroke: 'var(--l3)',
          ...(has('off') ? { 'stroke-dasharray': '4 3.5' } : {}),
        }),
      ]
    case 'nat': {
      const points = hexagon.map(([dx, dy]) => `${x + dx},${y + dy}`).join(' ')
      return [
        shape('polygon', {
          points,
          ...outline,
          fill: planned ? 'none' : 'var(--natt)',
          ...(has('foreign') ? { 'stroke-dasharray': '1 2' } : {}),
          stroke: 'var(--nat)',
          'stroke-linejoin': 'round',
          ...dash('3 2.5'),
        }),
      ]
    }
    case 'port': {
      const hollow = planned || has('down') || has('no-carrier')
      const rx = has('tunnel') ? width / 2 : 3.5
      if (has('foreign')) {
        const d = `M${x} ${y - 10}L${x + 10} ${y}L${x} ${y + 10}L${x - 10} ${y}Z`
        return [shape('path', { d, ...outline, fill: hollow ? 'var(--canvas)' : 'var(--l2)', stroke: 'var(--l2)' })]
      }
      const ground = has('l2') ? 'var(--l2t)' : 'var(--canvas)'
      if (hollow)
        return [
          shape('rect', { ...rect, rx, ...outline, fill: 'var(--canvas)', stroke: 'var(--l2)', ...dash('3 2.5') }),
        ]
      return [
        shape('rect', {
          x: rect.x - 1.5,
          y: rect.y - 1.5,
          width: width + 3,
          height: height + 3,
          rx: rx + 1.5,
          fill: ground,
        }),
        shape('rect', { ...rect, rx, fill: 'var(--l2)' }),
      ]
    }
    default:
      return []
  }
}
