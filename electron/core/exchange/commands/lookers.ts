/** Programs of which a lab only knows how they look: the old ones that `ip` replaced. */
import { quote } from '../../lab/describe.js'
import type { Word } from '../shell/word.js'
import { harmless, leftOut, type Context, type Outcome } from './command.js'
import { said, type Said } from '../../words/said.js'

const hints: Readonly<Record<string, Said>> = {
  ifconfig: said`Write \`ip addr add ... dev ...\` and \`ip link set ... up\`.`,
  route: said`Write \`ip route add\`.`,
  arp: said`Write \`ip neigh add\`; a lab file has no words for it, though.`,
}

/** `route`, `route -n`, `arp -a`, `ifconfig`, `ifconfig eth0` print. */
export function netTools(_context: Context, words: readonly Word[]): Outcome {
  const [program, ...rest] = words
  const given = rest.filter(({ text }) => !/^-(?:[naveA46]+|-numeric|-all|inet6?)$|^inet6?$/.test(text))
  const name = program?.text ?? ''
  if (given.length === 0 || (given.length === 1 && name !== 'route' && !given[0]?.text.startsWith('-'))) return harmless
  return leftOut(said`${quote(name)} is not a command that a lab is made from.`, hints[name] ?? null, program)
}
