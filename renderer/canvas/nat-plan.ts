/** NAT rules gathered by the interface whose path they sit on: one hexagon each. */
import type { Mark, Point, Side } from './drawing.js'
import { mark } from './label.js'
import { textWidth } from './measure.js'
import type { Presence, SceneInterface, SceneNamespace, SceneNat } from './scene.js'

/** Lines under a hexagon; how many rules more there are is said below them, and the inspector has them. */
const shownLines = 6
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

/** The target over those rules in a row that have it; a rule that is bound to another interface says to which. */
function linesOf(rules: readonly SceneNat[], at: string): readonly NatLine[] {
  const lines: NatLine[] = []
  for (const [index, rule] of rules.entries()) {
    const { target, dev, detail, presence } = rule
    const heads = target === rules[index - 1]?.target ? 0 : 1
    const isLast = index === rules.length - 1
    if (lines.length + heads + (isLast ? 1 : 2) > shownLines) {
      lines.push({ text: `+${rules.length - index}`, style: 'cpm', presence: 'live' })
      break
    }
    if (heads > 0) lines.push({ text: target, style: 'nat', presence })
    lines.push({ text: dev === null || dev === at ? detail : `${dev}: ${detail}`, style: 'cpm', presence })
  }
  return lines
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
    // A rule without an interface that is drawn works on the first way out as well as on any; it is drawn once.
    const rules = each.nat.filter(
      (nat) =>
        nat.dev === item.name || (!sided.some((other) => other.item.name === nat.dev) && item === sided[0]?.item),
    )
    if (rules.length === 0) continue
    // In a namespace that is itself planned, its outline says so for all of it.
    const shown = linesOf(rules, item.name).map((line) =>
      each.presence === 'planned' ? { ...line, presence: 'live' as const } : line,
    )
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
