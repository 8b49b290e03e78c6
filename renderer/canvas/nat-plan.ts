/** NAT rules gathered by the interface whose path they sit on: one hexagon each. */
import type { Mark, Point, Side } from './drawing.js'
import { mark } from './label.js'
import { textWidth } from './measure.js'
import type { Presence, SceneInterface, SceneNamespace } from './scene.js'

/** Lines under a hexagon; more rules are in the inspector. */
const shownLines = 4
const natLineHeight = 15

interface NatLine {
  readonly text: string
  readonly style: 'nat' | 'cpm'
  readonly presence: Presence
}

export interface NatPlan {
  readonly id: string
  readonly interface: string
  readonly side: Side
  readonly presence: Presence
  readonly lines: readonly NatLine[]
  readonly width: number
  readonly marks: (at: Point) => Mark[]
}

interface SideItems {
  readonly tops: readonly SceneInterface[]
  readonly rights: readonly SceneInterface[]
  readonly bottoms: readonly SceneInterface[]
  readonly lefts: readonly SceneInterface[]
}

export function planNats(each: SceneNamespace, items: SideItems): NatPlan[] {
  const sided = [
    ...items.rights.map((item) => ({ item, side: 'right' as Side })),
    ...items.lefts.map((item) => ({ item, side: 'left' as Side })),
    ...items.bottoms.map((item) => ({ item, side: 'bottom' as Side })),
    ...items.tops.map((item) => ({ item, side: 'top' as Side })),
  ].filter(({ item }) => item.kind !== 'loopback')
  const plans: NatPlan[] = []
  for (const { item, side } of sided) {
    // A rule without an interface works on all of them; it is drawn once, on the first way out.
    const rules = each.nat.filter(
      (nat) =>
        nat.dev === item.name || (!sided.some((other) => other.item.name === nat.dev) && item === sided[0]?.item),
    )
    if (rules.length === 0) continue
    const lines: NatLine[] = []
    for (const [index, rule] of rules.entries()) {
      if (index === 0 || rule.target !== rules[index - 1]?.target)
        lines.push({ text: rule.target, style: 'nat', presence: rule.presence })
      lines.push({ text: rule.detail, style: 'cpm', presence: rule.presence })
    }
    // In a namespace that is itself planned, its outline says so for all of it.
    const shown = lines
      .slice(0, shownLines)
      .map((line) => (each.presence === 'planned' ? { ...line, presence: 'live' as const } : line))
    const vertical = side === 'top' || side === 'bottom'
    plans.push({
      id: `${item.id}/nat`,
      interface: item.id,
      side,
      presence: rules.every((rule) => rule.presence === 'planned')
        ? 'planned'
        : (rules.find((rule) => rule.presence !== 'planned')?.presence ?? 'live'),
      lines: shown,
      width: Math.max(...shown.map((line) => textWidth(line.text, line.style))),
      marks: (at) =>
        shown.map((line, index) =>
          mark(
            `${item.id}/nat/${line.text}`,
            line.text,
            line.style,
            {
              x: vertical ? at.x + 26 : side === 'left' ? at.x - 26 : at.x + 26,
              y: (vertical ? at.y - 2 : at.y + 34) + index * natLineHeight,
            },
            {
              anchor: vertical || side === 'left' ? 'start' : 'end',
              layer: 3,
              tone: line.style === 'nat' ? 'nat' : 'text2',
              presence: line.presence,
            },
          ),
        ),
    })
  }
  return plans
}
