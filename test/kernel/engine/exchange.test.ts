/** Imports and exports against the kernel: what the other form builds is what the lab builds. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { exportClab } from '../../../electron/core/exchange/clab/to-clab.js'
import { importScript } from '../../../electron/core/exchange/from-script.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { commandLine } from '../../../electron/core/plan/shell-quote.js'
import type { Session } from '../../../electron/session/session.js'
import { expectSameNetwork } from './same-network.js'
import { inside, loadStarter, loadText, openSession } from './sandbox.js'

async function deploy(file: LabFile): Promise<Session> {
  const session = await openSession()
  expect(await session.request('lab/apply', { lab: file, former: 'everything' })).toMatchObject({ ok: true })
  return session
}

/** What a lab does of itself where nobody speaks IPv6, and where there are bridges; a script leaves it to the kernel. */
const habits = `
for ns in host $(ls /run/netns); do
  if [ $ns = host ]; then enter=; else enter="ip netns exec $ns"; fi
  $enter sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
done
if [ -n "$(ip -o link show type bridge)" ]; then
  for key in iptables ip6tables arptables; do sysctl -q -e -w net.bridge.bridge-nf-call-$key=0; done
fi
`

describe('a network kept as a script', () => {
  test.each(['router.sh', 'bridge-gateway.sh', 'nat.sh', 'second-thoughts.sh'])(
    '%s makes the network that its import makes',
    async (name) => {
      const script = readFileSync(fileURLToPath(new URL(`../../fixtures/exchange/${name}`, import.meta.url)), 'utf8')
      const { labFile, notices } = importScript(script, name)
      if (labFile === null) throw new Error(`${name} makes no lab`)
      const built = await deploy(labFile)
      const scripted = await openSession()
      // With the number of each line that the kernel refuses. Pings are for the learner, and cleaning up first may find nothing.
      const traced = `trap 'case $BASH_COMMAND in *ping* | *netns\\ del*) ;; *) echo "refused $LINENO" ;; esac' ERR; ${script}`
      const printed = await inside(scripted, 'host', 'bash', '--norc', '-c', traced)
      const refused = [...printed.matchAll(/^refused (\d+)$/gm)].map(([, line]) => Number(line))
      expect(notices.map(({ line }) => line)).toEqual(refused)
      expect(refused).toHaveLength(name === 'second-thoughts.sh' ? 7 : 0)
      await inside(scripted, 'host', 'bash', '--norc', '-c', habits)
      await expectSameNetwork(built, scripted)
    },
  )
})

interface Topology {
  readonly topology: {
    readonly nodes: Readonly<Record<string, { readonly exec?: readonly string[] }>>
    readonly links: readonly { readonly endpoints: readonly [string, string]; readonly mtu: number }[]
  }
}

/** What containerlab does with such a file, containers left out: a namespace a node, cables that are on, the commands. */
function containerlabs({ topology: { nodes, links } }: Topology): string {
  const end = (text: string): { node: string; name: string } => {
    const [node = '', name = ''] = text.split(':')
    return { node, name }
  }
  const namespaces = Object.keys(nodes).flatMap((node) => [
    commandLine(['ip', 'netns', 'add', node]),
    commandLine(['ip', '-n', node, 'link', 'set', 'lo', 'up']),
  ])
  const cables = links.flatMap(({ endpoints, mtu }) => {
    const [a, b] = [end(endpoints[0]), end(endpoints[1])]
    return [
      commandLine(
        ['ip', 'link', 'add', a.name, 'mtu', mtu, 'netns', a.node, 'type', 'veth'].concat(
          ['peer', 'name', b.name, 'mtu', mtu, 'netns', b.node].map(String),
        ),
      ),
      ...[a, b].map(({ node, name }) => commandLine(['ip', '-n', node, 'link', 'set', name, 'up'])),
    ]
  })
  const commands = Object.entries(nodes).flatMap(([node, { exec }]) =>
    (exec ?? []).map((line) => `ip netns exec ${node} ${line} >/dev/null`),
  )
  return ['set -e', ...namespaces, ...cables, ...commands].join('\n')
}

/** Everything that a node's commands can bring, none of it in the host. */
const inNodes = `vethlab: 1
name: in-nodes
namespaces:
  switch:
    bridges: { br0: { addresses: [10.0.0.1/24], ports: [p1, p2], stp: true } }
    forwarding: true
    nat: [{ masquerade: 10.0.0.0/24, out: up0 }]
    firewall: [{ chain: forward, source: 10.0.0.3, action: drop }]
    interfaces: { up0: { addresses: [172.16.0.2/16], mtu: 1400 } }
    routes: [{ to: default, via: 172.16.0.1 }]
    sysctls: { net.ipv4.conf.all.rp_filter: 2 }
  a: { interfaces: { e0: { addresses: [10.0.0.2/24] } }, routes: [{ to: default, via: 10.0.0.1 }] }
  b: { interfaces: { e0: { addresses: [10.0.0.3/24] }, lo: { addresses: [203.0.113.1/32] } } }
  out: { interfaces: { e0: { addresses: [172.16.0.1/16] } }, routes: [{ to: 10.9.0.0/16, type: blackhole }] }
links: [[a:e0, switch:p1], [b:e0, switch:p2], [switch:up0, out:e0]]
`

describe('a lab exported to containerlab', () => {
  test.each([
    ['router', () => loadStarter('06-router.vethlab.yaml')],
    ['bridge, NAT and firewall in a node', () => loadText(inNodes)],
  ])('%s: nodes, links and commands make the same network', async (_, load) => {
    const { file, lab } = load()
    const built = await deploy(file)
    const made = await openSession()
    const script = containerlabs(parse(exportClab(lab).text, { version: '1.1' }) as Topology)
    // The lab also switches IPv6 off in the host, which has no node.
    await inside(made, 'host', 'bash', '--norc', '-c', `sysctl -q -w net.ipv6.conf.all.disable_ipv6=1\n${script}`)
    await expectSameNetwork(built, made)
  })
})
