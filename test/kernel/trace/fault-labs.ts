/** Labs that faults are put into, and what is told of a fault. */
import type { DiagnosisCode } from '../../../electron/core/diagnosis/diagnosis.js'
import type { Params } from '../../../electron/core/rpc.js'

export interface Fault {
  readonly name: string
  readonly code: DiagnosisCode
  readonly lab: string
  /** Typed in the host after the lab is up. */
  readonly typed?: readonly string[]
  readonly from: string
  readonly to: string
  readonly probe?: Partial<Params<'trace/run'>>
  readonly namespace: string
  readonly interface?: string | null
  /** The sentence, where one code has several. */
  readonly cause?: string
  /** The evidence must hold this. */
  readonly evidence: RegExp
  /** Commands of its fix; null where waiting, or another probe, is all that helps. */
  readonly fix: readonly string[] | null
  /** Where the same fault looks another way once all neighbours are known. */
  readonly warm?: Partial<Pick<Fault, 'code' | 'namespace' | 'interface' | 'evidence' | 'fix'>>
  /** It is the same with all neighbours known, so once is enough. */
  readonly alike?: true
  /** It lets a probe through once in a while. */
  readonly fitful?: true
  /** Checks of the lab that must hold after the fix, as `[from, to, probe]`. */
  readonly holds?: readonly (readonly [string, string, Partial<Params<'trace/run'>>])[]
}

/** Neighbours that do not answer are given up after three questions; asked faster, tests are faster (ms). */
export const quickSysctl = (...devices: readonly string[]): string =>
  `sysctls: { ${devices.map((dev) => `net.ipv4.neigh.${dev}.retrans_time_ms: 60`).join(', ')} }`
const quick = quickSysctl

/** A program of the learner's own that listens there, once it does; it ends by itself. */
export const listening = (
  namespace: string,
  address: string,
  { protocol, port }: Partial<Params<'trace/run'>>,
): string => {
  const [ss, nc] = protocol === 'udp' ? ['-Hlun', '-l -u'] : ['-Hltn', '-l -k']
  const within = `ip netns exec ${namespace}`
  return (
    `${within} timeout 120 nc ${nc} ${address} ${port} </dev/null >/dev/null 2>&1 & ` +
    `for i in $(seq 300); do ${within} ss ${ss} src ${address}:${port} | grep -q . && exit 0; sleep .1; done; exit 1`
  )
}

interface PairOptions {
  readonly a?: string
  readonly b?: string
  readonly ns0?: string
  readonly ns1?: string
}

/** Two namespaces on one cable. */
export const pair = ({ a = '10.0.0.1/24', b = '10.0.0.2/24', ns0 = '', ns1 = '' }: PairOptions = {}): string => `
namespaces:
  ns0: { interfaces: { veth0: { addresses: [${a}] } }, ${quick('veth0')}${ns0} }
  ns1: { interfaces: { veth1: { addresses: [${b}] } }${ns1} }
links: [[ns0:veth0, ns1:veth1]]
`

interface RouterOptions {
  readonly ns0?: string
  readonly router?: string
  readonly ns1?: string
  readonly routes0?: string
  readonly routes1?: string
  readonly forwarding?: boolean
}

/** The router between two subnets. */
export const router = (options: RouterOptions = {}): string => {
  const { ns0 = '', router: middle = '', ns1 = '', forwarding = true } = options
  const { routes0 = 'routes: [{ to: 192.168.1.0/24, via: 192.168.0.1 }]' } = options
  const { routes1 = 'routes: [{ to: 192.168.0.0/24, via: 192.168.1.1 }]' } = options
  return `
namespaces:
  ns0: { interfaces: { veth0: { addresses: [192.168.0.2/24] } }, ${routes0 ? `${routes0}, ` : ''}${quick('veth0')}${ns0} }
  ns-router:
    forwarding: ${forwarding}
    interfaces: { veth1: { addresses: [192.168.0.1/24] }, veth3: { addresses: [192.168.1.1/24] } }
    ${quick('veth3')}
    ${middle}
  ns1: { interfaces: { veth2: { addresses: [192.168.1.2/24] } }${routes1 ? `, ${routes1}` : ''}${ns1} }
links: [[ns0:veth0, ns-router:veth1], [ns1:veth2, ns-router:veth3]]
`
}

interface BridgeOptions {
  readonly ports?: string
  readonly host?: string
  readonly ns2?: string
}

/** Three namespaces on a bridge of the host. */
export const bridge = ({ ports = 'p0, p1, p2', host = '', ns2 = '10.0.0.3/24' }: BridgeOptions = {}): string => `
namespaces:
  host: { bridges: { br0: { ports: [${ports}] } }${host} }
  ns0: { interfaces: { veth0: { addresses: [10.0.0.1/24] } }, ${quick('veth0')} }
  ns1: { interfaces: { veth0: { addresses: [10.0.0.2/24] } }, services: [{ listen: tcp, port: 80, reply: "one\\n" }] }
  ns2: { interfaces: { veth0: { addresses: [${ns2}] } } }
links: [[ns0:veth0, host:p0], [ns1:veth0, host:p1], [ns2:veth0, host:p2]]
`

interface NatOptions {
  readonly nat?: string
  readonly host?: string
  readonly services?: string
}

/** Two namespaces behind a bridge with an address, and an outside that has no route back to them. */
export const nat = ({ nat: rules = '', host = '', services = '' }: NatOptions = {}): string => `
namespaces:
  host:
    forwarding: true
    bridges: { bridge0: { addresses: [192.168.1.1/24], ports: [veth1, veth3] } }
    interfaces: { eth0: { addresses: [172.16.0.157/16] } }
    routes: [{ to: default, via: 172.16.0.1 }]
    ${rules === '' ? '' : `nat: [${rules}]`}
    ${host}
  ns0: { interfaces: { veth0: { addresses: [192.168.1.2/24] } }, routes: [{ to: default, via: 192.168.1.1 }]${services} }
  ns1: { interfaces: { veth2: { addresses: [192.168.1.3/24] } }, routes: [{ to: default, via: 192.168.1.1 }] }
  internet: { interfaces: { wan0: { addresses: [172.16.0.1/16] }, lo: { addresses: [203.0.113.10/24] } } }
links: [[ns0:veth0, host:veth1], [ns1:veth2, host:veth3], [host:eth0, internet:wan0]]
`
export const masquerade = '{ masquerade: 192.168.1.0/24, out: eth0 }'

export const tcp = (port: number): Partial<Params<'trace/run'>> => ({ protocol: 'tcp', port })
