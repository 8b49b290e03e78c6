/** `udhcpc`, `dhclient`, `dhcpcd`: an interface that asks for its address, and is switched on for it. */
import { quote } from '../../lab/describe.js'
import { findDevice, setUp } from '../network/links.js'
import type { Word } from '../shell/word.js'
import { harmless, leftOut, refused, success, type Context, type Outcome } from './command.js'
import { said } from '../../words/said.js'

interface Client {
  /** Options whose value is a word of its own. */
  readonly valued: ReadonlySet<string>
  /** Asks for nothing: it ends another one, prints, or speaks IPv6. */
  readonly idle: RegExp
  /** The option that names the interface, with its value where it has it; null: a word does. */
  readonly names: RegExp | null
}

const options = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** udhcpc(1), dhclient(8), dhcpcd(8). */
const clients: Readonly<Record<string, Client>> = {
  udhcpc: {
    valued: options('-p -s -T -t -A -O -r -x -V -F -H -h -c -l'),
    idle: /^(?:--help|--version|-v)$/,
    names: /^(?:-[fbqRBSnoC]*i|--interface(?:$|=))(.*)$/,
  },
  dhclient: {
    valued: options('-p -e -pf -lf -cf -sf -s -g -D -I -H -F -timeout -df --timeout -C -B -U -V'),
    idle: /^(?:-r|-x|-6|-h|--help|--version)$/,
    names: null,
  },
  dhcpcd: {
    valued: options(
      '-c -e -f -h -i -j -l -m -o -Q -r -s -S -t -u -v -w -W -X -z -C -O -y -Y --script --env --config --hostname ' +
        '--vendorclassid --leasetime --metric --option --request --inform --static --timeout --userclass --reboot',
    ),
    idle: /^(?:-k|-x|-n|-N|-U|-6|-V|--release|--exit|--help|--version|--ipv6only)$/,
    names: null,
  },
}

/** Which udhcpc asks on where nobody says. */
const usualName = 'eth0'

export function dhcpClient({ namespace }: Context, words: readonly Word[]): Outcome {
  const name = words[0]?.text.replace(/^.*\//, '') ?? ''
  const { valued, idle, names } = clients[name] ?? { valued: new Set<string>(), idle: /^/, names: null }
  const named: Word[] = []
  for (let i = 1; i < words.length; i++) {
    const word = words[i] as Word
    if (idle.test(word.text)) return harmless
    const [, glued] = names?.exec(word.text) ?? []
    if (glued) named.push({ ...word, text: glued })
    else if (glued === '' && words[i + 1]) named.push(words[++i] as Word)
    else if (valued.has(word.text)) i++
    else if (!word.text.startsWith('-') && names === null) named.push(word)
  }
  const [program] = words
  if (named.length === 0 && names !== null && program) named.push({ ...program, text: usualName })
  if (named.length === 0)
    return leftOut(
      said`${quote(name)} asks on every interface there is; a lab says on which.`,
      said`Name the interface: ${`${name} ${usualName}`}.`,
    )
  for (const word of named) {
    const device = findDevice(namespace, word.text)
    if ('message' in device) return refused(device, word)
    device.asksDhcp = true
    setUp(device, true)
  }
  return success
}
