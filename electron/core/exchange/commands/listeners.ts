/** Programs that wait for somebody, as far as a responder of the lab does the same: `nc -l`, `socat`, `python3 -m http.server`. */
import { parseAddress } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import { replyPattern } from '../../lab/plain-text.js'
import type { Listener } from '../network/network.js'
import type { Word } from '../shell/word.js'
import { harmless, leftOut, success, wholeNumber, type Context, type Outcome } from './command.js'
import { said } from '../../words/said.js'

/** UTF-16 units of an answer that stands in the script. */
const maxReply = 1000

export const shouldAnswer = said`Should it answer? Add it under "services" in the lab file.`

const portOf = (text: string | undefined): number | null => wholeNumber(text, 1, 65535)

function listen({ namespace, input }: Context, protocol: Listener['listen'], port: number, at: string | null): Outcome {
  const isThere = namespace.listeners.some(
    (each) => each.listen === protocol && each.port === port && (at === null || (each.address ?? at) === at),
  )
  if (isThere) return success
  const text = input === null ? null : input.all().text
  const isReply = text !== null && text !== '' && text.length <= maxReply && replyPattern.test(text)
  const address = at === null || /^(?:0\.0\.0\.0|::)$/.test(at) ? {} : { address: at }
  namespace.listeners.push({ listen: protocol, port, ...(isReply ? { reply: text } : {}), ...address })
  return success
}

const unclear = (program: Word | undefined): Outcome =>
  leftOut(said`Where ${quote(program?.text ?? 'it')} listens is not known here.`, shouldAnswer, program)

interface Options {
  /** All letters and long names of options. */
  readonly given: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly rest: readonly string[]
}

/** @param valued letters of options whose value is the next word, where it does not stand behind the letter */
function optionsOf(words: readonly Word[], valued: string): Options {
  const given = new Set<string>()
  const values = new Map<string, string>()
  const rest: string[] = []
  for (let i = 1; i < words.length; i++) {
    const text = words[i]?.text ?? ''
    const [, long] = /^--([a-z-]+)$/.exec(text) ?? []
    if (long !== undefined) given.add(long)
    else if (!/^-[A-Za-z0-9]/.test(text)) rest.push(text)
    else
      for (let at = 1; at < text.length; at++) {
        const letter = text[at] ?? ''
        given.add(letter)
        if (!valued.includes(letter)) continue
        values.set(letter, text.slice(at + 1) || (words[++i]?.text ?? ''))
        break
      }
  }
  return { given, values, rest }
}

/** `nc -l -p 80`, `nc -lk 80`, `nc -l 10.0.0.1 80`; one that connects changes nothing. */
export function nc(context: Context, words: readonly Word[]): Outcome {
  const { given, values, rest } = optionsOf(words, 'pswqeciIoTVXxm')
  if (!given.has('l') && !given.has('listen')) return harmless
  const address = values.get('s') ?? rest.find((text) => parseAddress(text)) ?? null
  const port = portOf(values.get('p') ?? rest.findLast((text) => portOf(text) !== null))
  if (port === null || given.has('U')) return unclear(words[0])
  return listen(context, given.has('u') || given.has('udp') ? 'udp' : 'tcp', port, address)
}

/** `iperf3 -s`, `iperf -s -u`. */
export function iperf(context: Context, words: readonly Word[]): Outcome {
  const { given, values } = optionsOf(words, 'pBibfntwlPcFAVIM')
  if (!given.has('s') && !given.has('server')) return harmless
  const isThird = words[0]?.text === 'iperf3'
  const port = portOf(values.get('p') ?? (isThird ? '5201' : '5001'))
  if (port === null) return unclear(words[0])
  return listen(context, !isThird && given.has('u') ? 'udp' : 'tcp', port, values.get('B') ?? null)
}

/** `python3 -m http.server 8080 --bind 10.0.0.1`. */
export function python(context: Context, words: readonly Word[]): Outcome {
  const [program, option, module, ...rest] = words.map(({ text }) => text)
  if (option !== '-m' || !/^(?:http\.server|SimpleHTTPServer)$/.test(module ?? ''))
    return leftOut(said`${quote(program ?? '')} is not a command that a lab is made from.`, shouldAnswer, words[0])
  const bind = rest.findIndex((text) => /^(?:-b|--bind)$/.test(text))
  const others = rest.filter((_, i) => bind < 0 || (i !== bind && i !== bind + 1))
  const port = portOf(others.find((text) => /^\d+$/.test(text)) ?? '8000')
  return port === null ? unclear(words[0]) : listen(context, 'tcp', port, bind < 0 ? null : (rest[bind + 1] ?? null))
}

/** `socat TCP-LISTEN:80,fork EXEC:cat`; one that hands on to somebody else is none of the lab's responders. */
export function socat(context: Context, words: readonly Word[]): Outcome {
  const ends = words.slice(1).filter(({ text }) => !/^-./.test(text))
  const waiting = /^(tcp|udp)[46]?-(?:l|listen|recv|recvfrom):(\d+)(.*)$/i
  const [, protocol, port, options = ''] = waiting.exec(ends[0]?.text ?? '') ?? []
  const isOwn = /^(?:-$|(?:exec|system|shell|stdio|stdout|stdin|pipe|open|create|gopen|file):?|\/)/i.test(
    ends[1]?.text ?? '',
  )
  const number = portOf(port)
  if (number === null || !isOwn)
    return leftOut(said`${quote('socat')} is not a command that a lab is made from.`, shouldAnswer, words[0])
  const [, bind = null] = /,bind=([^,]+)/.exec(options) ?? []
  return listen(context, protocol?.toLowerCase() === 'udp' ? 'udp' : 'tcp', number, bind)
}

/** Whether it waits for somebody, and so is more than a look. */
export function isListening([program, ...rest]: readonly Word[]): boolean {
  const letter = /^(?:nc|ncat|netcat)$/.test(program?.text ?? '')
    ? 'l'
    : /^iperf3?$/.test(program?.text ?? '')
      ? 's'
      : null
  if (letter === null) return false
  const pattern =
    letter === 'l' ? /^(?:--listen|-[A-Za-z0-9]*l[A-Za-z0-9]*)$/ : /^(?:--server|-[A-Za-z0-9]*s[A-Za-z0-9]*)$/
  return rest.some(({ text }) => pattern.test(text))
}
