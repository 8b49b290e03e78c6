import type { LiveLink } from '../../live/state.js'
import { Network } from '../network.js'
import type { Question } from '../question.js'
import type { RepairStep } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { placeKey, reach } from '../frames.js'
import { segment, shares, type Place } from '../segment.js'
import { say } from '../words.js'

/** A bridge between who sends and who should get it, with the ports that lead to either. */
interface Crossed {
  readonly namespace: string
  readonly bridge: LiveLink
  readonly near: LiveLink
  readonly far: LiveLink
}

/** The bridges on the way, and the hardware addresses at its two ends. */
function crossed({ death, network }: Scene): { readonly bridges: readonly Crossed[]; readonly ends: readonly Place[] } {
  const missed = death?.missed
  const link = missed && network.link(missed.namespace, missed.dev)
  if (!missed || !link) return { bridges: [], ends: [] }
  const from = { namespace: missed.namespace, link }
  const around = segment(network, from)
  const owner = network
    .owners(missed.address)
    .flatMap(({ namespace, dev }) => ({ namespace, link: network.link(namespace, dev) }))
    .find((each): each is Place => each.link !== undefined && shares(around, each as Place))
  if (!owner) return { bridges: [], ends: [] }
  const bridges = bridgesOf(network, reach(network, from))
  return {
    bridges: bridges.flatMap((bridge) => {
      const near = portTo(network, bridge, from)
      const far = portTo(network, bridge, owner)
      return near && far && near !== far ? [{ namespace: bridge.namespace, bridge: bridge.link, near, far }] : []
    }),
    ends: [from, owner],
  }
}

/** The bridges that frames come through: a bridge that filters may not have a VLAN itself that its ports have. */
function bridgesOf(network: Network, places: readonly Place[]): readonly Place[] {
  const found = places.flatMap(({ namespace, link }) => {
    const bridge = network.link(namespace, link.bridge ? link.name : link.master)
    return bridge?.bridge ? [{ namespace, link: bridge }] : []
  })
  return [...new Map(found.map((place) => [placeKey(place), place])).values()]
}

/** The port by which a place gets to the bridge with all others unplugged; the bridge itself, where it needs none. */
function portTo(network: Network, { namespace, link: bridge }: Place, to: Place): LiveLink | undefined {
  const ports = (network.namespace(namespace)?.links ?? []).filter(({ master }) => master === bridge.name)
  const reaches = (kept: LiveLink | null): boolean => {
    const alone = new Network({
      ...network.live,
      namespaces: network.live.namespaces.map((each) =>
        each.name === namespace
          ? {
              ...each,
              links: each.links.map((link) =>
                link.master === bridge.name && link !== kept ? { ...link, up: false } : link,
              ),
            }
          : each,
      ),
    })
    // From there, not from the bridge: what a bridge that filters sends by itself is of its own VLAN.
    return reach(alone, to).some(
      (place) => place.namespace === namespace && place.link.index === (kept ?? bridge).index,
    )
  }
  return reaches(null) ? bridge : ports.find(reaches)
}

const askPort = (namespace: string, { name }: LiveLink): Question => ({ namespace, ask: 'port', dev: name })

/** What a port may be told to keep back, as `bridge -d link` prints it and as it is undone. */
const settings = [
  { flag: 'flood', bad: 'off' },
  { flag: 'bcast_flood', bad: 'off' },
  { flag: 'mcast_flood', bad: 'off' },
  { flag: 'learning', bad: 'off' },
  { flag: 'locked', bad: 'on' },
] as const

/** A setting of a port that keeps frames back: which of them stopped this one, only a trial can tell. */
export const portSetting: Rule = {
  code: 'port-setting',
  suspect(scene) {
    const { bridges } = crossed(scene)
    if (bridges.length === 0) return null
    const ports = bridges.map(({ namespace, near, far }) => [near, far].map((port) => askPort(namespace, port)))
    return {
      ask: ports.flat(),
      ruledOut: say('not-port-setting', { namespace: bridges[0]?.namespace ?? '' }),
      judge(answers): Finding | null {
        const has = (question: Question | undefined, flag: string, value: string): boolean =>
          question !== undefined && new RegExp(`\\b${flag} ${value}\\b`).test(answers.of(question).output)
        for (const [index, { namespace, bridge, near, far }] of bridges.entries()) {
          const asked = ports[index] ?? []
          const evidence = answers.evidence(...asked)
          if (asked.every((each) => has(each, 'isolated', 'on')))
            return {
              // Between two isolated ports nothing passes, whatever else is wrong (should_deliver, net/bridge/br_forward.c).
              code: 'port-isolated',
              namespace,
              interface: far.name,
              message: say('port-isolated', { namespace, interface: near.name, other: far.name, bridge: bridge.name }),
              evidence,
              repair: { namespace, steps: [portFlag(namespace, far.name, 'isolated', false)] },
            }
          for (const [place, port] of [far, near].entries()) {
            const question = asked[1 - place]
            const held = settings.filter(({ flag, bad }) => has(question, flag, bad))
            if (held.length === 0) continue
            return {
              onlyIfTried: true,
              namespace,
              interface: port.name,
              message: say('port-setting', {
                namespace,
                interface: port.name,
                bridge: bridge.name,
                setting: held.map(({ flag, bad }) => `${flag} ${bad}`).join(', '),
              }),
              evidence,
              repair: {
                namespace,
                steps: held.map(({ flag, bad }) => portFlag(namespace, port.name, flag, bad === 'off')),
              },
            }
          }
        }
        return null
      },
    }
  },
}

const portFlag = (namespace: string, name: string, flag: string, on: boolean): RepairStep => ({
  ...{ op: 'port-flag', namespace, name, flag, on },
})

/** An entry that somebody wrote, which sends frames for a station to a port that it is not behind. */
export const fdbEntry: Rule = {
  code: 'fdb-entry',
  suspect(scene) {
    const { network } = scene
    const { bridges, ends } = crossed(scene)
    if (bridges.length === 0) return null
    const questions = bridges.map(({ namespace, bridge }) => ({ namespace, ask: 'fdb', bridge: bridge.name }) as const)
    return {
      ask: questions,
      ruledOut: say('not-fdb-entry', { namespace: bridges[0]?.namespace ?? '' }),
      judge(answers): Finding | null {
        for (const [index, { namespace, bridge, near, far }] of bridges.entries()) {
          const question = questions[index]
          if (!question) continue
          for (const [place, port] of [near, far].entries()) {
            const mac = ends[place]?.link.mac
            // Of the bridge's own address the kernel keeps an entry itself (br_fdb_change_mac_address, net/bridge/br_fdb.c).
            const kinds = port === bridge ? /\bmaster\b.*\bstatic\b/ : /\bmaster\b.*\b(?:static|permanent)\b/
            const line = answers
              .of(question)
              .output.split('\n')
              .find((each) => mac && each.startsWith(`${mac} `) && kinds.test(each))
            const dev = line && /\bdev (\S+)/.exec(line)?.[1]
            if (!mac || !dev || dev === port.name || !network.link(namespace, dev)) continue
            const sticky = /\bsticky\b/.test(line)
            const kind = /\bpermanent\b/.test(line) ? 'permanent' : 'static'
            return {
              namespace,
              interface: dev,
              message: say('fdb-entry', { namespace, bridge: bridge.name, mac, interface: dev, right: port.name }),
              evidence: answers.evidence(question),
              repair: { namespace, steps: [{ op: 'fdb-delete', namespace, name: dev, mac, kind, sticky }] },
            }
          }
        }
        return null
      },
    }
  },
}
