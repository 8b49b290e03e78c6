/**
 * What the journal holds: one line of JSON per entry. Each entry that undoes something is written, and synced, before the
 * step that it undoes; so every entry may be about something that never came to be, and undoing it must then do nothing.
 */
import { z } from 'zod'
import { labFileSchema, interfaceName, namespaceName } from '../../core/lab/schema.js'
import { netnsFiles } from '../../core/lab/netns-files.js'
import type { StepRoute, StepRule } from '../../core/plan/step.js'

const family = z.enum(['ipv4', 'ipv6'])
const engine = z.enum(['nft', 'legacy'])
const sysctls = z.record(z.string(), z.string())

const header = z.strictObject({
  op: z.literal('begin'),
  version: z.literal(1),
  /** Of /proc/sys/kernel/random/boot_id: what another boot has left is gone with it. */
  boot: z.string(),
  /** Cookie of the network namespace that was `host`. */
  host: z.string(),
  lab: z.string(),
  /** Milliseconds since the epoch. */
  time: z.number(),
  /** MACs of the lab's links are made from it. */
  salt: z.string(),
})

const entries = [
  header,
  /** A deploy was carried out to its end: this is what stands now. */
  z.strictObject({ op: z.literal('applied'), lab: labFileSchema, uplink: interfaceName.nullable() }),
  /** Whether the lab stays when its session ends. */
  z.strictObject({ op: z.literal('leave'), keep: z.boolean() }),
  /** `cookie`: SO_NETNS_COOKIE, never given twice in one boot, unlike inode numbers. */
  z.strictObject({ op: z.literal('namespace'), name: namespaceName, cookie: z.string(), time: z.number() }),
  /** A link of `host`, made with this MAC. */
  z.strictObject({ op: z.literal('link'), name: interfaceName, mac: z.string() }),
  /** Its number, known once it is there; the kernel gives none twice in a boot. Whatever becomes of its name and MAC, it is ours. */
  z.strictObject({ op: z.literal('index'), name: interfaceName, index: z.int().positive() }),
  /** On a link of `host` that is not ours. */
  z.strictObject({ op: z.literal('address'), dev: interfaceName, address: z.string() }),
  z.strictObject({
    op: z.literal('route'),
    route: z.strictObject({
      family,
      to: z.string(),
      via: z.string().nullable(),
      dev: z.string().nullable(),
      metric: z.number().nullable(),
      type: z.enum(['unicast', 'blackhole', 'unreachable', 'prohibit']),
      onlink: z.boolean(),
      table: z.number().optional(),
      source: z.string().nullable().optional(),
      mtu: z.number().nullable().optional(),
      nexthops: z
        .array(z.strictObject({ via: z.string().nullable(), dev: z.string().nullable(), weight: z.number() }))
        .optional(),
      protocol: z.number().optional(),
    }),
  }),
  z.strictObject({
    op: z.literal('policy-rule'),
    rule: z.strictObject({
      family,
      priority: z.number(),
      from: z.string().nullable(),
      to: z.string().nullable(),
      iif: z.string().nullable(),
      oif: z.string().nullable(),
      fwmark: z.number().nullable(),
      not: z.boolean(),
      action: z.enum(['to-table', 'blackhole', 'unreachable', 'prohibit']),
      table: z.number(),
      protocol: z.number().optional(),
    }),
  }),
  /** A file of /etc/netns with this text; null: it is taken away. */
  z.strictObject({
    op: z.literal('netns-file'),
    namespace: namespaceName,
    file: z.enum(netnsFiles),
    text: z.string().nullable(),
  }),
  /** `others`: keys that the kernel changes along, with what they held; `value` and theirs are what ours make of them. */
  z.strictObject({
    op: z.literal('sysctl'),
    key: z.string(),
    value: z.string(),
    before: z.string(),
    others: z.record(z.string(), z.strictObject({ value: z.string(), before: z.string() })),
  }),
  /** Undo of sysctls has begun: what it aims at. Half done, the values themselves would no longer tell. */
  z.strictObject({ op: z.literal('restore'), targets: sysctls }),
  /** Tables and chains that there were before our first rule, by `FAMILY TABLE`: iptables-nft leaves its own behind. */
  z.strictObject({ op: z.literal('tables'), before: z.record(z.string(), z.array(z.string())) }),
  z.strictObject({
    op: z.literal('rule'),
    family,
    engine,
    table: z.string(),
    chain: z.string(),
    words: z.array(z.string()),
  }),
  /** What takes back a command of a program that keeps settings of its own. */
  z.strictObject({ op: z.literal('program'), program: z.enum(['nmcli', 'firewall-cmd']), undo: z.array(z.string()) }),
] as const

export const entrySchema = z.discriminatedUnion('op', entries)

export type JournalEntry = z.infer<typeof entrySchema>
export type EntryOf<Op extends JournalEntry['op']> = Extract<JournalEntry, { readonly op: Op }>
export type JournalHeader = z.infer<typeof header>

/** The route that an entry speaks of, as a step states it; entries of older programs say less. */
export function entryRoute({
  route: { table, source, mtu, nexthops, protocol, ...route },
}: EntryOf<'route'>): StepRoute {
  return {
    ...route,
    ...(table === undefined ? {} : { table }),
    ...(source === undefined ? {} : { source }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(nexthops === undefined ? {} : { nexthops }),
    ...(protocol === undefined ? {} : { protocol }),
  }
}

export function entryRule({ rule: { protocol, ...rule } }: EntryOf<'policy-rule'>): StepRule {
  return protocol === undefined ? rule : { ...rule, protocol }
}

/** One line. A cut one is of a step that did not run: the line comes first. */
export function parseLine(line: string): JournalEntry | null {
  try {
    const parsed = entrySchema.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
