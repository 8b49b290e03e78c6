/** The DHCP clients that a machine may have: how each is started, when it is ready, and what it says of itself. */
import { fileURLToPath } from 'node:url'
import { udhcpcAlways } from '../core/plan/dhcp.js'
import { programPath } from './run.js'

const resource = (name: string): string => fileURLToPath(new URL(`../../resources/script/${name}`, import.meta.url))

/** What becomes of a lease; both clients start it. */
const script = resource('lease.sh')

export interface DhcpProgram {
  readonly name: 'udhcpc' | 'dhcpcd'
  /** Started with the program and its words, in a mount namespace of its own; null: it needs none. */
  readonly apart: string | null
  words(dev: string): readonly string[]
  readonly ready: RegExp
  /** Begins the lines in which it says how it gets on. */
  says(dev: string): string
}

/** The one that is preferred comes first. */
const programs: readonly DhcpProgram[] = [
  {
    name: 'udhcpc',
    apart: null,
    words: (dev) => ['-f', '-i', dev, '-s', script, ...udhcpcAlways],
    ready: /\bstarted, v/,
    says: () => 'udhcpc: ',
  },
  {
    name: 'dhcpcd',
    apart: resource('dhcpcd.sh'),
    words: (dev) => ['-B', '-f', resource('dhcpcd.conf'), '-c', script, dev],
    ready: /^dhcpcd-\S+ starting$/,
    says: (dev) => `${dev}: `,
  },
]

/** The client of this machine, or null where it has none. */
export const dhcpProgram = (): DhcpProgram | null => programs.find(({ name }) => programPath(name) !== null) ?? null
