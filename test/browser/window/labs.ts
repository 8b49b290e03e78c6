/** Labs that the tests open from files. */

export const guided = `vethlab: 1
name: guided
title: { en: Two namespaces by hand, zh-CN: 手工搭建两个命名空间 }
description: "Text with <b>markup</b> <img src=x onerror='document.title=1'> that stays text"

namespaces:
  ns0:
    interfaces:
      veth0: { addresses: [10.0.0.1/24] }   # the left end
  ns1:
    interfaces:
      veth1: { addresses: [10.0.0.2/24] }   # the right end

links:
  - [ns0:veth0, ns1:veth1]

checks:
  - { name: ns0 reaches ns1, from: ns0, ping: 10.0.0.2, expect: reply }

guide:
  - title: { en: Create two namespaces, zh-CN: 创建两个命名空间 }
    text: { en: "A **namespace** has its own \`lo\`, a [gateway](#gateway) and a [grommet](#grommet). <script>document.title='bad'</script>", zh-CN: 命名空间有自己的 lo。 }
    commands: [ip netns add ns0, ip netns add ns1]
    done: { namespaces: [ns0, ns1] }
  - title: { en: Lay the cable, zh-CN: 接上网线 }
    commands: [ip link add veth0 netns ns0 type veth peer name veth1 netns ns1]
    done: { links: [[ns0:veth0, ns1:veth1]] }
  - title: { en: Guess, zh-CN: 猜一猜 }
    ask:
      question: { en: Which address does ns0 use?, zh-CN: ns0 用哪个地址？ }
      options: [10.0.0.9, 10.0.0.1]
      answer: 1
      explain: { en: It is the only one it has., zh-CN: 它只有这一个。 }
  - title: { en: Give addresses, zh-CN: 配置地址 }
    commands: [ip -n ns0 addr add 10.0.0.1/24 dev veth0]
    done:
      namespaces: { ns0: { interfaces: { veth0: { addresses: [10.0.0.1/24], up: true } } } }
      checks: [{ name: ns0 reaches ns1, from: ns0, ping: 10.0.0.2 }]
`
