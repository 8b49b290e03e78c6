/** Programs that manage the machine's network, and may manage what the lab makes too. */
import type { LabInterface } from '../../lab/lab.js'
import { finding, hostInterfaces, type Finder, type HostChange, type HostFacts } from '../facts.js'
import { said } from '../../words/said.js'

export const daemons: Finder = function* (facts) {
  const { running } = facts
  const interfaces = hostInterfaces(facts.placed)
  if (interfaces.length === 0) return
  const names = interfaces.map(({ name }) => name)
  if (running.firewalld) {
    const changes = names.map((name): HostChange => ({
      op: 'program',
      program: 'firewall-cmd',
      words: ['--zone=trusted', `--add-interface=${name}`],
      undo: ['--zone=trusted', `--remove-interface=${name}`],
    }))
    yield finding(
      'warns',
      'firewalld',
      'host',
      said`firewalld runs, and puts interfaces that it does not know into its default zone, which may refuse the lab's packets. Put the lab's into the zone "trusted" while it runs.`,
      [running.firewalld],
      { when: 'after', changes },
    )
  }
  if (running.ufw)
    yield finding(
      'warns',
      'ufw',
      'host',
      said`ufw runs; unless its rules allow it, what the lab sends to this machine or through it is dropped. The remedy for FORWARD helps with the latter; for the former see: sudo ufw allow in on INTERFACE`,
      [running.ufw],
    )
  if (running.networkManager) {
    const changes = names.map((name): HostChange => ({
      op: 'program',
      program: 'nmcli',
      words: ['device', 'set', name, 'managed', 'no'],
      undo: ['device', 'set', name, 'managed', 'yes'],
    }))
    yield finding(
      'warns',
      'network-manager',
      'host',
      said`NetworkManager runs, and may give the lab's interfaces addresses or take them down. Tell it to leave them alone.`,
      [running.networkManager],
      { when: 'after', changes },
    )
  }
  yield* networkd(facts, interfaces)
}

function* networkd({ running, networkFiles }: HostFacts, interfaces: readonly LabInterface[]) {
  if (!running.networkd) return
  for (const { path, text } of networkFiles) {
    const taken = interfaces.filter((each) => networkFileMatches(text, each)).map(({ name }) => name)
    if (taken.length === 0) continue
    yield finding(
      'warns',
      'systemd-networkd',
      path,
      said`systemd-networkd runs, and its file ${path} is about ${taken.join(', ')} as well: it may change their addresses. Give the lab's interfaces other names, or narrow what the file matches.`,
      [running.networkd, { command: `cat ${path}`, output: text.trimEnd() }],
    )
  }
}

/** What networkd calls kinds of links (systemd.network(5), Kind=), and their Type=. */
const types: Readonly<Record<LabInterface['kind'], string>> = {
  loopback: 'loopback',
  veth: 'ether',
  bridge: 'bridge',
  vxlan: 'vxlan',
  gre: 'ipgre',
  gretap: 'ether',
  ipip: 'tunnel',
  sit: 'sit',
  ip6tnl: 'tunnel6',
  ip6gre: 'ip6gre',
  geneve: 'ether',
  wireguard: 'wireguard',
  macvlan: 'ether',
  ipvlan: 'ether',
  vlan: 'vlan',
  vrf: 'ether',
  bond: 'bond',
  dummy: 'ether',
}

/**
 * Whether a .network file is about an interface, by what it says of name, kind and type in [Match]; other conditions are
 * not known here, and a file that has some is taken to match none of ours. `Unmanaged=yes` lets it alone.
 */
export function networkFileMatches(text: string, { name, kind }: Pick<LabInterface, 'name' | 'kind'>): boolean {
  let section = ''
  let conditions = 0
  for (const line of text.split('\n').map((each) => each.trim())) {
    const heading = /^\[(\w+)\]$/.exec(line)
    if (heading) section = heading[1] ?? ''
    const [, key = '', value = ''] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? []
    if (section === 'Link' && key === 'Unmanaged' && /^(?:yes|true|1|on)$/i.test(value)) return false
    if (section !== 'Match' || key === '' || value === '') continue
    conditions += 1
    if (key === 'Name') {
      if (!globList(value, name)) return false
    } else if (key === 'Kind') {
      if (!globList(value, kind)) return false
    } else if (key === 'Type') {
      if (!globList(value, types[kind])) return false
    } else return false
  }
  return conditions > 0
}

/** Shell globs parted by blanks; a `!` before the first turns all of them round. */
function globList(list: string, text: string): boolean {
  const inverted = list.startsWith('!')
  const globs = (inverted ? list.slice(1) : list).split(/\s+/).filter((glob) => glob !== '')
  return globs.some((glob) => globPattern(glob).test(text)) !== inverted
}

function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  try {
    return new RegExp(`^${source}$`)
  } catch {
    return /^$(?!)/
  }
}
