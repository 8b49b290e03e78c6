/** The example of the format's description: every key once. */
export const exampleText = `# yaml-language-server: $schema=./schema/vethlab.schema.json
vethlab: 1                            # format version, required
name: nat-to-the-internet             # [a-z0-9-], 1..40
title: { en: NAT to the Internet, zh-CN: 通过 NAT 访问互联网 }     # or one string
description: { en: "...", zh-CN: "..." }

namespaces:
  host:                               # reserved name: the lab's default namespace; always exists
    forwarding: true                  # net.ipv4.ip_forward and net.ipv6.conf.all.forwarding
    bridges:
      bridge0:
        addresses: [192.168.1.1/24]
        ports: [veth1, veth3]
        stp: false
    interfaces:
      eth0: { addresses: [172.16.0.157/16] }
    nat:
      - { masquerade: 192.168.1.0/24, out: eth0 }
      - { dnat: { protocol: tcp, port: 8080 }, in: eth0, to: 192.168.1.2:80 }
      - { snat: 192.168.1.0/24, out: eth0, to: 172.16.0.157 }
    firewall:
      - { chain: forward, source: 192.168.1.3, action: drop }      # chain: input|forward|output, action: accept|drop|reject
  ns0:
    interfaces:
      veth0: { addresses: [192.168.1.2/24], mac: 02:00:00:00:00:02, mtu: 1500, up: true }
    routes:
      - { to: default, via: 192.168.1.1 }                            # also: dev, metric, type: unicast|blackhole|unreachable|prohibit
  ns1:
    interfaces: { veth2: { addresses: [192.168.1.3/24, "fd00:1::3/64"] } }
    routes: [{ to: default, via: 192.168.1.1 }]
    sysctls: { net.ipv4.conf.all.rp_filter: 2 }                     # net.* only
    services:
      - { listen: tcp, port: 80, reply: "hello from ns1\\n" }        # a small responder, so that checks have a peer
  internet:
    interfaces:
      wan0: { addresses: [172.16.0.1/16] }
      lo: { addresses: [203.0.113.10/24] }

links:                                # veth pairs; an endpoint is NAMESPACE:INTERFACE
  - [ns0:veth0, host:veth1]
  - [ns1:veth2, host:veth3]
  - [host:eth0, internet:wan0]
  # long form: { ends: [ns0:veth0, host:veth1], mtu: 1400, impair: { delay: 20ms, loss: 1%, rate: 10mbit } }

tunnels: []                           # { type: vxlan, id: 42, namespace: r1, name: vx0, local: 10.0.0.1, remote: 10.0.0.2, port: 4789 }
uplink: off                           # off | on - Internet for \`host\` in the sandbox; the real uplink on the real host

layout: { ns0: { x: 0, y: 320 }, ns1: { x: 240, y: 320 } }          # drawing only; never changes the kernel

checks:
  - { name: ns0 reaches the outside, from: ns0, ping: 203.0.113.10, expect: reply, ttl: 63 }
  - { from: ns1, tcp: 192.168.1.2:80, expect: refused }             # reply|connected|refused|unreachable|lost
  - { from: ns0, ping: 203.0.113.10, path: [ns0, host, internet], snat: 172.16.0.157 }

guide:                                # optional
  - title: { en: Create two namespaces, zh-CN: 创建两个命名空间 }
    text: { en: "...markdown...", zh-CN: "..." }
    commands: ["ip netns add ns0", "ip netns add ns1"]              # shown and typed into the host terminal; never run unasked
    done: { namespaces: [ns0, ns1] }                                # a partial lab that the live state must contain, or checks
    ask: { question: { en: Which address? }, options: ["192.168.1.2", "172.16.0.157"], answer: 1 }
`
