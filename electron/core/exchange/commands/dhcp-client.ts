/** `udhcpc`, `dhclient`, `dhcpcd`: an interface that asks for its address. */
import { quote } from '../../lab/describe.js'
import { findDevice } from '../network/links.js'
import type { Word } from '../shell/word.js'
import { harmless, leftOut, refused, success, type Context, type Outcome } from './command.js'
import { said } from '../../words/said.js'

interface Client {
  /** Options whose value is a word of its own. */
  readonly valued: ReadonlySet<string>
  /** Asks for nothing: it ends another one, prints, or speaks IPv6. */
  readonly idle: RegExp
  /** The option that names the interface; null: a word does. */
  readonly names: string | null
}

const options = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** udhcpc(1), dhclient(8), dhcpcd(8). */
const clients: Readonly<Record<string, Client>> = {
  udhcpc: { valued: options('-p -s -B -T -t -A -O -r -x -V -F -H -h -C -c -l'), idle: /^--help$/, names: '-i' },
  dhclient: {
    valued: options('-p -e -pf -lf -cf -sf -s -g -D -I -H -F -timeout -df --timeout -C -B -U -V'),
    idle: /^(?:-r|-x|-6|-h|--help|--version)$/,
    names: null,
  },
  dhcpcd: {
    valued: options('-c -e -f -h -i -j -l -m -o -Q -r -s -S -t -u -v -w -W -X -z -C -O -y -Y'),
    idle: /^(?:-k|-x|-n|-N|-U|-6|-V|--release|--exit|--help|--version|--ipv6only)$/,
    names: null,
  },
}

export function dhcpClient({ namespace }: Context, words: readonly Word[]): Outcome {
  const name = words[0]?.text.replace(/^.*\//, '') ?? ''
  const { valued, idle, names } = clients[name] ?? { valued: new Set<string>(), idle: /^/, names: null }
  const named: Word[] = []
  for (let i = 1; i < words.length; i++) {
    const word = words[i] as Word
    if (idle.test(word.text)) return harmless
    if (word.text === names && words[i + 1]) named.push(words[++i] as Word)
    else if (names !== null && /^-i./.test(word.text)) named.push({ ...word, text: word.text.slice(2) })
    else if (valued.has(word.text)) i++
    else if (!word.text.startsWith('-') && names === null) named.push(word)
  }
  if (named.length === 0)
    return leftOut(
      said`${quote(name)} asks on every interface there is; a lab says on which.`,
      said`Name the interface: ${names === null ? `${name} eth0` : `${name} ${names} eth0`}.`,
    )
  for (const word of named) {
    const device = findDevice(namespace, word.text)
    if ('message' in device) return refused(device, word)
    device.asksDhcp = true
  }
  return success
}
