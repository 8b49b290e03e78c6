/** What is said when nothing is proved: where the packet was last, and what it was not. */
import type { Question } from '../question.js'
import type { Answers } from '../question.js'
import type { Finding } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'

export function askUnknown({ death }: Scene): Question[] {
  if (!death) return []
  const { namespace, dst } = death
  return [{ namespace, ask: 'route-get', to: dst }]
}

export function unknown(scene: Scene, answers: Answers, incomplete: boolean): Finding {
  const { death, probe, hops } = scene
  const delivered = hops.findLast(({ leg, event }) => leg === 'request' && event === 'delivered')
  const last = hops.findLast(({ leg }) => leg === 'request' || leg === 'reply' || leg === 'error')
  const at = death ?? delivered ?? last
  const message = incomplete
    ? say('unknown-incomplete')
    : probe.protocol === 'udp' && delivered && !death
      ? say('unknown-silent', { namespace: delivered.namespace })
      : at
        ? say('unknown', { namespace: at.namespace })
        : say('unknown-nowhere')
  return {
    namespace: at?.namespace ?? null,
    interface: at?.interface ?? null,
    message,
    evidence: answers.evidence(...askUnknown(scene)),
    repair: null,
  }
}
