/** The design's shapes in Cytoscape's words, with the colours of the theme in use. */
import type { StylesheetJson } from 'cytoscape'

const tokenNames = ['canvas', 'host', 'raised', 'l2', 'l3', 'nat', 'l2t', 'l3t', 'natt', 'text3', 'ink'] as const
export type Tokens = Readonly<Record<(typeof tokenNames)[number], string>>

/** Reads the tokens where the canvas stands; the style sheet is the one place that has their values. */
export function readTokens(element: HTMLElement): Tokens {
  const style = getComputedStyle(element)
  return Object.fromEntries(tokenNames.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Tokens
}

/** Drawing order: paths under glyphs, cables under ports. */
const order = { path: 1, cable: 2, glyph: 3, port: 4 }

export function graphStyle(c: Tokens): StylesheetJson {
  return [
    { selector: '*', style: { 'z-index-compare': 'manual', events: 'yes' } },
    // With the default `background-image: none`, 3.34 counts an image that is never drawn, and computes the style of every
    // node anew in every frame (drawNode, `_p.backgrounding`). An empty list has no such image.
    {
      selector: 'node',
      style: {
        width: 'data(width)',
        height: 'data(height)',
        'background-image': [],
        'overlay-opacity': 0,
        'border-width': 0,
      },
    },
    // Drawn as SVG: here it is only found by the pointer. No compound, whose order and bounds are found anew with every change.
    { selector: 'node.namespace', style: { opacity: 0, shape: 'rectangle', 'z-index': 0 } },
    { selector: 'node.split', style: { 'background-opacity': 0, shape: 'rectangle', 'z-index': order.glyph } },
    {
      selector: 'node.bar',
      style: {
        shape: 'round-rectangle',
        'corner-radius': '7px',
        'background-color': c.l2,
        'background-opacity': 0.2,
        'border-width': 1.75,
        'border-color': c.l2,
        'z-index': order.glyph,
      },
    },
    { selector: 'node.bar.down', style: { 'background-opacity': 0 } },
    {
      selector: 'node.router',
      style: {
        shape: 'ellipse',
        'background-color': c.l3t,
        'border-width': 1.75,
        'border-color': c.l3,
        'z-index': order.glyph,
      },
    },
    { selector: 'node.router.off', style: { 'border-style': 'dashed', 'border-dash-pattern': [4, 3.5] } },
    {
      selector: 'node.nat',
      style: {
        shape: 'hexagon',
        'background-color': c.natt,
        'border-width': 1.75,
        'border-color': c.nat,
        'border-join': 'round',
        'z-index': order.glyph,
      },
    },
    {
      selector: 'node.port',
      style: {
        shape: 'round-rectangle',
        'corner-radius': '3.5px',
        'background-color': c.l2,
        'outline-width': 1.5,
        'outline-color': c.canvas,
        'outline-offset': 0,
        'z-index': order.port,
      },
    },
    { selector: 'node.port.l2', style: { 'outline-color': c.l2t } },
    { selector: 'node.port.tunnel', style: { shape: 'ellipse' } },
    {
      selector: 'node.port.down, node.port.no-carrier, node.port.planned',
      style: { 'background-color': c.canvas, 'border-width': 1.75, 'border-color': c.l2, 'outline-width': 0 },
    },
    // What only the kernel has: no outline of the file's shapes.
    { selector: 'node.port.foreign', style: { shape: 'diamond', width: 20, height: 20 } },
    { selector: 'node.bar.foreign', style: { shape: 'cut-rectangle' } },
    { selector: 'node.nat.foreign', style: { 'border-style': 'dotted' } },
    {
      selector: 'node.port.planned, node.bar.planned, node.nat.planned',
      style: { 'border-style': 'dashed', 'border-dash-pattern': [3, 2.5] },
    },
    { selector: 'node.bar.planned', style: { 'background-opacity': 0.06, 'border-dash-pattern': [5, 4] } },
    { selector: 'node.nat.planned', style: { 'background-opacity': 0 } },
    {
      selector: 'edge',
      style: {
        'curve-style': 'straight',
        'source-endpoint': 'data(source_endpoint)',
        'target-endpoint': 'data(target_endpoint)',
        'overlay-opacity': 0,
        'line-color': c.l2,
        width: 2.5,
      },
    },
    {
      selector: 'edge.bent',
      style: {
        'curve-style': 'round-segments',
        'edge-distances': 'endpoints',
        'segment-weights': 'data(weights)',
        'segment-distances': 'data(distances)',
        'segment-radii': [16],
        'radius-type': 'arc-radius',
      },
    },
    { selector: 'edge.cable', style: { 'z-index': order.cable } },
    { selector: 'edge.cable.planned', style: { 'line-style': 'dashed', 'line-dash-pattern': [7, 5] } },
    { selector: 'edge.cable.silent', style: { 'line-color': c.text3 } },
    // A tunnel is no wire: a hollow pipe through the network that carries it.
    {
      selector: 'edge.cable.tunnel',
      style: {
        width: 4,
        'line-color': c.canvas,
        'line-outline-width': 1.5,
        'line-outline-color': c.l2,
        'line-style': 'solid',
      },
    },
    // Nor is what shares the cable of another namespace's interface: it has none of its own.
    {
      selector: 'edge.cable.share',
      style: { width: 1.5, 'line-style': 'dashed', 'line-dash-pattern': [2, 4] },
    },
    { selector: 'edge.stem', style: { 'z-index': order.path } },
    {
      selector: 'edge.path',
      style: {
        'line-color': c.l3,
        width: 2,
        'line-style': 'dashed',
        'line-dash-pattern': [0.5, 5.5],
        'line-cap': 'round',
        events: 'no',
        'z-index': order.path,
      },
    },
    { selector: 'node.bar.drained', style: { 'background-color': c.text3, 'border-color': c.text3 } },
    { selector: 'node.router.drained', style: { 'background-color': c.raised, 'border-color': c.text3 } },
    { selector: 'node.nat.drained', style: { 'background-color': c.raised, 'border-color': c.text3 } },
    { selector: 'node.port.drained', style: { 'background-color': c.text3, 'border-color': c.text3 } },
    { selector: 'node.port.drained.l2', style: { 'outline-color': c.raised } },
    {
      selector: 'node.port.drained.down, node.port.drained.no-carrier, node.port.drained.planned',
      style: { 'background-color': c.canvas },
    },
    { selector: 'edge.drained', style: { 'line-color': c.text3 } },
    { selector: 'edge.cable.tunnel.drained', style: { 'line-color': c.canvas, 'line-outline-color': c.text3 } },
  ] as unknown as StylesheetJson
}
