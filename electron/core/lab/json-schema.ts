/** The published JSON Schema of lab files, made from the schema that the program itself uses. */
import { z } from 'zod'
import { labFileSchema } from './schema.js'

type Json = Record<string, unknown>

/** What an editor shows when the pointer rests on a key, by path; `*` stands for any name or index. */
const descriptions: Readonly<Record<string, string>> = {
  vethlab: 'Version of the lab format. Required, always 1.',
  name: 'Short name of the lab: lower-case letters, digits and dashes.',
  title: 'Title for people, as one text or one for each language.',
  description: 'What the lab is about, as one text or one for each language.',
  broken: 'The lab is wrong on purpose: mistakes in its meaning become warnings.',
  namespaces: 'Network namespaces by name. `host` is the default namespace of the lab and always exists.',
  'namespaces.*.forwarding': 'Whether the namespace routes: net.ipv4.ip_forward and net.ipv6.conf.all.forwarding.',
  'namespaces.*.bridges': 'Bridges by name, with the address of their own interface and their ports.',
  'namespaces.*.dummies': 'Dummy devices by name: interfaces without a cable.',
  'namespaces.*.vlans': 'VLAN sub-interfaces by name: what their parent carries with one tag.',
  'namespaces.*.macvlans':
    'Macvlans by name: stations with hardware addresses of their own on the cable of an interface, here or in another namespace.',
  'namespaces.*.ipvlans':
    'Ipvlans by name: stations with the hardware address of the interface whose cable they share, here or in another namespace.',
  'namespaces.*.bonds': 'Bonds by name: several cables as one interface.',
  'namespaces.*.vrfs': 'VRFs by name: members whose packets are looked up in a routing table of their own.',
  'namespaces.*.interfaces': 'Interfaces by name: ends of links, tunnels, lo, or plain ones without a cable.',
  'namespaces.*.rules': 'Policy routing: which packets are looked up in which routing table.',
  'namespaces.*.routes': 'Static routes, in table main or another.',
  'namespaces.*.nat': 'Address translation: masquerade, snat, dnat or redirect.',
  'namespaces.*.firewall': 'Packet filter rules, in order, and the policies of chains.',
  'namespaces.*.nft': 'A native nftables rule set, loaded as it is. It may read no files.',
  'namespaces.*.iptables': 'Rules as iptables-save prints them, loaded as they are.',
  'namespaces.*.ip6tables': 'Rules as ip6tables-save prints them, loaded as they are.',
  'namespaces.*.sysctls': 'Kernel parameters below net.',
  'namespaces.*.services': 'Small responders, so that checks have a peer, and what dnsmasq serves: dns, dhcp and ra.',
  links: 'veth pairs: two ends, each NAMESPACE:INTERFACE.',
  tunnels: 'Tunnels of the kernel: VXLAN, GRE, IPIP, SIT, Geneve and their like.',
  uplink: 'Whether the host has Internet.',
  layout: 'Where to draw things. Never changes the kernel.',
  notes: 'Words on the canvas, each with its place; **bold**, *emphasis*, `code` and lists.',
  checks: 'What must hold once the lab is up.',
  goal: 'What must hold once a lab to repair is repaired; written like checks.',
  explanation: 'What is told at the end: when every goal holds, or behind the last step of the guide.',
  guide: 'Steps that lead a learner through the lab.',
  vary: 'Of a variant that vethlab vary has made: of which lab, and by which numbers.',
}

/** Draft 2020-12. The result is fresh and plain. */
export function labJsonSchema(): Json {
  const schema = z.toJSONSchema(labFileSchema, { target: 'draft-2020-12' }) as Json
  for (const [path, description] of Object.entries(descriptions)) {
    const place = path.split('.').reduce<Json | null>((at, part) => at && inside(at, part), schema)
    if (!place) throw new Error(`no ${path} in the lab schema`)
    place['description'] = description
  }
  const { $schema, ...rest } = schema
  return {
    $schema,
    $id: 'urn:vethlab:lab:1',
    title: 'Vethlab lab file',
    description: 'A lab of Linux network namespaces: what to build, what must hold, and how to guide a learner.',
    ...rest,
  }
}

/** The bytes of `resources/schema/vethlab.schema.json`. */
export const labJsonSchemaText = (): string => `${JSON.stringify(labJsonSchema(), null, 2)}\n`

function inside(at: Json, part: string): Json | null {
  const branches = Array.isArray(at['anyOf']) ? (at['anyOf'] as Json[]) : []
  const object = [at, ...branches].find((branch) => 'properties' in branch || 'additionalProperties' in branch)
  if (!object) return null
  const next = part === '*' ? object['additionalProperties'] : (object['properties'] as Json | undefined)?.[part]
  return typeof next === 'object' && next !== null ? (next as Json) : null
}
