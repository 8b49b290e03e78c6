/** Macvlans and ipvlans, in lab files and in what is imported. */
export const shares = {
  macvlans: 'macvlan 设备',
  ipvlans: 'ipvlan 设备',
  'a macvlan': '一个 macvlan',
  'an ipvlan': '一个 ipvlan',
  'It has veth pairs, bridges, vlan, macvlan, ipvlan, vrf, bond, dummy, and tunnels such as vxlan and gre.':
    '可用的有 veth 对、网桥、vlan、macvlan、ipvlan、vrf、bond、dummy，以及 vxlan、gre 等隧道。',
  '{0} shares the cable of another interface; a lab puts no VLAN on it.':
    '{0} 与另一个接口共用线缆；实验中不能在它上面建 VLAN。',
  'Put the VLAN on that interface, and the other one on the VLAN.': '请把 VLAN 建在那个接口上，再把它建在 VLAN 上。',
  '{0} is no mode of a {1}.': '{0} 不是 {1} 的模式。',
  'Modes: {0}.': '可用的模式：{0}。',
  '{0} of the {1} is left out; a lab file has no word for it.': '{1} 的 {0} 未导入，实验文件无法表达。',
  '{0} shares the cable of another interface; a lab gives it to no bridge and no bond.':
    '{0} 与另一个接口共用线缆；实验中不能把它加入网桥或 bond。',
  '{0} shares the cable of another interface; a lab makes it no port of a bridge.':
    '{0} 与另一个接口共用线缆；实验中不能把它作为网桥的端口。',
  'Give the bridge that interface, or a cable of its own.': '请把那个接口加入网桥，或给网桥接一根自己的网线。',
  '{0} is shared by {1}, which gets its frames.': '{0} 已由 {1} 共用，它的帧都交给后者。',
  'Name the interface whose cable is to be shared.': '请写出要共用其线缆的接口。',
  '"lo" has no cable that could be shared.': '"lo" 没有可以共用的线缆。',
  '{0} shares the cable of another interface itself.': '{0} 自己就在共用另一个接口的线缆。',
  '{0} carries packets and no frames.': '{0} 只承载数据包，不承载帧。',
  '{0} goes to {1} with all its frames.': '{0} 的所有帧都交给 {1}。',
  '{0} is shared by {1} already.': '{0} 已由 {1} 共用。',
  'An interface is shared by macvlans or by ipvlans, not by both.':
    '一个接口只能由 macvlan 或 ipvlan 之一共用，不能两者都有。',
  '{0} is shared by {1} already, and mode passthru takes an interface for one macvlan alone.':
    '{0} 已由 {1} 共用，而 passthru 模式要求一个接口只给一个 macvlan。',
  'Give both the mode bridge, or each an interface of its own.': '请把两者都改为 bridge 模式，或各给一个接口。',
  'A lab file names each {0} of {1} once, and has one called {2}.':
    '实验文件中 {1} 的每个 {0} 名称只能出现一次，已有名为 {2} 的。',
  '{0} is a port of {1}, which gets all its frames.': '{0} 是 {1} 的端口，它的帧都交给后者。',
  'Put it on the bridge: "link: {0}".': '请建在网桥上："link: {0}"。',
  '{0} is a member of {1}, which gets all its frames.': '{0} 是 {1} 的成员，它的帧都交给后者。',
  'Put it on the bond: "link: {0}".': '请建在 bond 上："link: {0}"。',
  '{0} is shared by {1}, which is {2}: {3} cannot be {4}.': '{0} 已由 {1}（{2}）共用，{3} 不能是{4}。',
  '{0} on {1} has mode {2}, and all ipvlans on one interface have the same.':
    '{1} 上的 {0} 是 {2} 模式，同一接口上的 ipvlan 模式必须相同。',
  'Write "mode: {0}", or change the other one.': '请写 "mode: {0}"，或修改另一个。',
  '{0} has the hardware address of {1}.': '{0} 的硬件地址就是 {1} 的。',
  'Remove "mac", or write it at {0}.': '请去掉 "mac"，或写在 {0} 处。',
  '{0} has the MTU of {1}.': '{0} 的 MTU 就是 {1} 的。',
  'Remove "mtu", or write it at {0}.': '请去掉 "mtu"，或写在 {0} 处。',
  '{0} of the machine becomes an interface of host with nothing behind it: a lab does not know your machine.':
    '机器的 {0} 成为 host 的一个接口，背后没有任何网络：实验并不了解你的机器。',
}
