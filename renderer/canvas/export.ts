/** The whole picture as one file: the two SVG layers as they are, and between them the graph, drawn again as SVG. */
import sheet from './canvas.css?inline'
import type { Drawing, Rect } from './drawing.js'
import { bounds, boxElements, cableElement, type Element } from './elements.js'
import { fontFaces } from './font-faces.js'
import { graphShapes } from './graph-svg.js'

export interface Layers {
  readonly drawing: Drawing
  readonly notes: readonly Rect[]
  /** The two layers' elements, each around one `svg`. */
  readonly under: HTMLElement
  readonly over: HTMLElement
  /** Where the theme's tokens are in force. */
  readonly root: HTMLElement
  readonly isDrained: (element: Element) => boolean
}

/** Air around the picture, in canvas units. */
const margin = 32
const svgNamespace = 'http://www.w3.org/2000/svg'

const tokens = (root: HTMLElement): string => {
  const names = [
    'sans',
    'mono',
    'canvas',
    'panel',
    'raised',
    'node',
    'host',
    'line',
    'line2',
    'line3',
    'text',
    'text2',
    'text3',
    'ink',
    'on-hue',
    'l2',
    'l3',
    'nat',
    'natf',
    'bad',
    'l2t',
    'l3t',
    'natt',
  ]
  const style = getComputedStyle(root)
  return `.drawing{${names.map((name) => `--${name}:${style.getPropertyValue(`--${name}`)}`).join(';')}}`
}

/** Copies the layers before it waits for anything: what is drawn may change after that. */
export async function exportSvg({ drawing, notes, under, over, root, isDrained }: Layers): Promise<string> {
  const area = bounds(drawing, notes)
  const view = {
    x: area.x - margin,
    y: area.y - margin,
    width: area.width + 2 * margin,
    height: area.height + 2 * margin,
  }
  const document_ = document.implementation.createDocument(svgNamespace, 'svg', null)
  const svg = document_.documentElement
  svg.setAttribute('viewBox', `${view.x} ${view.y} ${view.width} ${view.height}`)
  svg.setAttribute('width', String(view.width))
  svg.setAttribute('height', String(view.height))
  // The layer filter is part of what is seen, the distance is not.
  svg.setAttribute('class', ['drawing', ...[...root.classList].filter((name) => name.startsWith('only-'))].join(' '))
  const add = (
    name: string,
    attributes: Readonly<Record<string, string | number>>,
    parent: globalThis.Element = svg,
  ): globalThis.Element => {
    const element = document_.createElementNS(svgNamespace, name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
    parent.append(element)
    return element
  }
  const style = add('style', {})
  add('rect', { ...view, fill: 'var(--canvas)' })
  const copy = (layer: HTMLElement): void => {
    const group = add('g', {})
    for (const child of layer.querySelector('svg')?.children ?? []) {
      const clone = document_.importNode(child, true)
      for (const passing of clone.querySelectorAll('.news, .far')) passing.remove()
      if (!clone.classList.contains('ring')) group.append(clone)
    }
  }
  copy(under)
  const elements = [...drawing.cables.map(cableElement), ...drawing.boxes.flatMap(boxElements)]
  const group = add('g', {})
  for (const shape of graphShapes(elements)) {
    const parent = isDrained(shape.element) ? add('g', { class: 'drained' }, group) : group
    add(shape.name, shape.attributes, parent)
  }
  copy(over)
  style.textContent = (await fontFaces(svg.textContent ?? '')) + tokens(root) + sheet
  return new XMLSerializer().serializeToString(document_)
}

export async function exportPng(layers: Layers, scale: number): Promise<Blob> {
  const text = await exportSvg(layers)
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  // Browsers refuse canvases beyond about 16 000 pixels a side.
  const fitting = Math.min(scale, 16_000 / Math.max(image.naturalWidth, image.naturalHeight))
  canvas.width = Math.round(image.naturalWidth * fitting)
  canvas.height = Math.round(image.naturalHeight * fitting)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser gives no 2d canvas')
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be encoded as PNG'))),
      'image/png',
    ),
  )
}
