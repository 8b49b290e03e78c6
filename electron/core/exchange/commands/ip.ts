/** `ip`: its options, its objects, and `ip netns`. */
import { quote } from '../../lab/describe.js'
import { hostNamespace, type Family } from '../../lab/lab.js'
import { deleteNamespace } from '../network/links.js'
import type { Word } from '../shell/word.js'
import { abbreviated, Cursor, harmless, leftOut, nothingThere, refused, success } from './command.js'
import type { Context, Outcome } from './command.js'
import { carryOutLines, givenText, linesOf } from './given-text.js'
import { ipAddress } from './ip-address.js'
import { ipLink } from './ip-link.js'
import { ipNeigh } from './ip-neigh.js'
import { ipRoute } from './ip-route.js'
import { ipRule } from './ip-rule.js'
import { ipTunnel } from './ip-tunnel.js'
import { isShowing, type IpOptions } from './ip-words.js'
import { addNamespace, findNamespace, namespaceKey, namesOf } from './namespaces.js'
import { said } from '../../words/said.js'

/** In the order of iproute2's own table, which decides what `ip r` means (ip/ip.c). */
const objects = [
  'address',
  'addrlabel',
  'maddress',
  'route',
  'rule',
  'neighbor',
  'neighbour',
  'link',
  'tunnel',
  'tunl',
  'netns',
] as const

/** Options that only change what is printed. */
const printing =
  /^-(?:br|brief|c|color|color=.*|d|details|h|human|j|json|o|oneline|p|pretty|r|resolve|s|stats|statistics|t|ts)$/

export function ip(context: Context, words: readonly Word[]): Outcome {
  const cursor = new Cursor(words, 1)
  let family: Family | null = null
  let at = context
  let all = false
  let [batch, force]: [Word | null, boolean] = [null, false]
  for (let word = cursor.peek(); word?.text.startsWith('-'); word = cursor.peek()) {
    cursor.next()
    // Long options may be written with two dashes.
    const option = word.text.replace(/^--/, '-')
    if (option === '-4') family = 'ipv4'
    else if (option === '-6') family = 'ipv6'
    else if (option === '-f' || option === '-family') {
      const named = cursor.next()?.text
      if (named !== 'inet' && named !== 'inet6')
        return leftOut(said`ip -family ${named ?? ''} is left out.`, null, word)
      family = named === 'inet' ? 'ipv4' : 'ipv6'
    } else if (/^-n(?:e(?:t(?:ns?)?)?)?$/.test(option)) {
      const name = cursor.next()
      const namespace = findNamespace(context.network, name?.text ?? '')
      if ('message' in namespace) return refused(namespace, name)
      at = { ...context, namespace }
    } else if (option === '-a' || option === '-all') {
      all = true
    } else if (option === '-b' || option === '-batch') {
      batch = cursor.next() ?? null
      if (batch === null) return leftOut(said`\`ip -batch\` names no file.`, null, word)
    } else if (option === '-force') {
      force = true
    } else if (!printing.test(option)) {
      return leftOut(
        said`The option ${quote(word.text)} of ip is not understood.`,
        said`Write one \`ip\` command a line.`,
        word,
      )
    }
  }
  const [program] = words
  if (batch && program) {
    const given = givenText(at, batch, program)
    const before = family === null ? [] : [{ text: family === 'ipv4' ? '-4' : '-6', offset: program.offset }]
    if ('status' in given) return given
    return carryOutLines(at, linesOf(given, program), (line) => ip(at, [program, ...before, ...line.words]), force)
  }
  const word = cursor.next()
  if (!word) return harmless
  const object = abbreviated(word.text, objects)
  const options: IpOptions = { family }
  switch (object) {
    case 'address':
      return ipAddress(at, cursor, options)
    case 'link':
      return ipLink(at, cursor)
    case 'route':
      return ipRoute(at, cursor, options)
    case 'rule':
      return ipRule(at, cursor, options)
    case 'tunnel':
    case 'tunl':
      return ipTunnel(at, cursor)
    case 'neighbor':
    case 'neighbour':
      return ipNeigh(at, cursor, options)
    case 'netns':
      return all ? allNetns(at, cursor) : ipNetns(at, cursor)
    default:
      return isShowing(cursor)
        ? harmless
        : leftOut(said`A lab file has no words for ${quote(`ip ${word.text}`)}.`, null, word)
  }
}

/** `ip -all netns exec COMMAND`, `ip -all netns del`: in each that has a name. */
function allNetns(context: Context, cursor: Cursor): Outcome {
  const verb = cursor.next()
  const { network } = context
  const named = [...network.namespaces].filter(([key]) => key !== hostNamespace)
  const action = abbreviated(verb?.text ?? '', netnsVerbs)
  if (action === 'delete') {
    for (const [key, namespace] of named) deleteNamespace(network, key, namespace)
    return success
  }
  if (action !== 'exec')
    return leftOut(said`${quote(`ip -all netns ${verb?.text ?? ''}`)} is not understood.`, null, verb)
  let last: Outcome = success
  for (const [, namespace] of named) {
    const ran = context.run(cursor.rest(), namespace)
    if (ran.notice) context.tell(ran.offset ?? verb?.offset ?? 0, ran.notice)
    last = { ...ran, notice: null }
  }
  return last
}

/** Names, as `ip netns list` prints them. */
function listNames({ network, output }: Context): Outcome {
  output?.print(
    namesOf(network)
      .map((name) => `${name}\n`)
      .join(''),
  )
  return success
}

/** In the order of iproute2 (ip/ipnetns.c). */
const netnsVerbs = 'list show lst list-id add set delete identify pids exec monitor attach'.split(' ')

function ipNetns(context: Context, cursor: Cursor): Outcome {
  const { network, tell } = context
  const verb = cursor.next()
  if (!verb) return listNames(context)
  switch (abbreviated(verb.text, netnsVerbs)) {
    case 'add': {
      const name = cursor.next()
      if (!name) return leftOut(said`\`ip netns add\` names no namespace.`, null, verb)
      const made = addNamespace(network, name.text, name.offset, tell)
      return 'message' in made ? refused(made, name) : success
    }
    case 'delete': {
      const name = cursor.next()
      const namespace = findNamespace(network, name?.text ?? '')
      if ('message' in namespace) return nothingThere
      deleteNamespace(network, namespaceKey(name?.text ?? ''), namespace)
      return success
    }
    case 'exec': {
      const name = cursor.next()
      const namespace = findNamespace(network, name?.text ?? '')
      return 'message' in namespace ? refused(namespace, name) : context.run(cursor.rest(), namespace)
    }
    case 'list':
    case 'show':
    case 'lst':
      return listNames(context)
    case 'list-id':
    case 'identify':
    case 'pids':
    case 'monitor':
      return harmless
    default:
      return leftOut(
        said`${quote(`ip netns ${verb.text}`)} is not understood.`,
        said`Namespaces come by \`ip netns add\`.`,
        verb,
      )
  }
}

/** `nsenter --net=/run/netns/NS CMD`. */
export function nsenter(context: Context, words: readonly Word[]): Outcome {
  const cursor = new Cursor(words, 1)
  const option = cursor.next()
  const path = /^(?:--net=|-n)(.+)$/.exec(option?.text ?? '')?.[1]
  const [, name] = /^(?:\/var)?\/run\/netns\/([^/]+)$/.exec(path ?? '') ?? []
  if (name === undefined)
    return leftOut(
      said`Which namespace \`nsenter\` enters is not known here.`,
      said`Write \`ip netns exec NS COMMAND\`.`,
      option,
    )
  if (cursor.peek()?.text === '--') cursor.next()
  const namespace = findNamespace(context.network, name)
  return 'message' in namespace ? refused(namespace, option) : context.run(cursor.rest(), namespace)
}
