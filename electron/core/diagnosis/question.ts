/** What is asked of the kernel's tools once a probe has failed: a program, its arguments, and how a person types it. */
import { hostNamespace } from '../lab/lab.js'
import { execWithin } from '../plan/exec-within.js'
import { commandLine } from '../plan/shell-quote.js'
import type { Evidence } from './diagnosis.js'

export type Question = { readonly namespace: string } & (
  | {
      readonly ask: 'route-get'
      readonly to: string
      readonly from?: string
      readonly iif?: string
      /** Of a VRF: as what belongs to it is looked up. */
      readonly vrf?: string
      readonly mark?: number
    }
  /** Of table main, or another. */
  | { readonly ask: 'routes'; readonly ipv6: boolean; readonly table?: number }
  | { readonly ask: 'rules'; readonly ipv6: boolean }
  | { readonly ask: 'addresses'; readonly dev?: string }
  /** With `details`, what its kind knows besides: timers of a bridge's port, the number of a tunnel. */
  | { readonly ask: 'link'; readonly dev: string; readonly details?: true }
  | { readonly ask: 'neighbour'; readonly address: string }
  | { readonly ask: 'sysctl'; readonly keys: readonly string[] }
  | { readonly ask: 'chain'; readonly family: string; readonly table: string; readonly chain: string }
  | {
      readonly ask: 'iptables'
      readonly engine: 'nft' | 'legacy'
      readonly ipv6: boolean
      readonly table: string
      readonly chain: string
    }
  /** A port of a bridge with its flags. */
  | { readonly ask: 'port'; readonly dev: string }
  /** The VLANs of a port, or of a bridge itself. */
  | { readonly ask: 'port-vlans'; readonly dev: string }
  | { readonly ask: 'fdb'; readonly bridge: string }
  /** What the interface does to frames that leave by it, with its counters. */
  | { readonly ask: 'qdisc'; readonly dev: string }
  /** What looks at frames as they come in or go out, beside the rules of the firewall. */
  | { readonly ask: 'filters'; readonly dev: string; readonly side: 'ingress' | 'egress' }
  /** Of WireGuard; keys of others are public ones. */
  | {
      readonly ask: 'wireguard'
      readonly dev: string
      readonly show: 'allowed-ips' | 'latest-handshakes' | 'endpoints'
    }
  | { readonly ask: 'listeners'; readonly protocol: 'tcp' | 'udp' }
)

export type RouteGet = Extract<Question, { readonly ask: 'route-get' }>

export interface Command {
  readonly namespace: string
  readonly program: string
  readonly arguments: readonly string[]
  /** As typed in the lab's host. */
  readonly text: string
}

function words(question: Question): readonly [string, ...string[]] {
  switch (question.ask) {
    case 'route-get': {
      const { to, from, iif, vrf, mark } = question
      const source = from === undefined ? [] : ['from', from]
      const marked = mark === undefined ? [] : ['mark', String(mark)]
      return [
        'ip',
        'route',
        'get',
        to,
        ...source,
        ...(iif === undefined ? [] : ['iif', iif]),
        ...(vrf === undefined ? [] : ['vrf', vrf]),
        ...marked,
      ]
    }
    case 'routes':
      return [
        'ip',
        ...(question.ipv6 ? ['-6'] : []),
        ...['route', 'show'],
        ...(question.table === undefined ? [] : ['table', String(question.table)]),
      ]
    case 'rules':
      return question.ipv6 ? ['ip', '-6', 'rule', 'show'] : ['ip', 'rule', 'show']
    case 'addresses':
      return ['ip', '-br', 'addr', 'show', ...(question.dev === undefined ? [] : ['dev', question.dev])]
    case 'link':
      return ['ip', ...(question.details ? ['-d'] : []), 'link', 'show', 'dev', question.dev]
    case 'neighbour':
      return ['ip', 'neigh', 'show', question.address]
    case 'sysctl':
      return ['sysctl', ...question.keys]
    case 'chain':
      return ['nft', '-a', 'list', 'chain', question.family, question.table, question.chain]
    case 'iptables': {
      const name = question.ipv6 ? 'ip6tables' : 'iptables'
      const program = question.engine === 'legacy' ? `${name}-legacy` : name
      return [program, '-t', question.table, '-S', question.chain, '-v']
    }
    case 'port':
      return ['bridge', '-d', 'link', 'show', 'dev', question.dev]
    case 'port-vlans':
      return ['bridge', 'vlan', 'show', 'dev', question.dev]
    case 'qdisc':
      return ['tc', '-s', 'qdisc', 'show', 'dev', question.dev]
    case 'filters':
      return ['tc', '-s', 'filter', 'show', 'dev', question.dev, question.side]
    case 'fdb':
      return ['bridge', 'fdb', 'show', 'br', question.bridge]
    case 'wireguard':
      return ['wg', 'show', question.dev, question.show]
    case 'listeners':
      return ['ss', '-Hln', question.protocol === 'tcp' ? '-t' : '-u']
  }
}

export function commandOf(question: Question): Command {
  const { namespace } = question
  const [program, ...rest] = words(question)
  const inHost = namespace === hostNamespace
  const typed = inHost
    ? [program, ...rest]
    : program === 'ip'
      ? ['ip', '-n', namespace, ...rest]
      : [...execWithin(namespace), program, ...rest]
  return { namespace, program, arguments: rest, text: commandLine(typed) }
}

/** What a tool said, on both of its streams. */
export interface Answer extends Evidence {
  readonly status: number
}

/** Answers by the text of their command. */
export class Answers {
  readonly #answers: ReadonlyMap<string, Answer>

  constructor(answers: readonly Answer[]) {
    this.#answers = new Map(answers.map((answer) => [answer.command, answer]))
  }

  /** A question that was not asked has no answer: status -1, no words. */
  of(question: Question): Answer {
    const command = commandOf(question).text
    return this.#answers.get(command) ?? { command, output: '', status: -1 }
  }

  evidence(...questions: readonly Question[]): Evidence[] {
    return questions.map((question) => {
      const { command, output } = this.of(question)
      return { command, output }
    })
  }
}
