/** `iptables` and `ip6tables`: the rules that a lab file can say, in whatever order their words stand. */
import { quote } from '../../lab/describe.js'
import type { Family } from '../../lab/lab.js'
import type { NatPart } from '../../lab/schema.js'
import { filterChain } from '../../plan/parse-rule.js'
import {
  appendRule,
  deleteRule,
  deleteRuleNumber,
  flushRules,
  hasRule,
  insertRule,
  setPolicy,
} from '../network/rules.js'
import type { Word } from '../shell/word.js'
import { firewallRule, natRule, type GivenRule } from './iptables-rule.js'
import { Cursor, harmless, leftOut, nothingThere, success } from './command.js'
import type { Context, Outcome } from './command.js'
import { said } from '../../words/said.js'

/** Long options by their short form. */
const short: Readonly<Record<string, string>> = {
  ...{ '--table': '-t', '--append': '-A', '--insert': '-I', '--delete': '-D', '--flush': '-F', '--policy': '-P' },
  ...{ '--list': '-L', '--list-rules': '-S', '--zero': '-Z', '--check': '-C', '--source': '-s', '--src': '-s' },
  ...{ '--destination': '-d', '--dst': '-d', '--in-interface': '-i', '--out-interface': '-o', '--protocol': '-p' },
  ...{ '--proto': '-p', '--jump': '-j', '--match': '-m', '--destination-port': '--dport', '--to': '--to-source' },
  ...{ '--wait': '-w', '--to-port': '--to-ports', '--numeric': '-n', '--verbose': '-v' },
}

const looking = new Set(['-L', '-S', '-Z', '-V', '-h', '--version', '--help'])

export function iptables(context: Context, words: readonly Word[]): Outcome {
  const family: Family = /ip6tables/.test(words[0]?.text ?? '') ? 'ipv6' : 'ipv4'
  const given: GivenRule = {
    ...{ table: 'filter', action: null, source: null, destination: null, in: null, out: null, protocol: null },
    ...{ port: null, target: null, toSource: null, toDestination: null, toPorts: null, ctstate: null, not: [] },
  }
  const cursor = new Cursor(words, 1)
  if (cursor.rest().some(({ text }) => looking.has(option(text)) || /^-[vn]*L[vn]*$/.test(text))) return harmless
  for (let word = cursor.next(); word; word = cursor.next()) {
    const negated = word.text === '!' ? cursor.peek() : null
    const part = negated ? negatable[option(negated.text)] : undefined
    if (part) given.not.push(part)
    else {
      const wrong = readOption(cursor, word, given)
      if (wrong) return wrong
    }
  }
  return given.action
    ? carryOut(context, family, given, words[0])
    : leftOut(said`\`iptables\` says nothing to do.`, null, words[0])
}

/** Options that a `!` may stand before. */
const negatable: Readonly<Record<string, NatPart>> = {
  ...{ '-s': 'source', '-d': 'destination', '-p': 'protocol', '--dport': 'port', '-i': 'in', '-o': 'out' },
}

const option = (text: string): string => (Object.hasOwn(short, text) ? (short[text] ?? text) : text)

function readOption(cursor: Cursor, word: Word, given: GivenRule): Outcome | null {
  const text = option(word.text)
  switch (text) {
    case '-t':
      given.table = cursor.next()?.text ?? ''
      return null
    case '-A':
    case '-C':
    case '-I':
    case '-D':
    case '-F':
    case '-P':
    case '-N':
    case '-X': {
      const takesChain = !cursor.peek()?.text.startsWith('-')
      const chain = takesChain ? (cursor.next() ?? null) : null
      const number = /^\d+$/.test(cursor.peek()?.text ?? '') || text === '-P' ? (cursor.next() ?? null) : null
      given.action = { verb: text, chain, number }
      return null
    }
    case '-s':
      given.source = cursor.next() ?? null
      return null
    case '-d':
      given.destination = cursor.next() ?? null
      return null
    case '-i':
      given.in = cursor.next() ?? null
      return null
    case '-o':
      given.out = cursor.next() ?? null
      return null
    case '-p':
      given.protocol = cursor.next() ?? null
      return null
    case '--dport':
      given.port = cursor.next() ?? null
      return null
    case '-j':
      given.target = cursor.next() ?? null
      return null
    case '--to-source':
      given.toSource = cursor.next() ?? null
      return null
    case '--to-destination':
      given.toDestination = cursor.next() ?? null
      return null
    case '-m': {
      // These add nothing by themselves.
      const match = cursor.next()
      if (/^(?:tcp|udp|icmp|icmp6|comment|conntrack|state)$/.test(match?.text ?? '')) return null
      return leftOut(said`A lab file has no words for the match ${quote(match?.text ?? '')}.`, null, match ?? word)
    }
    case '--comment':
      cursor.next()
      return null
    case '--ctstate':
    case '--state':
      given.ctstate = cursor.next() ?? null
      return null
    case '--to-ports':
      given.toPorts = cursor.next() ?? null
      return null
    case '-w':
      if (/^\d+$/.test(cursor.peek()?.text ?? '')) cursor.next()
      return null
    case '-v':
    case '-n':
      return null
    case '--reject-with': {
      const kind = cursor.next()
      if (/^icmp6?-port-unreachable$/.test(kind?.text ?? '')) return null
      return leftOut(
        said`A lab rejects with port unreachable, not with ${quote(kind?.text ?? '')}.`,
        null,
        kind ?? word,
      )
    }
    default:
      return leftOut(said`${quote(word.text)} in an iptables rule is nothing a lab file can say.`, null, word)
  }
}

function carryOut({ namespace, tell }: Context, family: Family, given: GivenRule, program: Word | undefined): Outcome {
  const { verb, chain, number } = given.action ?? { verb: '', chain: null, number: null }
  if (given.table !== 'nat' && given.table !== 'filter')
    return leftOut(said`A lab file has no words for the table ${quote(given.table)}.`, null, program)
  if (verb === '-P') {
    const policy = number?.text === 'DROP' ? 'drop' : number?.text === 'ACCEPT' ? 'accept' : null
    const where = filterChain(chain?.text ?? '')
    if (policy === 'accept' && !where) return success
    if (!policy || !where || given.table !== 'filter')
      return leftOut(said`A lab file has no such policy.`, null, chain ?? program)
    setPolicy(namespace, { family, chain: where, policy })
    return success
  }
  if (verb === '-X') return success
  if (verb === '-N')
    return leftOut(said`A lab file has no chains of its own.`, said`Put the rules into the built-in chains.`, program)
  const chains = given.table === 'nat' ? ['PREROUTING', 'OUTPUT', 'POSTROUTING'] : ['INPUT', 'FORWARD', 'OUTPUT']
  if (verb === '-F') {
    flushRules(namespace, family, given.table, chain?.text ?? null)
    return success
  }
  if (!chain || !chains.includes(chain.text))
    return leftOut(
      said`A lab file has no rules in ${quote(`${given.table} ${chain?.text ?? ''}`.trim())}.`,
      null,
      chain ?? program,
    )
  const place = { family, table: given.table, chain: chain.text }
  if (verb === '-D' && number) return deleteRuleNumber(namespace, place, Number(number.text)) ? success : nothingThere
  const rule = given.table === 'nat' ? natRule(family, chain, given) : firewallRule(family, chain, given)
  if ('status' in rule) return rule
  if (verb === '-C') return hasRule(namespace, rule) ? success : nothingThere
  if (verb === '-D') return deleteRule(namespace, rule) ? success : nothingThere
  const named = [given.in, given.out].filter((word) => word !== null)
  const offset = named[0]?.offset ?? program?.offset ?? 0
  const made = { spelling: rule, devices: named.map(({ text }) => text), offset }
  if (hasRule(namespace, rule)) {
    tell(program?.offset ?? 0, { message: said`The same rule is there already; it is written once.`, hint: null })
  } else if (verb === '-I') insertRule(namespace, made, number ? Number(number.text) : 1)
  else appendRule(namespace, made)
  return success
}
