import type { Question } from '../question.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { placeKey } from '../frames.js'
import type { Place } from '../segment.js'
import { say } from '../words.js'

/** Interfaces that are asked about; more are of a machine whose packets go nowhere in particular. */
const mostPlaces = 8

/**
 * A program (XDP, or BPF of tc) where the packet was last seen, or where it should have come next. What it does with packets
 * is said by nobody; that it is there, the kernel says without a right to look into programs.
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
          if (telling.length === 0) continue
          const { namespace, link } = place
          return {
            namespace,
            interface: link.name,
            message: say('program-on-path', {
              namespace,
              interface: link.name,
              kind: telling.some(({ ask }) => ask === 'link') ? 'XDP' : 'tc BPF',
            }),
            evidence: answers.evidence(...telling),
            repair: null,
          }
        }
        return null
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
  if (death?.interface) add(death.namespace, network.link(death.namespace, death.interface))
  return [...new Map(places.map((place) => [placeKey(place), place])).values()].slice(0, mostPlaces)
}
