/**
 * Finds the cause of a failed probe in two strokes, so that nothing here does I/O: `suspect` says what must be asked of the
 * kernel's tools, `conclude` takes the answers. Of the causes that are proved, the most specific one wins whose fix was tried and
 * helped (`settle`); without proof it is `unknown`.
 */
import type { Diagnosis, DiagnosisCode, Evidence } from './diagnosis.js'
import { Answers, commandOf, type Answer, type Command } from './question.js'
import { repairText, type Repair } from './repair.js'
import type { Finding, Rule, Suspicion } from './rule.js'
import { addressOnPort } from './rules/address-on-port.js'
import { arpOff, echoOff, proxyArp } from './rules/arp-off.js'
import { askerFiltered } from './rules/asker-filtered.js'
import { askerRefused } from './rules/asker-refused.js'
import { fdbEntry, portSetting } from './rules/bridge-ports.js'
import { bondNoMember } from './rules/bond-no-member.js'
import { bridgeNetfilter } from './rules/bridge-netfilter.js'
import { conntrackFull } from './rules/conntrack-full.js'
import { dnatLoopback } from './rules/dnat-loopback.js'
import { askersTwin, duplicateAddress } from './rules/duplicate-address.js'
import { duplicateMac } from './rules/duplicate-mac.js'
import { duplicateSubnet } from './rules/duplicate-subnet.js'
import { farTwin } from './rules/far-twin.js'
import { firewallDrop } from './rules/firewall-drop.js'
import { firewallReject } from './rules/firewall-reject.js'
import { forwardingOff } from './rules/forwarding-off.js'
import { gatewayUnreachable } from './rules/gateway-unreachable.js'
import { hairpin, hairpinToItself } from './rules/hairpin.js'
import { hairpinPort } from './rules/hairpin-port.js'
import { impaired } from './rules/impaired.js'
import { interfaceDown } from './rules/interface-down.js'
import { ipv6Off } from './rules/ipv6-off.js'
import { localDown } from './rules/local-down.js'
import { lostWay } from './rules/lost-way.js'
import { bridgeLoop } from './rules/loop.js'
import { mtuDiffers } from './rules/mtu-differs.js'
import { mtu } from './rules/mtu.js'
import { natLocal } from './rules/nat-local.js'
import { natMissing } from './rules/nat-missing.js'
import { natWrongInterface } from './rules/nat-wrong-interface.js'
import { neighbourFailed } from './rules/neighbour-failed.js'
import { noLease } from './rules/no-lease.js'
import { noAddress, noAddressThere } from './rules/no-address.js'
import { noReturnRoute, noRoute, noWayBack } from './rules/no-route.js'
import { addressGone, noSuchAddress } from './rules/no-such-address.js'
import { looseCable, notABridgePort } from './rules/not-a-bridge-port.js'
import { ownGateway } from './rules/own-gateway.js'
import { peerDown } from './rules/peer-down.js'
import { policyAstray } from './rules/policy-astray.js'
import { policyDetour, policyRule } from './rules/policy-rule.js'
import { portClosed } from './rules/port-closed.js'
import { programOnPath } from './rules/program-on-path.js'
import { routeBlocked } from './rules/route-blocked.js'
import { rpFilter } from './rules/rp-filter.js'
import { sameSubnetApart } from './rules/same-subnet-apart.js'
import { stpBlocking } from './rules/stp-blocking.js'
import { ttlExceeded } from './rules/ttl-exceeded.js'
import { wireguardNoHandshake, wireguardNotAllowed } from './rules/wireguard.js'
import { tunnelMismatch } from './rules/tunnel-mismatch.js'
import { otherSource, wrongSource } from './rules/wrong-source.js'
import { untracked } from './rules/untracked.js'
import { askUnknown, unknown } from './rules/unknown.js'
import { vlanMismatch } from './rules/vlan-mismatch.js'
import { vrfLeakMissing } from './rules/vrf-leak-missing.js'
import { wrongPrefix } from './rules/wrong-prefix.js'
import { wrongRoute } from './rules/wrong-route.js'
import type { Scene } from './scene.js'
import { english, say, type Message } from './words.js'

/** Most specific first: what a rule or a counter says of this very packet, then what is off, then what is missing. */
const rules: readonly Rule[] = [
  localDown,
  ipv6Off,
  stpBlocking,
  bridgeLoop,
  bridgeNetfilter,
  firewallReject,
  firewallDrop,
  untracked,
  dnatLoopback,
  conntrackFull,
  impaired,
  looseCable,
  noWayBack,
  lostWay,
  rpFilter,
  ttlExceeded,
  mtu,
  mtuDiffers,
  echoOff,
  vrfLeakMissing,
  routeBlocked,
  askerRefused,
  askerFiltered,
  policyRule,
  policyAstray,
  ownGateway,
  addressGone,
  wrongRoute,
  forwardingOff,
  bondNoMember,
  noLease,
  interfaceDown,
  peerDown,
  noAddress,
  addressOnPort,
  tunnelMismatch,
  wireguardNotAllowed,
  wireguardNoHandshake,
  duplicateMac,
  vlanMismatch,
  notABridgePort,
  portSetting,
  fdbEntry,
  noAddressThere,
  duplicateSubnet,
  wrongPrefix,
  arpOff,
  proxyArp,
  gatewayUnreachable,
  hairpin,
  hairpinToItself,
  hairpinPort,
  natLocal,
  wrongSource,
  otherSource,
  natWrongInterface,
  natMissing,
  policyDetour,
  noReturnRoute,
  noRoute,
  neighbourFailed,
  duplicateAddress,
  askersTwin,
  farTwin,
  sameSubnetApart,
  noSuchAddress,
  portClosed,
  programOnPath,
]

export interface Investigation {
  /** To be run in their namespaces, in any order. */
  readonly commands: readonly Command[]
  /** All causes that are proved, the most specific first. */
  conclude(answers: readonly Answer[]): readonly Candidate[]
}

/** One cause that fits, and what its fix's commands stand for. */
export interface Candidate {
  readonly diagnosis: Diagnosis
  readonly repair: Repair | null
  /** Without a fix that was tried and helped, it is no cause. */
  readonly onlyIfTried: boolean
}

/** @param incomplete frames of the capture are missing, so the film may end too early */
export function investigate(scene: Scene, incomplete: boolean): Investigation {
  const suspicions = rules.flatMap((rule) => {
    const suspicion = rule.suspect(scene)
    return suspicion ? [{ rule, suspicion }] : []
  })
  const questions = [...suspicions.flatMap(({ suspicion }) => suspicion.ask), ...askUnknown(scene)]
  const commands = [...new Map(questions.map((question) => [commandOf(question).text, commandOf(question)])).values()]
  return { commands, conclude: (answers) => conclude(scene, suspicions, new Answers(answers), incomplete) }
}

/** Never empty: the last one knows nothing. */
function conclude(
  scene: Scene,
  suspicions: readonly { readonly rule: Rule; readonly suspicion: Suspicion }[],
  answers: Answers,
  incomplete: boolean,
): readonly Candidate[] {
  const judged = suspicions.map(({ rule, suspicion }) => ({ rule, suspicion, finding: suspicion.judge(answers) }))
  // What one rule found is not ruled out by another that looked for the same.
  const found = new Set(
    judged.flatMap(({ suspicion, finding }) => (finding ? [JSON.stringify(suspicion.ruledOut)] : [])),
  )
  const ruledOut = judged.flatMap(({ suspicion, finding }) =>
    finding || found.has(JSON.stringify(suspicion.ruledOut)) ? [] : [suspicion.ruledOut],
  )
  const candidates: Candidate[] = []
  for (const { rule, finding } of judged) {
    if (!finding) continue
    candidates.push(aroundTunnel(scene, finish(finding.code ?? rule.code, finding, ruledOut)))
    if (finding.final) break
  }
  return [...candidates, finish('unknown', unknown(scene, answers, incomplete), ruledOut)]
}

/** What speaks of the tunnel itself needs no tunnel around it. */
const ofTunnels: ReadonlySet<DiagnosisCode> = new Set([
  ...(['tunnel-mismatch', 'tunnel-mtu', 'wireguard-no-handshake', 'wireguard-not-allowed', 'unknown'] as const),
])

/** Where the packet that was lost is one of a tunnel, that comes first, with the cause inside. */
function aroundTunnel({ death }: Scene, candidate: Candidate): Candidate {
  const { diagnosis } = candidate
  const { code, cause, message } = diagnosis
  const tunnel = death?.tunnel
  if (!tunnel || ofTunnels.has(code)) return candidate
  const around = say('tunnel-unreachable', {
    namespace: tunnel.namespace,
    interface: tunnel.interface,
    remote: tunnel.remote ?? '',
  })
  return {
    ...candidate,
    diagnosis: {
      ...diagnosis,
      code: 'tunnel-unreachable',
      cause: `${english(around)} ${cause}`,
      message: around,
      inside: { code, cause, message },
    },
  }
}

/** Two causes at once: each fix by itself was in vain, both together may help. The first is what is said. */
export function pairsOf(candidates: readonly Candidate[]): Candidate[] {
  const mended = candidates.filter(({ repair }) => repair !== null)
  return mended.flatMap((first, index) => mended.slice(index + 1).flatMap((second) => together(first, second) ?? []))
}

function together(first: Candidate, second: Candidate): Candidate | null {
  const [a, b] = [first.repair, second.repair]
  const [fix, other] = [first.diagnosis.fix, second.diagnosis.fix]
  if (!a || !b || !fix || !other || other.commands.some((command) => fix.commands.includes(command))) return null
  return {
    onlyIfTried: true,
    repair: { namespace: a.namespace, steps: [...a.steps, ...b.steps] },
    diagnosis: { ...first.diagnosis, fix: { ...fix, commands: [...fix.commands, ...other.commands] } },
  }
}

export type Settled = Pick<Candidate, 'diagnosis' | 'repair'>

/** What came of a fix that was tried; undefined where it was not. */
export type Tried = (candidate: Candidate) => boolean | undefined

/**
 * The best of them whose fix has helped; else the best there is, and then without a fix that was tried in vain.
 * @param tried null where nothing can be tried
 */
export function settle(candidates: readonly Candidate[], tried: Tried | null): Settled {
  const helped = candidates.find((candidate) => tried?.(candidate) === true)
  if (helped?.diagnosis.fix)
    return { ...helped, diagnosis: { ...helped.diagnosis, fix: { ...helped.diagnosis.fix, tried: true } } }
  const best = candidates.find(({ onlyIfTried }) => !onlyIfTried)
  if (!best) throw new Error('A diagnosis ends with one that knows nothing')
  // One for which there was no time is offered as what it is.
  return tried?.(best) === false ? { repair: null, diagnosis: { ...best.diagnosis, fix: null } } : best
}

function finish(code: Diagnosis['code'], finding: Finding, ruledOut: readonly Message[]): Candidate {
  const { namespace, interface: name, message, repair, onlyIfTried = false } = finding
  const different = [...new Map(ruledOut.map((each) => [english(each), each])).values()]
  return {
    onlyIfTried,
    repair,
    diagnosis: {
      code,
      namespace,
      interface: name,
      cause: english(message),
      message,
      evidence: finding.evidence.filter(said),
      fix: repair && { namespace: repair.namespace, commands: repair.steps.map(repairText), tried: false },
      ruledOut: different.map(english),
      ruledOutMessages: different,
    },
  }
}

/** An empty answer is evidence too where a command can say "none"; a command that was not run is not. */
const said = ({ command }: Evidence): boolean => command !== ''
