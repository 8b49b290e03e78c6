/**
 * The lab file's shape: the one schema that the parser, the helper and the published JSON Schema share.
 *
 * It says what a file may contain, not whether the parts agree with each other; that is `rules/`.
 * Nothing in here can name a program, a path or a shell string that runs without a click.
 */
import { z } from 'zod'
import { mostFaults, mostSeed } from '../challenge/vary-key.js'
import { linePattern, replyPattern, textPattern } from './plain-text.js'
import { textLimit } from './ruleset/refusal.js'

/** The format this program reads and writes. */
export const labVersion = 1

export const limits = {
  /** Bytes of YAML text. */
  fileBytes: 4 * 1024 * 1024,
  /** Nesting of collections in the YAML text. */
  depth: 20,
  namespaces: 2000,
  links: 10_000,
  notes: 500,
  /** Uses of YAML aliases in one file. */
  aliases: 100,
} as const

const plainText = z.string().regex(textPattern)
const plainLine = z.string().regex(linePattern)

/** Rules in the words of their own program; what may be in them is in `ruleset/`. */
const rulesText = plainText.max(textLimit)

/** One string for every language, or one per language. */
export const textSchema = z.union([
  plainText,
  z.strictObject({ en: plainText.optional(), 'zh-CN': plainText.optional() }),
])
/** The same, on one line. */
const lineSchema = z.union([plainLine, z.strictObject({ en: plainLine.optional(), 'zh-CN': plainLine.optional() })])

export const namespaceNamePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,31}$/
/**
 * Kernel rule (`dev_valid_name`): no slash, colon or white space; `%` is left out because the kernel takes it as a template,
 * and what `plain-text.ts` calls no text because a name is typed, printed and read.
 */
export const interfaceNamePattern =
  /^(?!\.{1,2}$)[^/:%\s\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+$/
export const endpointPattern =
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,31}:[^/:%\s\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+$/

export const namespaceName = z.string().regex(namespaceNamePattern)
export const interfaceName = z.string().regex(interfaceNamePattern)
const endpoint = z.string().regex(endpointPattern)
const port = z.int().min(1).max(65535)
/** Interfaces below 68 bytes cannot carry IPv4 (RFC 791). */
const mtu = z.int().min(68).max(65535)
const mac = z.string().regex(/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/)

/** What `ip link set` may say of any interface besides. */
const linkSettings = {
  multicast: z.boolean().optional(),
  /** It takes frames for whatever MAC address. */
  promisc: z.boolean().optional(),
  /** It asks for MAC addresses and answers for its own. */
  arp: z.boolean().optional(),
  /** Frames. */
  txqueuelen: z.int().min(0).max(4294967295).optional(),
  /** A label; the kernel keeps it as a signed number. */
  group: z.int().min(0).max(2147483647).optional(),
}

export const interfaceSchema = z.strictObject({
  addresses: z.array(z.string()).optional(),
  mac: mac.optional(),
  mtu: mtu.optional(),
  up: z.boolean().optional(),
  ...linkSettings,
  /** Whether it makes itself addresses and routes of what routers advertise (IPv6). */
  'accept-ra': z.boolean().optional(),
  /** Whether a DHCP client asks for its address, its default route and its nameservers. */
  dhcp4: z.boolean().optional(),
})

/** 0 and 4095 are reserved (IEEE 802.1Q, table 9-2). */
const vlanId = z.int().min(1).max(4094)

export const bridgeSchema = z.strictObject({
  addresses: z.array(z.string()).optional(),
  ports: z.array(interfaceName).optional(),
  stp: z.boolean().optional(),
  /** Of the bridge among those that choose a root: the smallest is it. */
  priority: z.int().min(0).max(65535).optional(),
  /** Seconds that a port listens, and then learns, with STP on (br_set_forward_delay, net/bridge/br_stp.c). */
  'forward-delay': z.int().min(2).max(30).optional(),
  /** Seconds after which an address that was not heard of is forgotten. */
  ageing: z.int().min(0).max(1_000_000).optional(),
  /** Ports that send back what they have received. */
  hairpin: z.array(interfaceName).optional(),
  /** Ports that reach none of the other isolated ones. */
  isolated: z.array(interfaceName).optional(),
  learning: z.record(interfaceName, z.boolean()).optional(),
  'vlan-filtering': z.boolean().optional(),
  /** By port, or by the bridge's own name. */
  'port-vlans': z
    .record(
      interfaceName,
      z.strictObject({
        /** What comes in without a tag; it goes out without one, unless it is `tagged`, too. */
        pvid: vlanId.optional(),
        tagged: z.array(vlanId).optional(),
        /** Comes in with a tag and goes out without one. */
        untagged: z.array(vlanId).optional(),
      }),
    )
    .optional(),
  mac: mac.optional(),
  mtu: mtu.optional(),
  up: z.boolean().optional(),
  ...linkSettings,
  'accept-ra': z.boolean().optional(),
  dhcp4: z.boolean().optional(),
})

/** A sub-interface: what its parent carries with one VLAN's tag. */
export const vlanSchema = z.strictObject({
  link: interfaceName,
  id: vlanId,
  protocol: z.enum(['802.1q', '802.1ad']).optional(),
  ...interfaceSchema.shape,
})

export const macvlanModes = ['bridge', 'private', 'vepa', 'passthru'] as const
/** In the order of IPVLAN_MODE_* (linux/if_link.h). */
export const ipvlanModes = ['l2', 'l3', 'l3s'] as const

/** One more station, with a hardware address of its own, on the cable of an interface; `in`: the namespace it is moved to. */
export const macvlanSchema = z.strictObject({
  link: interfaceName,
  mode: z.enum(macvlanModes).optional(),
  in: namespaceName.optional(),
  ...interfaceSchema.shape,
})

/** The same with the hardware address of that interface. All on one interface have one mode. */
export const ipvlanSchema = z.strictObject({
  link: interfaceName,
  mode: z.enum(ipvlanModes).optional(),
  in: namespaceName.optional(),
  ...interfaceSchema.shape,
})

/** 253-255 have names, and are called by them (`rules/tables.ts`). */
const tableNumber = z.int().min(1).max(4294967295)
const table = z.union([z.enum(['default', 'main', 'local']), tableNumber])

/** A routing domain of its own: what comes in by its members is looked up in its table (`net/vrf.c`). */
export const vrfSchema = z.strictObject({
  table: tableNumber,
  members: z.array(interfaceName).optional(),
  ...interfaceSchema.shape,
})

/** Words of `ip link ... type bond mode` (bond_mode_tbl, drivers/net/bonding/bond_options.c). */
export const bondModes = [
  ...(['balance-rr', 'active-backup', 'balance-xor', 'broadcast'] as const),
  ...(['802.3ad', 'balance-tlb', 'balance-alb'] as const),
] as const

/** Several cables as one interface. */
export const bondSchema = z.strictObject({
  mode: z.enum(bondModes).optional(),
  members: z.array(interfaceName).optional(),
  /** The member that is used as long as it has a carrier. */
  primary: interfaceName.optional(),
  /** Milliseconds between two looks at the carriers of the members; 0: never. */
  miimon: z.int().min(0).max(60_000).optional(),
  ...interfaceSchema.shape,
})

export const routeSchema = z.strictObject({
  /** `default`, a prefix, or one address. */
  to: z.string(),
  via: z.string().optional(),
  dev: interfaceName.optional(),
  metric: z.int().min(0).max(4294967295).optional(),
  type: z.enum(['unicast', 'blackhole', 'unreachable', 'prohibit']).optional(),
  onlink: z.boolean().optional(),
  /** A number, or `default`, `main` or `local`; without one: main. */
  table: table.optional(),
  /** The address that what starts here is sent from. */
  source: z.string().optional(),
  /** Bytes of the largest packet that is sent this way; the kernel cuts greater ones (ip_metrics_convert, net/ipv4/metrics.c). */
  mtu: z
    .int()
    .min(68)
    .max(65535 - 15)
    .optional(),
  /** Several ways at once, in place of `via` and `dev`: each takes its share of the connections. */
  nexthops: z
    .array(
      z.strictObject({
        via: z.string().optional(),
        dev: interfaceName.optional(),
        weight: z.int().min(1).max(256).optional(),
      }),
    )
    .min(2)
    .max(64)
    .optional(),
})

/** A rule of policy routing (`ip rule`): which packets, and the table they are looked up in or what becomes of them. */
export const ruleSchema = z.strictObject({
  from: z.string().optional(),
  to: z.string().optional(),
  /** `lo`: what starts here. */
  iif: interfaceName.optional(),
  oif: interfaceName.optional(),
  fwmark: z.int().min(1).max(4294967295).optional(),
  /** Packets that are not like that. */
  not: z.boolean().optional(),
  table: table.optional(),
  /** 0 is asked first, right behind table local; without one the kernel's next, in front of the others (fib_default_rule_pref). */
  priority: z.int().min(0).max(4294967295).optional(),
  action: z.enum(['blackhole', 'unreachable', 'prohibit']).optional(),
})

/** Whom the namespace knows without asking, or, with `proxy`, for whom it answers itself (`ip neigh`). */
export const neighbourSchema = z.strictObject({
  address: z.string(),
  mac: mac.optional(),
  dev: interfaceName,
  proxy: z.boolean().optional(),
})

const transport = z.enum(['tcp', 'udp'])

/** What an entry of NAT may be told by; a key in `not` stands for packets that are not like that. */
export const natParts = ['source', 'destination', 'protocol', 'port', 'in', 'out'] as const
const natMatch = {
  destination: z.string().optional(),
  protocol: transport.optional(),
  /** Destination port; needs `protocol`. */
  port: port.optional(),
  in: interfaceName.optional(),
  out: interfaceName.optional(),
  not: z.array(z.enum(natParts)).min(1).optional(),
}
/** Whose packets; `protocol` and `port` may as well stand beside it. */
const natTarget = z.strictObject({ protocol: transport.optional(), port: port.optional() })
/** Prerouting: what comes in. Output: what starts here. */
const natChain = z.enum(['prerouting', 'output']).optional()

export const natSchema = z.union([
  /** The value is the source. */
  z.strictObject({ masquerade: z.string(), ...natMatch }),
  z.strictObject({ snat: z.string(), ...natMatch, to: z.string() }),
  z.strictObject({ dnat: natTarget, chain: natChain, source: z.string().optional(), ...natMatch, to: z.string() }),
  /** To this machine itself; `to` is another port. */
  z.strictObject({
    redirect: natTarget,
    chain: natChain,
    source: z.string().optional(),
    ...natMatch,
    to: port.optional(),
  }),
])

/** What connection tracking knows of a packet, in the order in which iptables prints it (xt_conntrack). */
export const connectionStates = ['invalid', 'new', 'related', 'established', 'untracked'] as const
const connectionState = z.enum(connectionStates)
const filterChain = z.enum(['input', 'forward', 'output'])

export const filterRuleSchema = z.strictObject({
  chain: filterChain,
  source: z.string().optional(),
  destination: z.string().optional(),
  protocol: z.enum(['icmp', 'tcp', 'udp']).optional(),
  /** Destination port; needs `protocol: tcp` or `udp`. */
  port: port.optional(),
  in: interfaceName.optional(),
  out: interfaceName.optional(),
  /** One state, or several of which any will do. */
  ctstate: z.union([connectionState, z.array(connectionState).min(1)]).optional(),
  action: z.enum(['accept', 'drop', 'reject']),
})

/** What becomes of packets that no rule of the chain decides about. */
export const policySchema = z.strictObject({
  chain: filterChain,
  policy: z.enum(['accept', 'drop']),
  /** Without it: of every family that the lab speaks. */
  family: z.enum(['ipv4', 'ipv6']).optional(),
})

export const firewallSchema = z.union([filterRuleSchema, policySchema])

/** As DNS has them (RFC 1035, 2.3.1), with the underscore of services; one word or several with dots between. */
const domainName = z
  .string()
  .max(253)
  .regex(/^(?!-)[A-Za-z0-9_-]{1,63}(?:\.(?!-)[A-Za-z0-9_-]{1,63})*\.?$/)

/** A small server that answers one text. */
const responderSchema = z.strictObject({
  listen: transport,
  port,
  reply: z.string().max(65536).regex(replyPattern).optional(),
  /** It listens there only. */
  address: z.string().optional(),
})

/** Served by one dnsmasq of the namespace, as are the two below. */
const dnsSchema = z.strictObject({
  dns: z.strictObject({
    /** An address, or several, by name. */
    records: z.record(domainName, z.union([z.string(), z.array(z.string()).min(1).max(16)])).optional(),
    /** Asks the namespace's own resolver for what is in no record. */
    forward: z.boolean().optional(),
  }),
})

const dhcpSchema = z.strictObject({
  dhcp: z.strictObject({
    interface: interfaceName,
    /** The first and the last address that is given away. */
    range: z.tuple([z.string(), z.string()]),
    router: z.string().optional(),
    nameservers: z.array(z.string()).min(1).max(3).optional(),
  }),
})

/** Router advertisements (RFC 4861). */
const raSchema = z.strictObject({ ra: z.strictObject({ interface: interfaceName, prefix: z.string() }) })

export const serviceSchema = z.union([responderSchema, dnsSchema, dhcpSchema, raSchema])

/** Whom the programs of a namespace ask for names: its resolv.conf. */
export const resolverSchema = z.strictObject({
  /** The library asks the first three (MAXNS, resolv.conf(5)). */
  nameservers: z.array(z.string()).min(1).max(3),
  search: z.array(domainName).max(32).optional(),
})

/** `net.*` only; a key names a file below /proc/sys/net, so path separators and `..` stay out. */
const sysctlKey = z.string().regex(/^net(\.[A-Za-z0-9_-]+|\/(?!\.{1,2}(\/|$))[A-Za-z0-9_.-]+)+$/)

export const namespaceSchema = z.strictObject({
  forwarding: z.boolean().optional(),
  bridges: z.record(interfaceName, bridgeSchema.nullable()).optional(),
  dummies: z.record(interfaceName, interfaceSchema.nullable()).optional(),
  vlans: z.record(interfaceName, vlanSchema).optional(),
  macvlans: z.record(interfaceName, macvlanSchema).optional(),
  ipvlans: z.record(interfaceName, ipvlanSchema).optional(),
  bonds: z.record(interfaceName, bondSchema.nullable()).optional(),
  vrfs: z.record(interfaceName, vrfSchema).optional(),
  interfaces: z.record(interfaceName, interfaceSchema.nullable()).optional(),
  rules: z.array(ruleSchema).optional(),
  routes: z.array(routeSchema).optional(),
  neighbours: z.array(neighbourSchema).optional(),
  resolver: resolverSchema.optional(),
  /** Names by address: its hosts file. */
  hosts: z.record(z.string(), z.array(domainName).min(1)).optional(),
  nat: z.array(natSchema).optional(),
  firewall: z.array(firewallSchema).optional(),
  /** A native rule set, as `nft -f` reads it. */
  nft: rulesText.optional(),
  /** As iptables-save prints it. */
  iptables: rulesText.optional(),
  ip6tables: rulesText.optional(),
  sysctls: z.record(sysctlKey, z.union([z.string().max(256), z.number()])).optional(),
  services: z.array(serviceSchema).optional(),
})

export const impairSchema = z.strictObject({
  /** A number with a unit: us, ms or s. One way, on each end. */
  delay: z.string().optional(),
  /** How far the delay varies, to both sides. */
  jitter: z.string().optional(),
  /** Per cent of packets lost, `1%`. */
  loss: z.string().optional(),
  /** Per cent of packets that are sent twice, have one bit wrong, or overtake the delay. */
  duplicate: z.string().optional(),
  corrupt: z.string().optional(),
  reorder: z.string().optional(),
  /** Bits per second with a unit: bit, kbit, mbit, gbit. */
  rate: z.string().optional(),
})

const ends = z.tuple([endpoint, endpoint])
export const linkSchema = z.union([
  ends,
  z.strictObject({
    ends,
    mtu: mtu.optional(),
    /** The end at which the cable is pulled out. */
    unplugged: endpoint.optional(),
    /** Of both directions, or by the end that sends. */
    impair: z.union([impairSchema, z.record(endpoint, impairSchema)]).optional(),
  }),
])

/** What every kind of tunnel may be given; the rest of it, such as its MTU, is said under `interfaces`. */
const tunnelCommon = {
  namespace: namespaceName,
  name: interfaceName,
  addresses: z.array(z.string()).optional(),
}
/** Of the outer packets; without it they have that of the packet inside, or the kernel's own. */
const ttl = z.int().min(1).max(255).optional()
/** Virtual network identifier, 24 bits (RFC 7348, RFC 8926). */
const virtualNetwork = z.int().min(0).max(16777215)

export const vxlanSchema = z.strictObject({
  type: z.literal('vxlan'),
  id: virtualNetwork,
  ...tunnelCommon,
  local: z.string(),
  /** Without it, `fdb` says which frames go where. */
  remote: z.string().optional(),
  port: port.optional(),
  ttl,
  /** Remote ends by hardware address; 00:00:00:00:00:00 is for all that has none, and may have several. */
  fdb: z
    .array(z.strictObject({ mac, remote: z.string() }))
    .max(1000)
    .optional(),
  /** Whether it learns from what arrives behind which remote end an address is. */
  learning: z.boolean().optional(),
})

/** Keys are made when it is built, and stand in no file. */
export const wireguardSchema = z.strictObject({
  type: z.literal('wireguard'),
  ...tunnelCommon,
  /** UDP port; without it the kernel chooses one. */
  listen: port.optional(),
  peers: z
    .array(
      z.strictObject({
        namespace: namespaceName,
        /** `ADDRESS:PORT`; without it the peer has to speak first. */
        endpoint: z.string().optional(),
        /** Prefixes that it may send from, and that are sent to it. */
        allowed: z.array(z.string()).max(1000),
      }),
    )
    .max(1000)
    .optional(),
})

export const tunnelSchema = z.discriminatedUnion('type', [
  vxlanSchema,
  z.strictObject({
    type: z.enum(['gre', 'gretap', 'ip6gre']),
    ...tunnelCommon,
    local: z.string(),
    remote: z.string(),
    /** Both ends have the same (RFC 2890). */
    key: z.int().min(0).max(4294967295).optional(),
    ttl,
  }),
  z.strictObject({
    type: z.enum(['ipip', 'sit', 'ip6tnl']),
    ...tunnelCommon,
    local: z.string(),
    remote: z.string(),
    ttl,
  }),
  z.strictObject({
    type: z.literal('geneve'),
    id: virtualNetwork,
    ...tunnelCommon,
    /** The kernel chooses by its routes; said here, it is looked at and not given to the kernel. */
    local: z.string().optional(),
    remote: z.string(),
    port: port.optional(),
    ttl,
  }),
  wireguardSchema,
])

export const outcomes = ['reply', 'connected', 'refused', 'unreachable', 'lost'] as const
export const outcomeSchema = z.enum(outcomes)

const checkCommon = {
  name: lineSchema.optional(),
  from: namespaceName,
  expect: outcomeSchema.optional(),
  /** TTL (hop limit) the answer must arrive with. */
  ttl: z.int().min(0).max(255).optional(),
  /** Namespaces the request must pass, in order, first and last included. */
  path: z.array(namespaceName).optional(),
  /** Source address the request must carry when it reaches its last namespace. */
  snat: z.string().optional(),
}
export const checkSchema = z.union([
  z.strictObject({
    ...checkCommon,
    ping: z.string(),
    /** Bytes of payload, as `ping -s`; 65507 is the most that an IPv4 packet holds (RFC 791). */
    size: z.int().min(0).max(65507).optional(),
    /** Don't fragment, as `ping -M do`. */
    df: z.boolean().optional(),
    /** Requests, one after the answer to the other; all must end as expected. */
    count: z.int().min(1).max(20).optional(),
    /** Of a namespace that is pinged by its name, whether its IPv6 address is meant. */
    ipv6: z.boolean().optional(),
  }),
  z.strictObject({ ...checkCommon, tcp: z.string() }),
  z.strictObject({ ...checkCommon, udp: z.string() }),
  z.strictObject({
    name: lineSchema.optional(),
    from: namespaceName,
    /** A name, asked for as the programs of the namespace ask. */
    dns: domainName,
    expect: z.enum(['resolved', 'unresolved']).optional(),
    /** One of the addresses that it must stand for. */
    answer: z.string().optional(),
  }),
])

/** A part of the network that must be there, by name only. */
const partialLab = z.strictObject({
  namespaces: z.union([z.array(namespaceName), z.record(namespaceName, namespaceSchema.nullable())]).optional(),
  links: z.array(linkSchema).optional(),
  checks: z.array(checkSchema).optional(),
})

export const traceSchema = z.strictObject({
  from: namespaceName,
  /** An address, or the name of a namespace. */
  to: z.string(),
  protocol: z.enum(['icmp', 'tcp', 'udp']).optional(),
  /** Destination port; needs `protocol: tcp` or `udp`. */
  port: port.optional(),
  /** Bytes of payload; TCP's handshake has none. */
  size: z.int().min(0).max(65507).optional(),
  /** Don't fragment. */
  df: z.boolean().optional(),
})

export const guideStepSchema = z.strictObject({
  title: textSchema,
  text: textSchema.optional(),
  /** Shown, and typed into the host's terminal by a click; never run unasked. */
  commands: z.array(plainLine).optional(),
  /** A probe worth filming at this step; sent by a click, never unasked. */
  trace: traceSchema.optional(),
  done: partialLab.optional(),
  ask: z
    .strictObject({
      question: textSchema,
      options: z.array(textSchema).min(2),
      answer: z.int().min(0),
      explain: textSchema.optional(),
      /** Why each wrong option is wrong, in the order of the options. */
      reasons: z.array(textSchema).optional(),
    })
    .optional(),
})

/** Words on the canvas, with the top left corner of the first line. */
export const noteSchema = z.strictObject({ text: textSchema, x: z.number(), y: z.number() })

export const labFileSchema = z.strictObject({
  vethlab: z.literal(labVersion),
  name: z.string().regex(/^[a-z0-9-]{1,40}$/),
  title: textSchema.optional(),
  description: textSchema.optional(),
  /** The lab is wrong on purpose: meaning errors are expected and become warnings. */
  broken: z.boolean().optional(),
  namespaces: z.record(namespaceName, namespaceSchema.nullable()).optional(),
  links: z.array(linkSchema).max(limits.links).optional(),
  tunnels: z.array(tunnelSchema).optional(),
  uplink: z.enum(['off', 'on']).optional(),
  layout: z.record(z.string(), z.strictObject({ x: z.number(), y: z.number() })).optional(),
  notes: z.array(noteSchema).max(limits.notes).optional(),
  checks: z.array(checkSchema).optional(),
  /** What holds once a lab to repair is repaired. */
  goal: z.array(checkSchema).optional(),
  /** Told at the end: when every goal holds, or behind the last step of the guide. */
  explanation: textSchema.optional(),
  guide: z.array(guideStepSchema).optional(),
  /** Of a variant that `vethlab vary` has made: of which lab, and by which numbers. */
  vary: z
    .strictObject({
      of: z.string().regex(/^[a-z0-9-]{1,40}$/),
      seed: z.int().min(0).max(mostSeed),
      faults: z.int().min(0).max(mostFaults),
      choice: z.int().min(0).max(99),
    })
    .optional(),
})

/** A lab as its file says it. */
export type LabFile = z.infer<typeof labFileSchema>
export type Text = z.infer<typeof textSchema>
export type Outcome = z.infer<typeof outcomeSchema>
export type NoteEntry = z.infer<typeof noteSchema>
export type CheckEntry = z.infer<typeof checkSchema>
/** A check that sends a probe, and none that asks for a name. */
export type ProbeCheckEntry = Exclude<CheckEntry, { readonly dns: unknown }>
export type RouteEntry = z.infer<typeof routeSchema>
export type RuleEntry = z.infer<typeof ruleSchema>
export type NeighbourEntry = z.infer<typeof neighbourSchema>
export type NatEntry = z.infer<typeof natSchema>
export type FirewallEntry = z.infer<typeof firewallSchema>
export type FilterRuleEntry = z.infer<typeof filterRuleSchema>
export type ConnectionState = (typeof connectionStates)[number]
export type NatPart = (typeof natParts)[number]
export type TunnelEntry = z.infer<typeof tunnelSchema>
export type WireguardEntry = z.infer<typeof wireguardSchema>
export type VxlanEntry = z.infer<typeof vxlanSchema>
export type ServiceEntry = z.infer<typeof serviceSchema>
export type TraceEntry = z.infer<typeof traceSchema>
export type GuideStep = z.infer<typeof guideStepSchema>
