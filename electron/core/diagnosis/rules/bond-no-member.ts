import type { LiveLink } from '../../live/state.js'
import type { Step } from '../../plan/step.js'
import { departureOf } from '../death.js'
import { labInterface } from '../lab-says.js'
import type { Repair } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import type { Place } from '../segment.js'
import { say } from '../words.js'

/** A bond that is on and has nobody to send by: no members, none with a carrier, or one in use that has none, unnoticed. */
export const bondNoMember: Rule = {
  code: 'bond-no-member',
  suspect(scene) {
    const departure = departureOf(scene.death)
    if (!departure) return null
    const { namespace } = departure
    const places = onTheWay(scene).filter(({ link }) => link.up)
    const bond = places.find((place) => !membersOf(scene, place).some(carries))
    const unwatched = bond ? undefined : places.find((place) => deadMember(scene, place) !== undefined)
    if (unwatched) return notLooking(scene, unwatched)
    if (!bond) return { ask: [], ruledOut: say('not-bond', { namespace }), judge: () => null }
    const members = membersOf(scene, bond)
    const at = { namespace: bond.namespace, interface: bond.link.name }
    const ask = [bond.link, ...members].map(
      ({ name }) => ({ namespace: bond.namespace, ask: 'link', dev: name, details: true }) as const,
    )
    return {
      ask,
      ruledOut: say('not-bond', { namespace }),
      judge(answers): Finding | null {
        const [own] = ask
        // LOWER_UP is what `ip` says of a carrier (RFC 2863).
        if (!own || answers.of(own).status !== 0 || /[<,]LOWER_UP[,>]/.test(answers.of(own).output)) return null
        return {
          ...at,
          message:
            members.length === 0
              ? say('bond-empty', at)
              : say('bond-no-member', { ...at, members: members.map(stateOf).join(', ') }),
          evidence: answers.evidence(...ask),
          repair: repairOf(scene, bond, members),
        }
      },
    }
  },
}

/** The one in use, where nobody looks at its carrier, and another has one. */
function deadMember(scene: Scene, place: Place): LiveLink | undefined {
  const { bonding } = place.link
  const members = membersOf(scene, place)
  if (bonding?.miimon !== 0 || !members.some(carries)) return undefined
  return members.find((member) => member.name === bonding.active && !carries(member))
}

/** It was made so, and how often it should look is for people to say: no fix. */
function notLooking(scene: Scene, { namespace, link }: Place): ReturnType<Rule['suspect']> {
  const member = scene.network.link(namespace, link.bonding?.active ?? null)
  const [own, used] = [link, member ?? link].map(
    ({ name }) => ({ namespace, ask: 'link', dev: name, details: true }) as const,
  )
  if (!member || !own || !used) return null
  return {
    ask: [own, used],
    ruledOut: say('not-bond', { namespace }),
    judge(answers): Finding | null {
      const words = ` ${answers.of(own).output.replace(/\s+/g, ' ')} `
      const isUsed = words.includes(` active_slave ${member.name} `) && words.includes(' miimon 0 ')
      if (!isUsed || answers.of(used).status !== 0 || /[<,]LOWER_UP[,>]/.test(answers.of(used).output)) return null
      const at = { namespace, interface: link.name }
      return {
        ...at,
        message: say('bond-unwatched', { ...at, member: member.name }),
        evidence: answers.evidence(own, used),
        repair: null,
      }
    },
  }
}

const carries = ({ up, carrier }: LiveLink): boolean => up && carrier
/** As `ip link` shows it. */
const stateOf = ({ name, up }: LiveLink): string => `${name} ${up ? 'NO-CARRIER' : 'DOWN'}`

const membersOf = ({ network }: Scene, { namespace, link: { name } }: Place): readonly LiveLink[] =>
  (network.namespace(namespace)?.links ?? []).filter(({ bond }) => bond === name)

/** Bonds by which it would leave, and by which whoever is asked for would hear of it. */
function onTheWay({ network, death }: Scene): readonly Place[] {
  const departure = departureOf(death)
  if (!departure) return []
  const { namespace, dst } = departure
  const [route] = network.routes(namespace, dst, null)
  const asked = death?.missed ?? null
  const devs = [route?.dev ?? null, asked?.dev ?? null].map((dev) => ({ namespace, dev }))
  const there = network.owners(asked?.address ?? dst)
  return [...devs, ...there].flatMap(({ namespace: at, dev }): Place[] => {
    const link = network.link(at, dev)
    const below = link?.vlan ? network.link(at, link.vlan.link) : link
    return below?.bonding ? [{ namespace: at, link: below }] : []
  })
}

/** What is off is switched on, and what the lab gives it is given to it; a cable that is out is nobody's to plug in. */
function repairOf(
  { network, lab }: Scene,
  { namespace, link: { name } }: Place,
  members: readonly LiveLink[],
): Repair | null {
  const off = members.filter(({ up }) => !up)
  if (off.length > 0)
    return { namespace, steps: off.map((member): Step => ({ op: 'link-up', namespace, name: member.name })) }
  const [far] = members.flatMap((member) => network.peer(member) ?? []).filter(({ link }) => !link.up)
  if (far)
    return { namespace: far.namespace, steps: [{ op: 'link-up', namespace: far.namespace, name: far.link.name }] }
  const wanted = (network.namespace(namespace)?.links ?? []).filter(
    (link) => labInterface(lab, namespace, link.name)?.bond === name && link.bond === undefined,
  )
  if (wanted.length === 0) return null
  return {
    namespace,
    // A bond takes nobody who is up.
    steps: wanted.flatMap((link): Step[] => [
      ...(link.up ? [{ op: 'link-down' as const, namespace, name: link.name }] : []),
      { op: 'link-master', namespace, name: link.name, master: name, before: null },
    ]),
  }
}
