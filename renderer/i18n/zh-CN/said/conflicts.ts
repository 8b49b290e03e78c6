/** What a lab on this machine itself would collide with, by the English sentence. */
export const conflicts: Readonly<Record<string, string>> = {
  'firewalld runs, and puts interfaces that it does not know into its default zone, which may refuse the lab\'s packets. Put the lab\'s into the zone "trusted" while it runs.':
    'firewalld 正在运行，会把未知接口归入默认区域，可能拒绝实验的数据包。实验运行期间，请把实验的接口归入 "trusted" 区域。',
  'ufw runs; unless its rules allow it, what the lab sends to this machine or through it is dropped. The remedy for FORWARD helps with the latter; for the former see: sudo ufw allow in on INTERFACE':
    'ufw 正在运行；除非规则允许，实验发往本机或经本机转发的数据包会被丢弃。FORWARD 的处理可解决转发；发往本机的请参考：sudo ufw allow in on INTERFACE',
  "NetworkManager runs, and may give the lab's interfaces addresses or take them down. Tell it to leave them alone.":
    'NetworkManager 正在运行，可能给实验的接口配置地址或将其停用。请让它不要管理这些接口。',
  "systemd-networkd runs, and its file {0} is about {1} as well: it may change their addresses. Give the lab's interfaces other names, or narrow what the file matches.":
    'systemd-networkd 正在运行，其文件 {0} 也匹配 {1}，可能更改它们的地址。请给实验的接口改名，或缩小该文件的匹配范围。',
  '"{0}" would change {1} of this machine, which is not the lab\'s. Leave it out of the lab.':
    '“{0}”会更改本机的 {1}，而它不属于实验。请从实验中去掉。',
  "The firewall of this machine drops what it forwards ({0}); the lab's packets would not pass. Let those of the lab's interfaces through while it runs.":
    '本机防火墙会丢弃转发的数据包（{0}），实验的数据包无法通过。实验运行期间，请放行实验接口的数据包。',
  'Docker sets it so': '由 Docker 设置',
  'its FORWARD chain': 'FORWARD 链',
  "The nftables chain {0} of the table {1} {2} drops what it does not know; the lab's packets may not pass. Add a rule for the lab's interfaces to it, or to the program that keeps it.":
    'nftables 表 {1} {2} 的链 {0} 会丢弃未明确允许的数据包，实验的数据包可能无法通过。请在其中，或在维护它的程序中，为实验的接口添加规则。',
  'Frames that only cross a bridge pass the firewall of this machine too (br_netfilter); a FORWARD chain that drops them makes the bridge look dead. Switch that off while the lab runs, unless containers rely on it.':
    '仅经网桥交换的帧也会经过本机防火墙（br_netfilter）；FORWARD 链丢弃它们时，网桥看起来就像不通。除非有容器依赖它，请在实验运行期间关闭。',
  "This machine has a network namespace named {0} already, which is not the lab's. Give the lab's another name, or remove it with: ip netns del {1}":
    '本机已有名为 {0} 的网络命名空间，它不属于实验。请给实验中的命名空间改名，或删除它：ip netns del {1}',
  'If the lab means the way out of this machine, say "uplink: on" in it and leave the interface out; else give it another name.':
    '如果实验指的是本机的出口，请写 "uplink: on" 并去掉这个接口；否则请改名。',
  "Give the lab's interface another name.": '请给实验的接口改名。',
  "This machine has an interface named {0} already, which is not the lab's. {1}":
    '本机已有名为 {0} 的接口，它不属于实验。{1}',
  '{0} on {1}': '{1} 上的 {0}',
  'its route to {0}': '到 {0} 的路由',
  'its route to {0} over {1}': '经 {1} 到 {0} 的路由',
  "{0} of the lab's {1}": '实验中 {1} 的 {0}',
  "the lab's route to {0}": '实验中到 {0} 的路由',
  'This machine reaches {0}, which is a VPN; {1} would take packets away from it. Use another network in the lab, or leave the VPN while the lab runs.':
    '本机使用 VPN（{0}）；{1} 会截走它的数据包。请在实验中换一个网段，或在实验运行期间断开 VPN。',
  'This machine has {0}; {1} is in the same network. Use another network in the lab.':
    '本机有 {0}；{1} 在同一网段。请在实验中换一个网段。',
  'a default route': '默认路由',
  'a route to {0}': '到 {0} 的路由',
  'Remove it from the lab: with "uplink: on" the lab goes out the way the machine does.':
    '请从实验中删除：写 "uplink: on" 时，实验与本机走同一出口。',
  'Use another network in the lab.': '请在实验中换一个网段。',
  'This machine has {0} in the very place where the lab wants its own. {1}':
    '本机在实验要添加路由的位置上已有 {0}。{1}',
  'While the lab runs, all that this machine sends to other networks goes into the lab, because its default route comes before the machine\'s own: no Internet until the lab ends. With "uplink: on" instead, the lab goes out the way the machine does.':
    '实验的默认路由优先于本机的默认路由，因此实验运行期间，本机发往其他网络的数据包都会进入实验，直到实验结束都无法上网。改用 "uplink: on"，实验就与本机走同一出口。',
  'The lab sets {0} on this machine, {1} Leave it out of the lab.': '实验会设置本机的 {0}，{1}请从实验中去掉。',
  'which takes away addresses or routes that could not be put back.': '这会清除无法恢复的地址或路由。',
  "and {0} is not the lab's.": '而 {0} 不属于实验。',
  'which cannot be read here, so it could not be put back.': '而这里无法读取它，因此无法恢复。',
  'This machine forwards packets, perhaps for containers or virtual machines; while the lab runs it does not, because the lab says "forwarding: false".':
    '本机正在转发数据包，可能供容器或虚拟机使用；实验写了 "forwarding: false"，因此实验运行期间本机不再转发。',
  'The lab turns IPv6 forwarding on. This machine has its IPv6 default route over {0} from router advertisements, and would lose it. Let it go on listening to them while the lab runs (accept_ra=2).':
    '实验会开启 IPv6 转发。本机经 {0} 的 IPv6 默认路由来自路由器通告，会因此丢失。请让它在实验运行期间继续接收通告（accept_ra=2）。',
  'This machine has no interface {0} that could be the way out. Choose one of: ip -br link':
    '本机没有可作出口的接口 {0}。请从中选择：ip -br link',
  'This machine has no default route, so there is no way out that the lab could use. Connect it to a network, or name the interface yourself.':
    '本机没有默认路由，因此没有可供实验使用的出口。请接入网络，或自行指定接口。',
  "The lab gives {0} the address {1}. Here {2} is {3}, which keeps its own; the lab's is left out.":
    '实验给 {0} 配置地址 {1}。在本机上 {2} 即 {3}，它保留自己的地址；实验的地址不会配置。',
  'The way out of this machine is {0}, a VPN: what the lab sends goes into it. Choose another interface as uplink if that is not what you want.':
    '本机的出口是 VPN 接口 {0}：实验发出的数据包会进入该 VPN。如果不希望这样，请选择其他接口作上行链路。',
  '{0} (And 1 more conflict.)': '{0}（另有 1 项冲突。）',
  '{0} (And {1} more conflicts.)': '{0}（另有 {1} 项冲突。）',
}
