import { departureOf } from '../death.js'
import type { Answers, Question } from '../question.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { placeKey } from '../frames.js'
import type { Place } from '../segment.js'
import { say } from '../words.js'

/** Interfaces that are asked about; more are of a machine whose packets go nowhere in particular. */
const mostPlaces = 8

/**
 * A program (XDP, or BPF of tc) where the packet was last seen, or where it should have come next. What it does with packets
 * is said by nobody; that it is there, the kernel says without a right to look into programs. Other filters of tc say it.
 */
export const programOnPath: Rule = {
  code: 'program-on-path',
  suspect(scene) {
    const places = around(scene)
    const [first] = places
    if (!first) return null
    const asked = places.map((place) => ({ place, questions: questionsOf(place) }))
    return {
      ask: asked.flatMap(({ questions }) => questions),
      ruledOut: say('not-program-on-path', { namespace: first.namespace }),
      judge(answers): Finding | null {
        for (const { place, questions } of asked) {
          const telling = questions.filter((question) => tells(question, answers.of(question).output))
          const [question] = telling
          if (!question) continue
          const at = { namespace: place.namespace, interface: place.link.name }
          const kind = telling.some(({ ask }) => ask === 'link') ? 'XDP' : 'tc BPF'
          return {
            ...at,
            message: say('program-on-path', { ...at, kind }),
            evidence: answers.evidence(...telling),
            repair: null,
          }
        }
        return filtering(asked, answers)
      },
    }
  },
}

const questionsOf = ({ namespace, link: { name: dev } }: Place): readonly Question[] => [
  { namespace, ask: 'link', dev, details: true },
  { namespace, ask: 'filters', dev, side: 'ingress' },
  { namespace, ask: 'filters', dev, side: 'egress' },
]

/** `prog/xdp id 98` of `ip -d link`; `filter ... bpf ...` of `tc filter`. */
const tells = ({ ask }: Question, output: string): boolean =>
  ask === 'link' ? /\bprog\/xdp\b/.test(output) : /^filter .*\bbpf\b/m.test(output)

interface Asked {
  readonly place: Place
  readonly questions: readonly Question[]
}

/** A filter of tc says what it does, and counts the packets that it has done it to. */
function filtering(asked: readonly Asked[], answers: Answers): Finding | null {
  for (const { place, questions } of asked)
    for (const question of questions) {
      const taken = question.ask === 'filters' ? takenBy(answers.of(question).output) : null
      if (!taken) continue
      const at = { namespace: place.namespace, interface: place.link.name }
      return {
        ...at,
        message: say('filter-on-path', { ...at, ...taken }),
        evidence: answers.evidence(question),
        repair: null,
      }
    }
  return null
}

/** The first action of `tc -s filter` that has thrown packets away, or sent them elsewhere. */
export function takenBy(output: string): { readonly action: string; readonly count: number } | null {
  for (const block of output.split(/^\s*action order \d+: /m).slice(1)) {
    const [action = ''] = block.split('\n')
    const [, sent, dropped] = /\bSent \d+ bytes (\d+) pkts? \(dropped (\d+)/.exec(block) ?? []
    const count = Number(/\bRedirect to\b/.test(action) ? sent : dropped)
    if (count > 0) return { action: action.trim(), count }
  }
  return null
}

/** Where it was last, the other end of the cable that it left by, and who should have answered; where it never left, all
 * that it could have taken. */
function around({ hops, death, network }: Scene): readonly Place[] {
  const last = hops.findLast(({ leg, observed }) => observed && (leg === 'request' || leg === 'reply'))
  const places: Place[] = []
  const add = (namespace: string, link: Place['link'] | undefined): void => {
    if (link && link.kind !== 'loopback') places.push({ namespace, link })
  }
  if (last?.interface) {
    const link = network.link(last.namespace, last.interface)
    add(last.namespace, link)
    const peer = link?.peer
    if (last.direction === 'out' && peer?.namespace)
      add(
        peer.namespace,
        network.namespace(peer.namespace)?.links.find(({ index }) => index === peer.index),
      )
  } else if (death) for (const link of network.namespace(death.namespace)?.links ?? []) add(death.namespace, link)
  // It waits for an answer that whoever has the address never got to give.
  const missed = death?.missed
  if (missed) {
    for (const { namespace, dev } of network.owners(missed.address)) add(namespace, network.link(namespace, dev))
    add(missed.namespace, network.link(missed.namespace, missed.dev))
  }
  // Sent elsewhere, it is seen last where nobody would look for it.
  for (const { leg, observed, namespace, interface: name } of hops)
    if (observed && leg === death?.leg && namespace === death.namespace) add(namespace, network.link(namespace, name))
  // What drops frames as they leave is where routes lead: no capture sees them there.
  const departure = departureOf(death)
  const way = departure && network.route(departure.namespace, departure.dst)?.dev
  if (departure && way) add(departure.namespace, network.link(departure.namespace, way))
  if (death?.interface) add(death.namespace, network.link(death.namespace, death.interface))
  return [...new Map(places.map((place) => [placeKey(place), place])).values()].slice(0, mostPlaces)
}
