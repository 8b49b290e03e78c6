/**
 * Runs inside the emulated machine: what a lab elsewhere cannot have, as it takes the machine's own settings or modules - a
 * full table of connections, and filters of tc.
 */
import { execFileSync } from 'node:child_process'
import type { Session } from '../../electron/session/session.js'
import { parseLabText } from '../../electron/core/lab/parse.js'
import type { Params } from '../../electron/core/rpc.js'
import { apply, emptied, film, remainsOf, typed } from './study.js'

export interface MachineWide {
  /** By fault: code and place, the sentence, the evidence. */
  readonly diagnoses: Readonly<Record<string, string>>
  readonly remains: readonly string[]
}

const lab = `vethlab: 1
name: machine-wide
namespaces:
  a: { interfaces: { eth0: { addresses: [10.0.1.2/24] } }, routes: [{ to: default, via: 10.0.1.1 }] }
  r:
    forwarding: true
    interfaces: { e0: { addresses: [10.0.1.1/24] }, e1: { addresses: [10.0.2.1/24] } }
    firewall: [{ chain: forward, ctstate: [new, established], action: accept }]
  b: { interfaces: { eth0: { addresses: [10.0.2.2/24] } }, routes: [{ to: default, via: 10.0.2.1 }] }
links: [[a:eth0, r:e0], [r:e1, b:eth0]]
`

interface Fault {
  readonly at: string
  readonly broken: string
  readonly mended: string
}

const filtered = (at: string, dev: string, filter: string): Fault => ({
  at,
  broken: `tc qdisc add dev ${dev} clsact && tc filter add dev ${dev} ${filter}`,
  mended: `tc qdisc del dev ${dev} clsact`,
})

const faults: Readonly<Record<string, Fault>> = {
  'a filter that drops what comes in': filtered('b', 'eth0', 'ingress protocol ip matchall action drop'),
  'a filter that drops what goes out': filtered(
    'r',
    'e1',
    'egress protocol ip u32 match ip protocol 1 0xff action drop',
  ),
  'a filter that drops the answer at home': filtered(
    'a',
    'eth0',
    'ingress protocol ip flower ip_proto icmp action drop',
  ),
  'a filter that sends it elsewhere': filtered(
    'r',
    'e0',
    'ingress protocol ip matchall action mirred egress redirect dev lo',
  ),
}

/** Two connections that last, as many as there is room for; they end by themselves (seconds). */
const held = `
ip netns exec b timeout 40 nc -l -k 10.0.2.2 80 </dev/null >/dev/null 2>&1 &
for i in $(seq 100); do ip netns exec b ss -Hltn | grep -q :80 && break; sleep .1; done
for i in 1 2; do (sleep 30 | ip netns exec a timeout 30 nc 10.0.2.2 80 >/dev/null 2>&1 &); done
for i in $(seq 100); do [ "$(ip netns exec a ss -Htn state established | wc -l)" = 2 ] && exit 0; sleep .1; done
exit 1`
const limit = (most: string): void => void execFileSync('sysctl', ['-qw', `net.netfilter.nf_conntrack_max=${most}`])

async function explain(session: Session, more: Partial<Params<'trace/run'>> = {}): Promise<string> {
  await session.request('live/refresh', {})
  const { diagnosis } = await film(session, 'a', '10.0.2.2', more)
  if (!diagnosis) return 'none'
  const { code, namespace, interface: name, cause, evidence, fix } = diagnosis
  const shown = evidence.map(({ command, output }) => `$ ${command}\n${output}`)
  return [`${code} ${namespace}:${name}`, cause, fix ? fix.commands.join('; ') : 'no fix', ...shown].join('\n')
}

export async function studyMachineWide(session: Session): Promise<MachineWide> {
  const { labFile } = parseLabText(lab, 'machine-wide')
  if (labFile === null) throw new Error('no lab')
  await apply(session, labFile)
  const diagnoses: Record<string, string> = {}
  for (const [name, { at, broken, mended }] of Object.entries(faults)) {
    typed(session, at, broken)
    diagnoses[name] = await explain(session)
    typed(session, at, mended)
  }
  diagnoses['all is well'] = await explain(session)
  const most = execFileSync('sysctl', ['-n', 'net.netfilter.nf_conntrack_max'], { encoding: 'utf8' }).trim()
  typed(session, 'a', held)
  limit('2')
  diagnoses['no room for a connection'] = await explain(session, { protocol: 'tcp', port: 80 })
  limit(most)
  diagnoses['room again'] = await explain(session)
  await emptied(session)
  return { diagnoses, remains: remainsOf(session) }
}
