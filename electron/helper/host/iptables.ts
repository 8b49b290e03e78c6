/** iptables in its two engines: which one a machine means by `iptables`, and how each is called. */
import { hostNamespace, type Family } from '../../core/lab/lab.js'
import { programPath, runIn } from '../run.js'

export type Engine = 'nft' | 'legacy'

/** The program of one engine; where that is not installed under its own name, `iptables` is the only one there is. */
export function iptablesProgram(engine: Engine, family: Family): string {
  const plain = family === 'ipv4' ? 'iptables' : 'ip6tables'
  const own = `${plain}-${engine}`
  return programPath(own) === null ? plain : own
}

/** What `iptables` is here: `iptables v1.8.9 (nf_tables)`, or `(legacy)`, or an old one that says nothing. */
export async function usualEngine(): Promise<Engine> {
  const { stdout } = await runIn(hostNamespace, 'iptables', ['-V'])
  return stdout.includes('nf_tables') ? 'nft' : 'legacy'
}
