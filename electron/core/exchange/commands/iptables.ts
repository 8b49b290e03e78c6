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
import { carryOutSpelled, hasChain, type TableCommand } from '../network/saved.js'
import type { Word } from '../shell/word.js'
import { firewallRule, natRule, type GivenRule } from './iptables-rule.js'
import { beyondEntries, Cursor, harmless, leftOut, nothingThere, success } from './command.js'
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

/** Matches and targets that come with iptables; others may be mistyped. */
const known = new Set(
  (
    'addrtype ah comment connbytes connlabel connlimit connmark conntrack cpu dccp devgroup dscp ecn esp hashlimit helper hl ' +
    'icmp icmp6 iprange length limit mac mark multiport owner physdev pkttype policy quota recent rpfilter sctp set socket ' +
    'state statistic string tcp tcpmss time tos ttl u32 udp ' +
    'ACCEPT CHECKSUM CLASSIFY CONNMARK CT DNAT DROP DSCP ECN HL LOG MARK MASQUERADE NETMAP NFLOG NFQUEUE NOTRACK REDIRECT ' +
    'REJECT RETURN SNAT TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL'
  ).split(' '),
)

/** As entries of the lab file where they can say it; beside that word by word, for the text that says the rest. */
export function iptables(context: Context, words: readonly Word[]): Outcome {
  const family: Family = /ip6tables/.test(words[0]?.text ?? '') ? 'ipv6' : 'ipv4'
  const given: GivenRule = {
    ...{ table: 'filter', action: null, source: null, destination: null, in: null, out: null, protocol: null },
    ...{ port: null, target: null, toSource: null, toDestination: null, toPorts: null, ctstate: null, not: [] },
  }
  const cursor = new Cursor(words, 1)
  if (cursor.rest().some(({ text }) => looking.has(option(text)) || /^-[vn]*L[vn]*$/.test(text))) return harmless
  const outcome = inEntries(context, family, given, cursor, words[0])
  const { spelled } = context.namespace
  const command = spelledCommand(family, words)
  const target = command.words[command.words.lastIndexOf('-j') + 1] ?? ''
  const matches = command.words.flatMap((word, at) => (command.words[at - 1] === '-m' ? [word] : []))
  const isKnown =
    matches.every((match) => known.has(match)) &&
    (!command.words.includes('-j') ||
      known.has(target) ||
      hasChain(context.namespace, family, command.table, target)) &&
    (!/^-[AI]$/.test(command.verb) || hasChain(context.namespace, family, command.table, command.chain ?? ''))
  if (outcome.notice !== null && !(outcome.beyond && isKnown)) return outcome
  const carried = carryOutSpelled(context.namespace, { ...command, saved: outcome.saved ?? null })
  if (outcome.notice === null) return outcome
  if (carried === 'none') return nothingThere
  if (carried) return leftOut(carried.message, carried.hint, words[0])
  // Looking and clearing away make nothing that would have to be said.
  if (/^-[AIN]$/.test(command.verb)) spelled.beyond.add(family)
  return success
}

/** The command's words in their short form, without what only says where and how it is carried out. */
function spelledCommand(family: Family, words: readonly Word[]): Omit<TableCommand, 'saved'> {
  let [table, verb]: [string, string] = ['filter', '']
  let [chain, number]: [string | null, string | null] = [null, null]
  const rest: string[] = []
  const cursor = new Cursor(words, 1)
  for (let word = cursor.next(); word; word = cursor.next()) {
    const text = word.text === '--to' ? '--to' : option(word.text)
    if (text === '-t') table = cursor.next()?.text ?? ''
    else if (text === '-w') {
      if (/^\d+$/.test(cursor.peek()?.text ?? '')) cursor.next()
    } else if (/^-[ACDFINPX]$/.test(text) && verb === '') {
      verb = text
      if (cursor.peek() && !cursor.peek()?.text.startsWith('-')) chain = cursor.next()?.text ?? null
      if (/^\d+$/.test(cursor.peek()?.text ?? '') || text === '-P') number = cursor.next()?.text ?? null
    } else if (text !== '-v' && text !== '-n') rest.push(text)
  }
  const target = rest[rest.indexOf('-j') + 1]
  const to = target === 'DNAT' ? '--to-destination' : target === 'SNAT' ? '--to-source' : '--to-ports'
  return { family, table, verb, chain, number, words: rest.map((word) => (word === '--to' ? to : word)) }
}

/** With the spelling of the entry that says it. */
type Entered = Outcome & { readonly saved?: string }

function inEntries(
  context: Context,
  family: Family,
  given: GivenRule,
  cursor: Cursor,
  program: Word | undefined,
): Entered {
  let beyond: Outcome | null = null
  for (let word = cursor.next(); word; word = cursor.next()) {
    const negated = word.text === '!' ? cursor.peek() : null
    const part = negated ? negatable[option(negated.text)] : undefined
    if (part) given.not.push(part)
    else {
      const wrong = readOption(cursor, word, given)
      // What stands behind it is read all the same: it may be wrong.
      if (wrong?.beyond) beyond ??= wrong
      else if (wrong) return beyond ?? wrong
    }
  }
  if (beyond) return beyond
  return given.action
    ? carryOut(context, family, given, program)
    : leftOut(said`\`iptables\` says nothing to do.`, null, program)
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
      return beyondEntries(
        said`A lab file has no words for the match ${quote(match?.text ?? '')}.`,
        null,
        match ?? word,
      )
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
      return beyondEntries(
        said`A lab rejects with port unreachable, not with ${quote(kind?.text ?? '')}.`,
        null,
        kind ?? word,
      )
    }
    default:
      return beyondEntries(said`${quote(word.text)} in an iptables rule is nothing a lab file can say.`, null, word)
  }
}

function carryOut({ namespace, tell }: Context, family: Family, given: GivenRule, program: Word | undefined): Entered {
  const { verb, chain, number } = given.action ?? { verb: '', chain: null, number: null }
  if (given.table !== 'nat' && given.table !== 'filter')
    return beyondEntries(said`A lab file has no words for the table ${quote(given.table)}.`, null, program)
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
    return beyondEntries(
      said`A lab file has no chains of its own.`,
      said`Put the rules into the built-in chains.`,
      program,
    )
  const chains = given.table === 'nat' ? ['PREROUTING', 'OUTPUT', 'POSTROUTING'] : ['INPUT', 'FORWARD', 'OUTPUT']
  if (verb === '-F') {
    flushRules(namespace, family, given.table, chain?.text ?? null)
    return success
  }
  if (!chain || !chains.includes(chain.text))
    return beyondEntries(
      said`A lab file has no rules in ${quote(`${given.table} ${chain?.text ?? ''}`.trim())}.`,
      null,
      chain ?? program,
    )
  const place = { family, table: given.table, chain: chain.text }
  if (verb === '-D' && number) return deleteRuleNumber(namespace, place, Number(number.text)) ? success : nothingThere
  const rule = given.table === 'nat' ? natRule(family, chain, given) : firewallRule(family, chain, given)
  if ('status' in rule) return rule
  const done = { ...success, saved: rule.saved }
  if (verb === '-C') return hasRule(namespace, rule) ? done : nothingThere
  if (verb === '-D') return deleteRule(namespace, rule) ? done : nothingThere
  const named = [given.in, given.out].filter((word) => word !== null)
  const offset = named[0]?.offset ?? program?.offset ?? 0
  const made = { spelling: rule, devices: named.map(({ text }) => text), offset }
  if (hasRule(namespace, rule)) {
    tell(program?.offset ?? 0, { message: said`The same rule is there already; it is written once.`, hint: null })
  } else if (verb === '-I') insertRule(namespace, made, number ? Number(number.text) : 1)
  else appendRule(namespace, made)
  return done
}
