/** Rules that a program keeps: its own way is told, and what it would put back is never offered to be deleted. */
import { tcp, type Fault } from './fault-labs.js'

const stage2 = (bridge: string): string =>
  `-A DOCKER-ISOLATION-STAGE-1 -i ${bridge} ! -o ${bridge} -j DOCKER-ISOLATION-STAGE-2`

interface Kind {
  /** Whether containers on docker0 may talk with each other. */
  readonly icc?: boolean
  readonly internal?: boolean
}

/** Two networks and a published port, with the rules that Docker 20.10 writes for them. */
const docker = ({ icc = true, internal = false }: Kind = {}): string => `
namespaces:
  host:
    forwarding: true
    bridges:
      docker0: { ports: [p0, p1], addresses: [172.17.0.1/16] }
      br-back: { ports: [p2], addresses: [172.18.0.1/16] }
    iptables: |
      *filter
      :INPUT ACCEPT [0:0]
      :FORWARD DROP [0:0]
      :OUTPUT ACCEPT [0:0]
      :DOCKER - [0:0]
      :DOCKER-ISOLATION-STAGE-1 - [0:0]
      :DOCKER-ISOLATION-STAGE-2 - [0:0]
      :DOCKER-USER - [0:0]
      -A FORWARD -j DOCKER-USER
      -A FORWARD -j DOCKER-ISOLATION-STAGE-1
      -A FORWARD -o br-back -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A FORWARD -o br-back -j DOCKER
      -A FORWARD -i br-back ! -o br-back -j ACCEPT
      -A FORWARD -i br-back -o br-back -j ACCEPT
      -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A FORWARD -o docker0 -j DOCKER
      -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
      -A FORWARD -i docker0 -o docker0 -j ${icc ? 'ACCEPT' : 'DROP'}
      -A DOCKER -d 172.18.0.2/32 ! -i br-back -o br-back -p tcp -m tcp --dport 80 -j ACCEPT
      ${internal ? '-A DOCKER-ISOLATION-STAGE-1 ! -s 172.18.0.0/16 -o br-back -j DROP' : stage2('docker0')}
      ${internal ? '-A DOCKER-ISOLATION-STAGE-1 ! -d 172.18.0.0/16 -i br-back -j DROP' : stage2('br-back')}
      -A DOCKER-ISOLATION-STAGE-1 -j RETURN
      -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
      -A DOCKER-ISOLATION-STAGE-2 -o br-back -j DROP
      -A DOCKER-ISOLATION-STAGE-2 -j RETURN
      -A DOCKER-USER -j RETURN
      COMMIT
  web: { interfaces: { eth0: { addresses: [172.17.0.2/16] } }, routes: [{ to: default, via: 172.17.0.1 }] }
  app: { interfaces: { eth0: { addresses: [172.17.0.3/16] } }, routes: [{ to: default, via: 172.17.0.1 }] }
  db:
    interfaces: { eth0: { addresses: [172.18.0.2/16] } }
    routes: [{ to: default, via: 172.18.0.1 }]
    services: [{ listen: tcp, port: 5432 }]
links: [[web:eth0, host:p0], [app:eth0, host:p1], [db:eth0, host:p2]]
`

const beforehand = (from: string, to: string) => [
  `iptables -t filter -I DOCKER-USER 1 -s ${from}/32 -d ${to}/32 -j ACCEPT`,
  `iptables -t filter -I DOCKER-USER 1 -s ${to}/32 -d ${from}/32 -j ACCEPT`,
]

export const keptFaults: readonly Fault[] = [
  {
    name: "Docker's networks, which it keeps apart",
    code: 'firewall-drop',
    lab: docker(),
    from: 'web',
    to: '172.18.0.2',
    probe: tcp(5432),
    namespace: 'host',
    cause:
      "Docker keeps its networks apart, by a rule in host: chain DOCKER-ISOLATION-STAGE-2 of table filter: -o br-back -j DROP. Let one of the two join the other's network (docker network connect NETWORK CONTAINER), or publish the port.",
    evidence: /-A DOCKER-ISOLATION-STAGE-2 -o br-back -c [1-9]\d* \d+ -j DROP/,
    fix: beforehand('172.17.0.2', '172.18.0.2'),
    alike: true,
  },
  {
    name: 'an internal network of Docker',
    code: 'firewall-drop',
    lab: docker({ internal: true }),
    from: 'web',
    to: '172.18.0.2',
    namespace: 'host',
    cause:
      'One of the two networks is internal, and Docker lets nothing in or out of it, by a rule in host: chain DOCKER-ISOLATION-STAGE-1 of table filter: ! -s 172.18.0.0/16 -o br-back -j DROP. Let the container join another network as well (docker network connect NETWORK CONTAINER).',
    evidence: /! -s 172\.18\.0\.0\/16 -o br-back -c [1-9]\d* \d+ -j DROP/,
    fix: null,
    alike: true,
  },
  {
    name: 'containers of one network that Docker keeps apart from each other',
    code: 'firewall-drop',
    lab: docker({ icc: false }),
    typed: ['sysctl -w net.bridge.bridge-nf-call-iptables=1'],
    from: 'web',
    to: '172.17.0.3',
    namespace: 'host',
    cause:
      'Docker keeps the containers on docker0 apart from each other (enable_icc of that network is false), by a rule in host: chain FORWARD of table filter: -i docker0 -o docker0 -j DROP. Let both join a network that is not so (docker network connect NETWORK CONTAINER).',
    evidence: /-A FORWARD -i docker0 -o docker0 -c [1-9]\d* \d+ -j DROP/,
    fix: beforehand('172.17.0.2', '172.17.0.3'),
    alike: true,
  },
  {
    name: "a rule of somebody's own that drops frames of a bridge that Docker keeps",
    code: 'bridge-netfilter',
    lab: docker(),
    typed: [
      'sysctl -w net.bridge.bridge-nf-call-iptables=1',
      'iptables -I DOCKER-USER -s 172.17.0.2 -d 172.17.0.3 -j DROP',
    ],
    from: 'web',
    to: '172.17.0.3',
    namespace: 'host',
    evidence: /-A DOCKER-USER -s 172\.17\.0\.2\/32 -d 172\.17\.0\.3\/32 -c [1-9]\d* \d+ -j DROP/,
    fix: ['iptables -t filter -D DOCKER-USER -s 172.17.0.2/32 -d 172.17.0.3/32 -j DROP'],
    alike: true,
  },
  {
    name: 'what newer versions of Docker drop before routing',
    code: 'firewall-drop',
    lab: docker(),
    typed: ['iptables -t raw -A PREROUTING -d 172.18.0.2 ! -i br-back -j DROP'],
    from: 'web',
    to: '172.18.0.2',
    namespace: 'host',
    cause:
      'Docker has a rule in host that does not let it through: chain PREROUTING of table raw: -d 172.18.0.2/32 ! -i br-back -j DROP. From elsewhere it lets in only what is published: publish the port, or let who asks join that network (docker network connect NETWORK CONTAINER).',
    evidence: /-A PREROUTING -d 172\.18\.0\.2\/32 ! -i br-back -c [1-9]\d* \d+ -j DROP/,
    fix: null,
    alike: true,
  },
  {
    name: 'the policy behind what Docker accepts',
    code: 'firewall-drop',
    lab: docker().replaceAll(/-A FORWARD -j DOCKER-ISOLATION-STAGE-1\n +/g, ''),
    typed: ['iptables -D FORWARD -i docker0 ! -o docker0 -j ACCEPT'],
    from: 'web',
    to: '172.18.0.2',
    probe: tcp(5432),
    namespace: 'host',
    cause: 'The policy of chain FORWARD (table filter) in host drops it: no rule accepts it.',
    evidence: /-P FORWARD DROP/,
    fix: beforehand('172.17.0.2', '172.18.0.2'),
    alike: true,
  },
  {
    name: 'networks of Podman that are isolated, in its own table',
    code: 'firewall-drop',
    lab: docker().replace(/ {4}iptables: \|[\s\S]*?COMMIT\n/, ''),
    typed: [
      `nft 'add table inet netavark; add chain inet netavark FORWARD { type filter hook forward priority filter; }; add chain inet netavark NETAVARK-ISOLATION-3; add rule inet netavark FORWARD iifname "docker0" oifname != "docker0" jump NETAVARK-ISOLATION-3; add rule inet netavark NETAVARK-ISOLATION-3 oifname "br-back" counter drop'`,
    ],
    from: 'web',
    to: '172.18.0.2',
    namespace: 'host',
    evidence: /chain NETAVARK-ISOLATION-3 \{[\s\S]*drop/,
    fix: null,
    alike: true,
  },
]
