/** The lines of words beside an interface, and the rest of the text that boxes are made of. */
import type { Layer, Mark, Point, Rect, TextStyle } from './drawing.js'
import { elide, textWidth } from './measure.js'
import type { Presence, SceneInterface, SceneNamespace } from './scene.js'
import type { Words } from './words.js'

/** Names longer than this are shortened in the middle; the kernel's own limit for interfaces is 15 bytes. */
const nameGlyphs = 18

/** Distance of two lines of a label. */
export const lineHeight = 16

export type Line = Omit<Mark, 'x' | 'y' | 'anchor'>

const line = (key: string, text: string, style: TextStyle, rest: Partial<Line> = {}): Line => ({
  key,
  text,
  style,
  layer: null,
  tone: style === 'ad' ? 'l3' : style === 'nm' || style === 'ns' ? 'text' : 'text2',
  presence: 'live',
  title: null,
  ...rest,
})

/** Name first, then addresses, then the words that say what is special. `wholeForeign`: its namespace says it for all. */
export function interfaceLines(each: SceneInterface, words: Words, wholeForeign = false): readonly Line[] {
  // The network behind the uplink is not ours to name: its box says what it is.
  if (each.kind === 'uplink') return []
  const name = elide(each.name, nameGlyphs)
  const lines = [line(`${each.id}/name`, name, 'nm', { title: name === each.name ? null : each.name })]
  for (const address of each.addresses)
    lines.push(line(`${each.id}/${address.text}`, address.text, 'ad', { layer: 3, presence: address.presence }))
  for (const [index, text] of remarks(each, words, wholeForeign).entries())
    lines.push(line(`${each.id}/remark${index}/${text}`, text, 'cp', { layer: each.master === null ? null : 2 }))
  return lines
}

/** Two lines at most: what is the matter with it, and whose it is. */
function remarks(each: SceneInterface, words: Words, wholeForeign: boolean): string[] {
  const bare = each.addresses.length === 0
  const standing: string[] = []
  if (each.share) {
    const { mode, parent } = each.share
    const on = parent.namespace === null ? parent.name : `${parent.namespace}:${parent.name}`
    standing.push(words.shareOn(each.kind, mode, on))
  }
  if (each.vlan) standing.push(words.vlanOn(each.vlan.id, each.vlan.parent))
  if (each.vrf !== undefined) standing.push(words.inVrf(each.vrf))
  if (each.bonding) standing.push(words.bondMode(each.bonding.mode, each.bonding.active))
  if (each.table !== undefined) standing.push(words.vrfTable(each.table))
  if (each.vlans && each.kind !== 'bridge') {
    const ids = (untagged: boolean): number[] =>
      (each.vlans ?? []).flatMap((vlan) => (vlan.untagged === untagged ? [vlan.id] : []))
    standing.push(words.vlans(ids(true), ids(false)))
  } else if (each.tunnel) standing.push(words.tunnel(each.tunnel.label, each.tunnel.remotes.join(', ') || null))
  else if (bare && each.kind !== 'bridge' && each.master !== null) standing.push(words.portNoAddress)
  else if (bare && each.bond !== undefined) standing.push(words.inBond(each.bond))
  else if (bare && !each.bonding && each.kind !== 'vrf' && (each.kind === 'bridge' || each.state !== 'planned'))
    standing.push(words.noAddress)
  if (each.state === 'down') standing.push(words.down)
  if (each.state === 'no-carrier') standing.push(words.noCarrier)
  const whose: string[] = []
  if (each.kind === 'bridge') whose.push(words.ownInterface)
  if (each.presence === 'planned' && each.state === 'planned' && bare && each.master === null && each.kind !== 'bridge')
    whose.push(words.notDeployed)
  if (each.presence === 'foreign' && !wholeForeign) whose.push(words.madeInTerminal)
  if (each.presence === 'leaving') whose.push(words.leaving)
  return [standing, whose].filter((parts) => parts.length > 0).map((parts) => parts.join(words.comma))
}

export const linesWidth = (lines: readonly Line[]): number =>
  Math.max(0, ...lines.map((each) => textWidth(each.text, each.style)))

/** Sets lines one under the other, the first baseline at `at`. */
export const setLines = (lines: readonly Line[], at: Point, anchor: Mark['anchor']): Mark[] =>
  lines.map((each, index) => ({ ...each, x: at.x, y: at.y + index * lineHeight, anchor }))

export const mark = (key: string, text: string, style: TextStyle, at: Point, rest: Partial<Mark> = {}): Mark => ({
  ...line(key, text, style),
  ...at,
  anchor: 'start',
  ...rest,
})

/** Where it is printed: from the top of its letters to a little below the base line. */
export function markRect({ text, style, anchor, x, y }: Pick<Mark, 'text' | 'style' | 'anchor' | 'x' | 'y'>): Rect {
  const width = textWidth(text, style)
  return { x: x - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0), y: y - 10, width, height: 12 }
}

/** The namespace's name, shortened so that a box stays a box. */
export function titleMark(each: SceneNamespace, at: Point, words: Words): Mark {
  const whole = each.role === 'outside' ? words.internet : each.name
  const text = elide(whole, nameGlyphs)
  return mark('title', text, 'ns', at, { tone: 'text', title: text === whole ? null : whole })
}

/** Routes shown before the rest is counted. */
const shownRoutes = 3

export function routeLines(
  each: SceneNamespace,
  words: Words,
): { text: string; presence: Presence; style: TextStyle }[] {
  if (each.role === 'outside') return [{ text: words.realNetwork, presence: 'live', style: 'cp' }]
  const lines: { text: string; presence: Presence; style: TextStyle }[] = each.routes
    .slice(0, shownRoutes)
    .map((route) => ({ ...route, style: 'cpm' }))
  const more = each.routes.length - shownRoutes
  if (more > 0) lines.push({ text: words.moreRoutes(more), presence: 'live', style: 'cp' })
  const connected = each.interfaces.some((item) => item.kind !== 'loopback')
  if (lines.length === 0 && each.role === 'edge' && !each.banded && connected)
    lines.push({ text: words.noDefaultRoute, presence: 'live', style: 'cp' })
  if (each.firewallRules > 0 && !each.banded)
    lines.push({ text: words.firewall(each.firewallRules), presence: 'live', style: 'cp' })
  return lines
}

export const layerOf = (style: TextStyle): Layer => (style === 'cpm' ? 3 : null)
