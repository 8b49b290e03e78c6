/**
 * Finds the cause of a failed probe in two strokes, so that nothing here does I/O: `suspect` says what must be asked of the
 * kernel's tools, `conclude` takes the answers. The most specific cause that is proved wins; without proof it is `unknown`.
 */
import type { Diagnosis, Evidence } from './diagnosis.js'
import { Answers, commandOf, type Answer, type Command } from './question.js'
import { repairText, type Repair } from './repair.js'
import type { Finding, Rule, Suspicion } from './rule.js'
import { bridgeNetfilter } from './rules/bridge-netfilter.js'
import { duplicateAddress } from './rules/duplicate-address.js'
import { duplicateSubnet } from './rules/duplicate-subnet.js'
import { firewallDrop } from './rules/firewall-drop.js'
import { firewallReject } from './rules/firewall-reject.js'
import { forwardingOff } from './rules/forwarding-off.js'
import { gatewayUnreachable } from './rules/gateway-unreachable.js'
import { interfaceDown } from './rules/interface-down.js'
import { localDown } from './rules/local-down.js'
import { mtu } from './rules/mtu.js'
import { natMissing } from './rules/nat-missing.js'
import { natWrongInterface } from './rules/nat-wrong-interface.js'
import { neighbourFailed } from './rules/neighbour-failed.js'
import { noAddress, noAddressThere } from './rules/no-address.js'
import { noReturnRoute, noRoute } from './rules/no-route.js'
import { noSuchAddress } from './rules/no-such-address.js'
import { notABridgePort } from './rules/not-a-bridge-port.js'
import { peerDown } from './rules/peer-down.js'
import { portClosed } from './rules/port-closed.js'
import { rpFilter } from './rules/rp-filter.js'
import { ttlExceeded } from './rules/ttl-exceeded.js'
import { askUnknown, unknown } from './rules/unknown.js'
import { wrongPrefix } from './rules/wrong-prefix.js'
import type { Scene } from './scene.js'
import { english, type Message } from './words.js'

/** Most specific first: what a rule or a counter says of this very packet, then what is off, then what is missing. */
const rules: readonly Rule[] = [
  localDown,
  bridgeNetfilter,
  firewallReject,
  firewallDrop,
  rpFilter,
  ttlExceeded,
  mtu,
  forwardingOff,
  interfaceDown,
  peerDown,
  noAddress,
  notABridgePort,
  noAddressThere,
  duplicateSubnet,
  wrongPrefix,
  gatewayUnreachable,
  natWrongInterface,
  natMissing,
  noReturnRoute,
  noRoute,
  neighbourFailed,
  duplicateAddress,
  noSuchAddress,
  portClosed,
]

export interface Investigation {
  /** To be run in their namespaces, in any order. */
  readonly commands: readonly Command[]
  conclude(answers: readonly Answer[]): Concluded
}

export interface Concluded {
  readonly diagnosis: Diagnosis
  /** What the fix's commands stand for. */
  readonly repair: Repair | null
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

function conclude(
  scene: Scene,
  suspicions: readonly { readonly rule: Rule; readonly suspicion: Suspicion }[],
  answers: Answers,
  incomplete: boolean,
): Concluded {
  const ruledOut: Message[] = []
  for (const { rule, suspicion } of suspicions) {
    const finding = suspicion.judge(answers)
    if (finding) return finish(finding.code ?? rule.code, finding, ruledOut)
    ruledOut.push(suspicion.ruledOut)
  }
  return finish('unknown', unknown(scene, answers, incomplete), ruledOut)
}

function finish(code: Diagnosis['code'], finding: Finding, ruledOut: readonly Message[]): Concluded {
  const { namespace, interface: name, message, repair } = finding
  const different = [...new Map(ruledOut.map((each) => [english(each), each])).values()]
  return {
    repair,
    diagnosis: {
      code,
      namespace,
      interface: name,
      cause: english(message),
      message,
      evidence: finding.evidence.filter(said),
      fix: repair && { namespace: repair.namespace, commands: repair.steps.map(repairText) },
      ruledOut: different.map(english),
      ruledOutMessages: different,
    },
  }
}

/** An empty answer is evidence too where a command can say "none"; a command that was not run is not. */
const said = ({ command }: Evidence): boolean => command !== ''
