/** `iptables` and `ip6tables`: the rules that a lab file can say, in whatever order their words stand. */
import { quote } from '../../lab/describe.js'
import type { Family } from '../../lab/lab.js'
import { appendRule, deleteRule, deleteRuleNumber, flushRules, hasRule, insertRule } from '../network/rules.js'
import type { Word } from '../shell/word.js'
import { firewallRule, natRule, type Said } from './iptables-rule.js'
import { Cursor, harmless, leftOut, nothingThere, success } from './command.js'
import type { Context, Outcome } from './command.js'

/** Long options by their short form. */
const short: Readonly<Record<string, string>> = {
  ...{ '--table': '-t', '--append': '-A', '--insert': '-I', '--delete': '-D', '--flush': '-F', '--policy': '-P' },
  ...{ '--list': '-L', '--list-rules': '-S', '--zero': '-Z', '--check': '-C', '--source': '-s', '--src': '-s' },
  ...{ '--destination': '-d', '--dst': '-d', '--in-interface': '-i', '--out-interface': '-o', '--protocol': '-p' },
  ...{ '--proto': '-p', '--jump': '-j', '--match': '-m', '--destination-port': '--dport', '--to': '--to-source' },
  ...{ '--wait': '-w', '--numeric': '-n', '--verbose': '-v' },
}

const looking = new Set(['-L', '-S', '-Z', '-V', '-h', '--version', '--help'])

export function iptables(context: Context, words: readonly Word[]): Outcome {
  const family: Family = /ip6tables/.test(words[0]?.text ?? '') ? 'ipv6' : 'ipv4'
  const said: Said = {
    ...{ table: 'filter', action: null, source: null, destination: null, in: null, out: null, protocol: null },
    ...{ port: null, target: null, toSource: null, toDestination: null },
  }
  const cursor = new Cursor(words, 1)
  if (cursor.rest().some(({ text }) => looking.has(option(text)) || /^-[vn]*L[vn]*$/.test(text))) return harmless
  for (let word = cursor.next(); word; word = cursor.next()) {
    const wrong = readOption(cursor, word, said)
    if (wrong) return wrong
  }
  return said.action
    ? carryOut(context, family, said, words[0])
    : leftOut('`iptables` says nothing to do.', null, words[0])
}

const option = (text: string): string => (Object.hasOwn(short, text) ? (short[text] ?? text) : text)

function readOption(cursor: Cursor, word: Word, said: Said): Outcome | null {
  const text = option(word.text)
  switch (text) {
    case '-t':
      said.table = cursor.next()?.text ?? ''
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
      said.action = { verb: text, chain, number }
      return null
    }
    case '-s':
      said.source = cursor.next() ?? null
      return null
    case '-d':
      said.destination = cursor.next() ?? null
      return null
    case '-i':
      said.in = cursor.next() ?? null
      return null
    case '-o':
      said.out = cursor.next() ?? null
      return null
    case '-p':
      said.protocol = cursor.next() ?? null
      return null
    case '--dport':
      said.port = cursor.next() ?? null
      return null
    case '-j':
      said.target = cursor.next() ?? null
      return null
    case '--to-source':
      said.toSource = cursor.next() ?? null
      return null
    case '--to-destination':
      said.toDestination = cursor.next() ?? null
      return null
    case '-m': {
      // These three add nothing by themselves.
      const match = cursor.next()
      if (/^(?:tcp|udp|icmp|icmp6|comment)$/.test(match?.text ?? '')) return null
      return leftOut(`A lab file has no words for the match ${quote(match?.text ?? '')}.`, null, match ?? word)
    }
    case '--comment':
      cursor.next()
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
      return leftOut(`A lab rejects with port unreachable, not with ${quote(kind?.text ?? '')}.`, null, kind ?? word)
    }
    default:
      return leftOut(`${quote(word.text)} in an iptables rule is nothing a lab file can say.`, null, word)
  }
}

function carryOut({ namespace, tell }: Context, family: Family, said: Said, program: Word | undefined): Outcome {
  const { verb, chain, number } = said.action ?? { verb: '', chain: null, number: null }
  if (said.table !== 'nat' && said.table !== 'filter')
    return leftOut(`A lab file has no words for the table ${quote(said.table)}.`, null, program)
  if (verb === '-P') {
    if (number?.text === 'ACCEPT') return success
    const hint = `End the chain with a rule instead: iptables -A ${chain?.text ?? 'FORWARD'} -j DROP`
    return leftOut('A lab file has no chain policies.', hint, chain ?? program)
  }
  if (verb === '-X') return success
  if (verb === '-N')
    return leftOut('A lab file has no chains of its own.', 'Put the rules into the built-in chains.', program)
  const chains = said.table === 'nat' ? ['PREROUTING', 'POSTROUTING'] : ['INPUT', 'FORWARD', 'OUTPUT']
  if (verb === '-F') {
    flushRules(namespace, family, said.table, chain?.text ?? null)
    return success
  }
  if (!chain || !chains.includes(chain.text))
    return leftOut(
      `A lab file has no rules in ${quote(`${said.table} ${chain?.text ?? ''}`.trim())}.`,
      null,
      chain ?? program,
    )
  const place = { family, table: said.table, chain: chain.text }
  if (verb === '-D' && number) return deleteRuleNumber(namespace, place, Number(number.text)) ? success : nothingThere
  const rule = said.table === 'nat' ? natRule(family, chain, said) : firewallRule(family, chain, said)
  if ('status' in rule) return rule
  if (verb === '-C') return hasRule(namespace, rule) ? success : nothingThere
  if (verb === '-D') return deleteRule(namespace, rule) ? success : nothingThere
  const named = [said.in, said.out].filter((word) => word !== null)
  const offset = named[0]?.offset ?? program?.offset ?? 0
  const made = { spelling: rule, devices: named.map(({ text }) => text), offset }
  if (hasRule(namespace, rule)) {
    tell(program?.offset ?? 0, { message: 'The same rule is there already; it is written once.', hint: null })
  } else if (verb === '-I') insertRule(namespace, made, number ? Number(number.text) : 1)
  else appendRule(namespace, made)
  return success
}
