/** Settings of the machine that the lab wants otherwise: what cannot be put back exactly is not touched at all. */
import { dottedSysctl } from '../../lab/sysctl.js'
import { finding, hostOf, labHost, type Finder, type Finding, type HostFacts } from '../facts.js'
import { foreignRoutes } from '../own-view.js'
import { said, type Said } from '../../words/said.js'

/** Writing these throws away addresses or routes that no second write brings back. */
const destructive =
  /^net\.ipv[46]\.route\.flush$|\.(?:disable_ipv6|addr_gen_mode|stable_secret|accept_ra_min_hop_limit)$/
const ipv6Forwarding = 'net.ipv6.conf.all.forwarding'

export const hostSysctls: Finder = function* (facts) {
  for (const { step } of facts.plan) {
    if (step.op !== 'sysctl-set' || step.namespace !== 'host') continue
    const problem = problemOf(facts, step.key)
    if (problem)
      yield finding(
        'blocks',
        'sysctl',
        step.key,
        said`The lab sets ${step.key} on this machine, ${problem} Leave it out of the lab.`,
        [{ program: 'sysctl', words: [step.key] }],
      )
  }
  yield* forwarding(facts)
}

function problemOf(facts: HostFacts, key: string): Said | null {
  const device = /^net\.ipv[46]\.(?:conf|neigh)\.(.+)\.[a-z0-9_]+$/.exec(dottedSysctl(key) ?? key)?.[1]
  const name = device?.replaceAll('/', '.')
  const own =
    name !== undefined && labHost(facts.placed)?.interfaces.some((each) => each.name === name && name !== 'lo')
  if (own) return null
  if (destructive.test(key)) return said`which takes away addresses or routes that could not be put back.`
  if (name !== undefined && !['all', 'default', 'lo'].includes(name)) return said`and ${name} is not the lab's.`
  return facts.sysctl(key) === null ? said`which cannot be read here, so it could not be put back.` : null
}

function* forwarding(facts: HostFacts): Iterable<Finding> {
  const host = hostOf(facts)
  if (labHost(facts.placed)?.forwarding === false && facts.sysctl('net.ipv4.ip_forward') === '1')
    yield finding(
      'warns',
      'forwarding-off',
      'host',
      said`This machine forwards packets, perhaps for containers or virtual machines; while the lab runs it does not, because the lab says "forwarding: false".`,
      [{ program: 'sysctl', words: ['net.ipv4.ip_forward'] }],
    )
  const switchedOn = facts.plan.some(
    ({ step }) => step.op === 'sysctl-set' && step.key === ipv6Forwarding && step.value !== '0',
  )
  if (!host || !switchedOn) return
  // rt6_purge_dflt_routers, net/ipv6/route.c: a router does not listen to others, unless accept_ra is 2.
  const learned = foreignRoutes(host, facts.own).filter(({ to, protocol }) => to === '::/0' && protocol === 'ra')
  for (const dev of new Set(learned.flatMap((route) => route.dev ?? []))) {
    const key = `net.ipv6.conf.${dev.replaceAll('.', '/')}.accept_ra`
    const before = facts.sysctl(key)
    if (before === '2') continue
    yield finding(
      'blocks',
      'router-advertisements',
      dev,
      said`The lab turns IPv6 forwarding on. This machine has its IPv6 default route over ${dev} from router advertisements, and would lose it. Let it go on listening to them while the lab runs (accept_ra=2).`,
      [
        { program: 'ip', words: ['-6', 'route', 'show', 'default'] },
        { program: 'sysctl', words: [key] },
      ],
      before === null ? null : { when: 'before', changes: [{ op: 'sysctl-set', key, value: '2', before }] },
    )
  }
}
