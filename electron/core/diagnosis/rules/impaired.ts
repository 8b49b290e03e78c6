import type { Impair } from '../../lab/lab.js'
import { delayText, percentText } from '../../plan/qdisc.js'
import { dropsCounter } from '../counters.js'
import { departureOf } from '../death.js'
import { reach, type Place } from '../frames.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say, type Message } from '../words.js'

interface Impaired extends Place {
  readonly impair: Impair
  readonly drops: number
}

/**
 * The cable's own loss, or a queue that its rate has filled. A frame that a queue throws away is never seen leaving, and the
 * queue counts it; that it was this one, a trial without the impairment shows. A delay counts nothing: the frame still waits.
 */
export const impaired: Rule = {
  code: 'impaired',
  suspect(scene) {
    const found = suspects(scene).find(({ drops, impair }) => drops > 0 || (impair.delayUs ?? 0) >= longDelayUs)
    if (!found) return null
    const { namespace, link } = found
    const qdisc = { namespace, ask: 'qdisc', dev: link.name } as const
    return {
      ask: [qdisc],
      ruledOut: say('not-impaired', { namespace, interface: link.name }),
      judge: (answers): Finding => ({
        onlyIfTried: true,
        namespace,
        interface: link.name,
        message: words(found),
        evidence: answers.evidence(qdisc),
        repair: {
          namespace,
          steps: [{ op: 'impair-set', namespace, dev: link.name, impair: null, before: found.impair }],
        },
      }),
    }
  },
}

/** A probe waits as long for its answer (`usualTimeoutMs` of the tracer): half of it, for the other direction does the same. */
const longDelayUs = 1_000_000

function words({ namespace, link, impair, drops }: Impaired): Message {
  const place = { namespace, interface: link.name }
  if (drops === 0) return say('impaired-delay', { ...place, delay: delayText(impair.delayUs ?? 0) })
  if (impair.lossPercent) return say('impaired-loss', { ...place, loss: percentText(impair.lossPercent), count: drops })
  return say('impaired-queue', { ...place, count: drops })
}

/** Where the packet, its answer, or the question for a neighbour should have left: on the segment that it did not get over. */
function suspects({ death, network, counters }: Scene): readonly Impaired[] {
  const departure = departureOf(death)
  const missed = death?.missed
  const starts = [
    ...(departure
      ? [[departure.namespace, network.route(departure.namespace, departure.dst)?.dev ?? null] as const]
      : []),
    ...(missed ? [[missed.namespace, missed.dev] as const] : []),
    ...(death?.sender ? [[death.sender.namespace, death.sender.dev] as const] : []),
  ]
  const places = starts.flatMap(([namespace, dev]): Place[] => {
    const link = network.link(namespace, dev)
    return link ? [...reach(network, { namespace, link })] : []
  })
  return places.flatMap(({ namespace, link }) => {
    const { impair } = link
    return impair ? [{ namespace, link, impair, drops: counters[namespace]?.[dropsCounter(link.name)] ?? 0 }] : []
  })
}
