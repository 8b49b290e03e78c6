import { Network } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { segment, shares, type Place } from '../segment.js'
import { say } from '../words.js'

/** Hundredths of a second, as `ip -d link` prints times of bridges. */
const perSecond = 100

/** A port that does not forward yet: spanning tree listens, then learns, each for the bridge's forward delay. */
export const stpBlocking: Rule = {
  code: 'stp-blocking',
  suspect(scene) {
    const port = portInTheWay(scene)
    if (!port) return null
    const { namespace, link } = port
    const own = { namespace, ask: 'link', dev: link.name, details: true } as const
    const bridge = { namespace, ask: 'link', dev: link.master ?? '', details: true } as const
    return {
      ask: [own, bridge],
      ruledOut: say('not-stp', { namespace }),
      judge(answers): Finding | null {
        const state = link.port?.state ?? ''
        const timer = Number(/forward_delay_timer\s+([\d.]+)/.exec(answers.of(own).output)?.[1] ?? 0)
        const delay = Number(/\bforward_delay (\d+)/.exec(answers.of(bridge).output)?.[1] ?? 0) / perSecond
        const seconds = Math.ceil(timer + (/\bstate listening\b/.test(answers.of(own).output) ? delay : 0))
        const at = { namespace, interface: link.name, bridge: link.master ?? '', state }
        return {
          namespace,
          interface: link.name,
          message: state === 'blocking' ? say('stp-blocking', at) : say('stp-waiting', { ...at, seconds }),
          evidence: answers.evidence(own, bridge),
          repair: null,
          final: true,
        }
      },
    }
  },
}

const holdsBack = ({ link }: Place): boolean =>
  link.up && link.carrier && link.port !== null && /^(listening|learning|blocking)$/.test(link.port.state)

/** On the segment between who sends and who has the next hop's address, with no other way around. */
function portInTheWay({ death, network }: Scene): Place | null {
  const missed = death?.missed
  const link = missed && network.link(missed.namespace, missed.dev)
  if (!missed || !link) return null
  const from = { namespace: missed.namespace, link }
  const held = segment(network, from).filter(holdsBack)
  const [first] = held
  if (!first) return null
  const passing = new Network({
    ...network.live,
    namespaces: network.live.namespaces.map((namespace) => ({
      ...namespace,
      links: namespace.links.map((each) =>
        holdsBack({ namespace: namespace.name, link: each }) ? { ...each, up: false } : each,
      ),
    })),
  })
  const open = segment(passing, from)
  const reached = network.owners(missed.address).some((owner) => {
    const there = network.link(owner.namespace, owner.dev)
    return there && shares(open, { namespace: owner.namespace, link: there })
  })
  return reached ? null : first
}
