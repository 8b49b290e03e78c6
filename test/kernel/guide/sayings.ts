/** What the commands of the guides are meant to say. */

/** What a command prints, in its own words, and whether it is meant to fail. */
interface Saying {
  readonly words: string
  readonly fails: boolean
}

const fails = (words: string): Saying => ({ words, fails: true })
const says = (words: string): Saying => ({ words, fails: false })

/** Where an outcome is the point of a step: by lab, step (from 1) and command (from 1). Every other command just succeeds. */
export const sayings: Readonly<Record<string, Readonly<Record<string, Saying>>>> = {
  router: {
    '3.9': says('ttl=64'),
    '4.2': fails('Network is unreachable'),
    '4.3': fails('Network is unreachable'),
    '5.4': says('ttl=64'),
    '6.1': fails('100% packet loss'),
    '7.2': says('ttl=63'),
    '7.3': says('ttl=63'),
    '8.1': says('net.ipv6.conf.all.forwarding = 0'),
    '8.3': says('net.ipv6.conf.default.forwarding = 1'),
  },
  'bridge-gateway': {
    '4.5': says('ttl=64'),
    '4.6': says('ttl=64'),
    '5.2': fails('Network is unreachable'),
    '5.3': fails('Network is unreachable'),
    '6.2': says('ttl=64'),
    '6.3': fails('Network is unreachable'),
    '7.3': says('ttl=64'),
    '7.4': says('ttl=64'),
    '8.1': says('master bridge0 state forwarding'),
    '8.3': says('inet 192.168.1.1/24'),
    '8.4': says('192.168.1.0/24'),
  },
  'nat-to-the-internet': {
    '3.6': says('ttl=64'),
    '4.11': says('ttl=64'),
    '5.3': says('ttl=64'),
    '6.2': fails('100% packet loss'),
    '7.2': says('ttl=63'),
    '7.3': says('ttl=63'),
    '7.4': says('MASQUERADE'),
    '8.2': fails('100% packet loss'),
    '9.2': says('ttl=63'),
  },
  'what-docker-does': {
    '5.3': says('ttl=64'),
    '8.3': says('ttl=63'),
    '9.2': fails('100% packet loss'),
    '12.3': fails('Connection refused'),
    '14.2': says('DOCKER-USER'),
  },
  'two-bridges-by-vxlan': {
    '3.3': says('ttl=63'),
    '5.2': fails('Destination Host Unreachable'),
    '7.2': says('ttl=64'),
    '8.1': says('dst 198.51.100.2'),
    '8.2': says('vxlan id 42'),
    '9.1': fails('100% packet loss'),
    '10.2': says('ttl=64'),
  },
  'a-chain-of-routers': {
    '5.3': fails('Destination Net Unreachable'),
    '6.3': says('ttl=62'),
    '7.1': fails('Time to live exceeded'),
    '7.2': fails('Time to live exceeded'),
    '10.3': says('ttl=61'),
    '11.2': fails('100% packet loss'),
    '11.3': says('TcpExtIPReversePathFilter'),
    '12.2': says('ttl=61'),
  },
  'vlans-and-a-stick': {
    '3.2': says('1 PVID Egress Untagged'),
    '3.3': says('ttl=64'),
    '6.3': says('ttl=64'),
    '7.3': says('ttl=63'),
  },
  'two-ways-out': {
    '6.2': says('default via 192.0.2.1 dev wan2'),
    '7.2': says('from 10.0.2.0/24 lookup 100'),
    '7.3': says('ttl=63'),
    '8.1': fails('Destination Net Unreachable'),
    '8.2': says('dev wan2 table 100'),
    '9.2': says('ttl=63'),
  },
  'mtu-black-hole': {
    '5.3': says('ttl=62'),
    '6.1': says('ttl=62'),
    '7.2': fails('Frag needed and DF set (mtu = 1400)'),
    '8.1': says('mtu 1400'),
    '8.2': says('ttl=62'),
    '9.3': says('ttl=62'),
    '10.2': fails('100% packet loss'),
    '10.3': says('DROP'),
    '11.2': fails('Frag needed and DF set (mtu = 1400)'),
  },
  'stateful-firewall': {
    '4.3': fails('100% packet loss'),
    '5.2': fails('100% packet loss'),
    '6.2': says('ttl=63'),
    '6.3': says('ct state established,related accept'),
    '7.2': fails('Connection refused'),
    '8.2': says('ct state invalid drop'),
    '8.3': says('ttl=63'),
  },
  'hairpin-nat': {
    '4.3': says('ttl=64'),
    '6.3': says('ttl=63'),
    '7.2': fails('Connection refused'),
    '8.1': fails(''),
    '9.2': fails('Connection refused'),
    '10.1': fails('Connection refused'),
    '10.2': says('MASQUERADE'),
  },
  'kubernetes-service': {
    '3.3': says('ttl=63'),
    '4.1': fails('Network is unreachable'),
    '6.3': fails('Connection refused'),
    '7.1': fails(''),
    '8.3': fails('Connection refused'),
    '10.2': fails(''),
    '10.3': says('KUBE-SEP-2'),
  },
  'slow-and-lossy': {
    '4.3': says('ttl=62'),
    '5.2': says('3 received'),
    '6.2': fails('100% packet loss'),
    '6.3': says('loss 100%'),
    '7.2': says('ttl=62'),
  },
  'vrf-two-tenants': {
    '3.3': says('[l3mdev-table]'),
    '5.2': says('10.0.1.0/24 dev red1'),
    '5.3': says('ttl=63'),
    '6.2': says('ttl=63'),
  },
}
