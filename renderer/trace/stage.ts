/** What of a film is on the canvas at one moment: a pure function of the player's place. */
import type { Point } from '../canvas/drawing.js'
import { easeOnWire } from './ease.js'
import type { Film } from './film.js'
import { lengthOf, lineData, slice } from './line.js'
import { capsuleOf, type Capsule } from './packet-changes.js'
import type { PlacedFilm, PlacedHop } from './way.js'

export interface ActorState {
  readonly n: number
  readonly at: Point
  readonly capsule: Capsule
  /** Dots behind it, the nearest first. */
  readonly trail: readonly Point[]
  /** `waits`: it is not its turn, but it will go on. `dies`: it fades where it was dropped. */
  readonly state: 'moves' | 'waits' | 'dies' | 'appears'
}

export interface BadgeState {
  readonly n: number
  readonly at: Point
  readonly played: boolean
  readonly current: boolean
  readonly observed: boolean
}

export interface StageState {
  /** SVG path data: all of the packet's way, and the part that it has gone. */
  readonly track: string
  readonly ink: string
  readonly actors: readonly ActorState[]
  readonly badges: readonly BadgeState[]
}

export interface Moment {
  readonly step: number
  /** 0..1 of the way to the step's place. */
  readonly progress: number
  /** Number of the hop that is looked at. */
  readonly hop: number
}

/** Distance between the dots of the trail, and from the capsule's middle to the first (px). */
const trailPitch = 11
const trailStart = 30

export function stageAt(film: Film, placed: PlacedFilm, { step, progress, hop }: Moment): StageState {
  const journey = film.byNumber.get(hop)?.journey ?? hop
  const own = [...placed.hops.values()].filter((each) => each.film.journey === journey)
  const isPlayed = (each: PlacedHop): boolean => each.film.step < step || (each.film.step === step && progress >= 1)
  const ink: string[] = []
  for (const each of own) {
    if (!each.travel || each.film.step > step) continue
    const line = isPlayed(each) ? each.travel : slice(each.travel, 0, goneOf(each, progress))
    ink.push(lineData(line, placed.holes))
  }
  return {
    track: own.map(({ way }) => (way ? lineData(way) : '')).join(''),
    ink: ink.join(''),
    actors: actorsAt(film, placed, step, progress),
    badges: own
      .filter((each) => hasBadge(each, hop, film))
      .map((each) => ({
        n: each.film.hop.n,
        at: each.film.hop.n === hop ? besideCapsule(each) : each.badge,
        played: isPlayed(each),
        current: each.film.hop.n === hop,
        observed: each.film.hop.observed,
      })),
  }
}

/** Half of the capsule and of the ring around the number that is looked at, with their casings (px). */
const together = { x: 21 + 17, y: 13 + 17 } as const

/** The packet rests at the hop that is looked at: its number stands beside it, not behind it. */
function besideCapsule({ badge, rest }: PlacedHop): Point {
  const [dx, dy] = [badge.x - rest.x, badge.y - rest.y]
  if (Math.abs(dx) >= together.x || Math.abs(dy) >= together.y) return badge
  // The shorter way out.
  return together.x - Math.abs(dx) < together.y - Math.abs(dy)
    ? { x: rest.x + Math.sign(dx || -1) * together.x, y: badge.y }
    : { x: badge.x, y: rest.y + Math.sign(dy || -1) * together.y }
}

/** An end stands where the last frame was captured: one of the two is numbered there, the other when it is looked at. */
function hasBadge({ film: { hop: own, from } }: PlacedHop, looked: number, film: Film): boolean {
  const ends = (n: number): boolean => {
    const event = film.byNumber.get(n)?.hop.event
    return event === 'delivered' || event === 'dropped'
  }
  if (own.packet === null) return false
  if (ends(own.n)) return own.n === looked || from === null
  return !(film.byNumber.get(looked)?.from === own.n && ends(looked))
}

const goneOf = (each: PlacedHop, progress: number): number =>
  each.travel ? lengthOf(each.travel) * (each.medium === 'wire' ? easeOnWire(progress) : progress) : 0

function actorsAt(film: Film, placed: PlacedFilm, step: number, progress: number): ActorState[] {
  const actors: ActorState[] = []
  for (const each of placed.hops.values()) {
    const { film: filmed, travel } = each
    const { n, event, packet } = filmed.hop
    if (packet === null) continue
    const capsule = capsuleOf(film, progress < 1 && filmed.step === step ? (filmed.from ?? n) : n)
    if (filmed.step === step) {
      const gone = goneOf(each, progress)
      const at = travel && progress < 1 ? (slice(travel, gone, gone + 1)[0] ?? each.rest) : each.rest
      const trail: Point[] = []
      if (travel && progress < 1)
        for (let dot = 0; dot < 3; dot++) {
          const [point] = slice(travel, gone - trailStart - dot * trailPitch, gone)
          if (gone - trailStart - dot * trailPitch > 0 && point) trail.push(point)
        }
      const state = event === 'dropped' && progress >= 1 ? 'dies' : travel || filmed.from !== null ? 'moves' : 'appears'
      actors.push({ n, at, capsule, trail, state })
    } else if (filmed.step < step && filmed.next.some((later) => (film.byNumber.get(later)?.step ?? 0) > step))
      actors.push({ n, at: each.rest, capsule, trail: [], state: 'waits' })
  }
  return actors
}
