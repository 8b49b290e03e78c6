/** Labs by chance, from a seed: a tree of routers with bridges at its leaves, and up to two things gone wrong. */
import { randomFrom } from '../../../electron/core/challenge/random.js'
import { quickSysctl } from './fault-labs.js'

export interface RandomLab {
  readonly yaml: string
  /** What somebody typed to break it; empty in healthy labs. */
  readonly typed: readonly string[]
  readonly hosts: readonly { readonly name: string; readonly address: string }[]
  /** Where a service listens on port 80. */
  readonly server: string
}

/**
 * Routers r0..rn in a line, each with a bridge of its own and one or two hosts on it. Router i has 10.i.0.1/24 on its
 * bridge and 10.(100+i).0.1 towards the next one, which has .2.
 */
export function randomLab(seed: number, broken: boolean): RandomLab {
  const random = randomFrom(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const routers = 1 + below(3)
  const namespaces: string[] = []
  const links: string[] = []
  const hosts: { name: string; address: string }[] = []
  const breakable: string[] = []
  for (let i = 0; i < routers; i++) {
    const count = 1 + below(2)
    const ports = Array.from({ length: count }, (_, h) => `p${h}`)
    const interfaces: string[] = []
    if (i > 0) interfaces.push(`w${i}: { addresses: [10.${99 + i}.0.2/24] }`)
    if (i < routers - 1) interfaces.push(`e${i}: { addresses: [10.${100 + i}.0.1/24] }`)
    const routes: string[] = []
    for (let j = 0; j < routers; j++) {
      if (j === i) continue
      routes.push(`{ to: 10.${j}.0.0/24, via: ${j < i ? `10.${99 + i}.0.1` : `10.${100 + i}.0.2`} }`)
    }
    const devices = ['br0', ...(i > 0 ? [`w${i}`] : []), ...(i < routers - 1 ? [`e${i}`] : [])]
    namespaces.push(
      `  r${i}: { forwarding: true, bridges: { br0: { addresses: [10.${i}.0.1/24], ports: [${ports.join(', ')}] } }, interfaces: { ${interfaces.join(', ')} }, routes: [${routes.join(', ')}], ${quickSysctl(...devices)} }`,
    )
    if (i < routers - 1) links.push(`[r${i}:e${i}, r${i + 1}:w${i + 1}]`)
    for (let h = 0; h < count; h++) {
      const name = `h${i}${h}`
      const address = `10.${i}.0.${10 + h}`
      hosts.push({ name, address })
      namespaces.push(
        `  ${name}: { interfaces: { eth0: { addresses: [${address}/24] } }, routes: [{ to: default, via: 10.${i}.0.1 }], services: [{ listen: tcp, port: 80, reply: "hi\\n" }], ${quickSysctl('eth0')} }`,
      )
      links.push(`[${name}:eth0, r${i}:p${h}]`)
      breakable.push(
        `ip -n ${name} link set eth0 down`,
        `ip -n ${name} route del default`,
        `ip -n ${name} addr flush dev eth0`,
        `ip -n r${i} link set p${h} nomaster`,
        `ip -n r${i} link set p${h} down`,
        `ip netns exec ${name} iptables -A INPUT -p icmp -j DROP`,
        `ip netns exec ${name} iptables -A INPUT -p tcp --dport 80 -j REJECT`,
        `ip -n r${i} route add blackhole ${address}/32`,
      )
    }
    breakable.push(
      `ip netns exec r${i} sysctl -qw net.ipv4.ip_forward=0`,
      `ip netns exec r${i} iptables -P FORWARD DROP`,
      `ip netns exec r${i} iptables -A FORWARD -p tcp -j DROP`,
      `ip -n r${i} link set br0 down`,
      `ip -n r${i} addr del 10.${i}.0.1/24 dev br0`,
      ...routes.map((route) => `ip -n r${i} route del ${/to: (\S+),/.exec(route)?.[1] ?? ''}`),
    )
  }
  const typed: string[] = []
  if (broken) {
    const first = pick(breakable)
    typed.push(first)
    const second = pick(breakable)
    if (random() < 0.4 && second !== first) typed.push(second)
  }
  const server = pick(hosts).name
  return { yaml: `namespaces:\n${namespaces.join('\n')}\nlinks: [${links.join(', ')}]\n`, typed, hosts, server }
}
