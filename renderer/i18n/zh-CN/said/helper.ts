/** What the helper cannot do, and how checks ended, by the English sentence. */
export const helper: Readonly<Record<string, string>> = {
  'dummy devices': 'dummy 设备',
  'GRE tunnels': 'GRE 隧道',
  'GRE tunnels for frames': '承载以太网帧的 GRE 隧道（gretap）',
  'IPIP tunnels': 'IPIP 隧道',
  'SIT tunnels': 'SIT 隧道',
  'tunnels over IPv6': '基于 IPv6 的隧道（ip6tnl）',
  'GRE tunnels over IPv6': '基于 IPv6 的 GRE 隧道（ip6gre）',
  'Geneve tunnels': 'Geneve 隧道',
  'VXLAN tunnels': 'VXLAN 隧道',
  'WireGuard tunnels': 'WireGuard 隧道',
  bonds: 'bond 设备',
  'VRF devices': 'VRF 设备',
  'A filter needs a word: for instance "tcp port 80" or "host 10.0.0.1".':
    '过滤条件不能为空：例如 "tcp port 80" 或 "host 10.0.0.1"。',
  '"{0}" is no part of a filter. There are: tcp, udp, icmp, icmp6, arp, port N, host ADDRESS, net PREFIX, and src or dst before the last three.':
    '"{0}" 不是有效的过滤条件。可用的有：tcp、udp、icmp、icmp6、arp、port N、host 地址、net 前缀，后三者前可加 src 或 dst。',
  'VLAN sub-interfaces': 'VLAN 子接口',
  'impairment of cables beyond a rate': '限速以外的线缆损伤模拟',
  'rate limit of cables': '线缆限速',
  'bridges that filter VLANs': '过滤 VLAN 的网桥',
  '{0} and {1} more': '{0} 及另外 {1} 处',
  'This machine has no {0}, needed for {1}': '此机器上没有 {0}，而 {1} 需要它',
  '`{0}` brings it (Debian, Ubuntu), then start Vethlab again':
    '`{0}` 会安装它（Debian、Ubuntu），然后重新启动 Vethlab',
  'udhcpc or dhcpcd (which ask for addresses by DHCP)': 'udhcpc 或 dhcpcd（通过 DHCP 请求地址的程序）',
  'dnsmasq (which serves names and leases)': 'dnsmasq（提供名称和租约的程序）',
  'This kernel has no {0} ({1}), needed for {2}': '此内核不支持{0}（{1}），而 {2} 需要它',
  'This kernel has no {0} (module {1}), needed for {2}': '此内核不支持{0}（模块 {1}），而 {2} 需要它',
  '{0} (Debian) is a package whose kernel is built with it': '软件包 {0}（Debian）的内核带有此功能',
  '`{0}` loads it, and where there is no such module, {1} (Ubuntu) or the kernel of {2} (Debian) brings it':
    '`{0}` 可加载它；如果没有这个模块，可安装 {1}（Ubuntu）或使用 {2}（Debian）的内核',
  '{0}: {1}.': '{0}：{1}。',
  '{0}.': '{0}。',
  reply: '有应答',
  connected: '已连接',
  refused: '被拒绝',
  unreachable: '不可达',
  lost: '丢失',
  'resolved: {0}': '已解析：{0}',
  'not resolved': '未解析',
  'resolved to {0} instead of {1}': '解析为 {0}，而不是 {1}',
  '{0} instead of {1}': '结果为{0}，预期为{1}',
  'that was {0} of {1}': '共 {1} 次，其中 {0} 次如此',
  // What follows is the kernel's: it stays as it is.
  '{0}: {1}': '{0}：{1}',
  'TTL {0} instead of {1}': 'TTL 为 {0}，预期为 {1}',
  unknown: '未知',
  'went {0} instead of {1}': '实际路径：{0}，预期：{1}',
  nowhere: '无',
  'source {0} instead of {1}': '源地址为 {0}，预期为 {1}',
  '{0}; {1}': '{0}；{1}',
  'Nobody is there any more for whom it would be built: it was stopped before step {0} of {1}. {2}':
    '请求构建的一方已经不在：已在第 {0} 步（共 {1} 步）之前停止。{2}',
  'Nobody is there any more for whom the lab would be built; nothing of it stays.':
    '请求构建实验的一方已经不在；没有留下任何内容。',
  'Everything before it was undone.': '此前的步骤已全部回滚。',
  '{0} of the commands before it could not be undone; stop the lab to take everything down.':
    '此前有 {0} 条命令未能回滚；停止实验即可全部清除。',
  'Step {0} of {1} needs one more open file, and this process may have {2}. {3} Allow more in the shell that starts Vethlab, then start it again: {4}':
    '第 {0} 步（共 {1} 步）还需要打开一个文件，但本进程最多只能打开 {2} 个。{3}请在启动 Vethlab 的 shell 中放宽限制，然后重新启动：{4}',
  'The lab has {0} namespaces, and this machine allows {1}. Allow more with: {2}':
    '实验有 {0} 个命名空间，而本机最多允许 {1} 个。放宽限制：{2}',
  'The lab needs {0} open files, for {1} namespaces and {2} services, and this process may have {3}. Allow more in the shell that starts Vethlab, then start it again: {4}':
    '实验需要打开 {0} 个文件（{1} 个命名空间、{2} 个服务），而本进程最多只能打开 {3} 个。请在启动 Vethlab 的 shell 中放宽限制，然后重新启动：{4}',
  'The kernel refused step {0} of {1}: {2}. {3}': '内核拒绝了第 {0} 步（共 {1} 步）：{2}。{3}',
  'Another Vethlab session has a lab on this machine; one at a time. Stop that one, or close its window.':
    '本机上已有另一个 Vethlab 会话的实验在运行；同时只能有一个。请停止它，或关闭它的窗口。',
  'A lab was left in another network namespace than this one. Recover it there, with: {0}':
    '另一个网络命名空间中留有实验。请在那里恢复：{0}',
  'The lab {0} was left on this machine when its session ended. Undo it first, in the window or with: {1}':
    '实验 {0} 的会话结束时没有从本机清除。请先还原它的更改：在窗口中操作，或运行 {1}',
  'Nothing was changed: {0}.': '没有任何更改：{0}。',
  'The remedy "{0}" was refused: {1}. Nothing of the deploy stays.': '处理命令“{0}”被拒绝：{1}。本次部署已全部回滚。',
  'This fix would change {0} of the machine itself. Carry its commands out yourself, in a terminal of the host.':
    '这项修复会更改本机自身的 {0}。请自行在主机终端中执行它的命令。',
  'Another Vethlab session is busy on this machine.': '本机上另一个 Vethlab 会话正忙。',
  'One thing that the lab made on this machine could not be undone; the rest is. Try again with: {0}':
    '实验在本机上的更改有 1 项未能还原，其余已还原。请重试：{0}',
  '{0} things that the lab made on this machine could not be undone; the rest is. Try again with: {1}':
    '实验在本机上的更改有 {0} 项未能还原，其余已还原。请重试：{1}',
  'This session is in a sandbox, and changes nothing on the machine itself; start one with administrator rights for that.':
    '这个会话在沙箱中运行，不会更改本机；如需更改，请以管理员权限启动会话。',
  'No lab is deployed; deploy one, then run its checks.': '尚未部署实验；请先部署，再运行检查。',
  'The lab has no check named "{0}".': '实验中没有名为“{0}”的检查。',
  'That packet is no longer kept; choose one that passed later.': '那个数据包已不再保留；请选择较新的数据包。',
  'There is no namespace {0}.': '没有命名空间 {0}。',
  'The program "{0}" is missing. Install the package util-linux.': '缺少程序“{0}”。请安装软件包 util-linux。',
  'There is no namespace {0}. Deploy the lab, or add it with: ip netns add {1}':
    '没有命名空间 {0}。请部署实验，或手工添加：ip netns add {1}',
  'Terminals cannot be opened: node-pty is not built for this machine. Install Vethlab again.':
    '无法打开终端：node-pty 不是为这台机器构建的。请重新安装 Vethlab。',
  'There are {0} terminals already, the most there may be. Close one first.':
    '已有 {0} 个终端，达到上限。请先关闭一个。',
  'A shell in {0} could not be started: {1}': '无法在 {0} 中启动 shell：{1}',
  'The program in this terminal does not read what is typed; the last input was not taken. Try again later.':
    '这个终端中的程序没有读取输入；刚才的输入没有送达。请稍后再试。',
  'This terminal is closed. Open a new one.': '这个终端已关闭。请新建一个。',
  'The kernel refused "{0}": {1}. Trace again: the lab has changed since.':
    '内核拒绝了“{0}”：{1}。实验已有变化，请重新追踪。',
  '{0} has no address. Give it one, or aim at another namespace.':
    '{0} 没有地址。请给它一个地址，或者换一个目标命名空间。',
  '{0} in {1} has no address. Give it one, or name another interface.':
    '{1} 里的 {0} 没有地址。请给它一个地址，或者写另一个接口。',
  '{0} has no interface "{1}". It has {2}.': '{0} 没有接口“{1}”。它有 {2}。',
  'Name an address, a namespace, or NAMESPACE:INTERFACE.': '请写地址、命名空间，或“命名空间:接口”。',
  '"{0}" is no address and nothing of the lab that has one. {1}': '“{0}”不是地址，也不是实验中有地址的对象。{1}',
  'An IPv4 address has no zone. Leave out %{0}.': 'IPv4 地址没有区域标识，请去掉 %{0}。',
  '{0} has no interface "{1}"; the zone names one of the namespace that sends. It has {2}.':
    '{0} 没有接口“{1}”；区域标识应为发送方命名空间的接口，现有：{2}。',
  '{0} is valid on one link only, and any link may have it. {1}':
    '{0} 是链路本地地址，只在一条链路内有效，任何链路上都可能有它。{1}',
  '{0} has no interface but lo.': '{0} 只有接口 lo。',
  'Say which one, as in {0}%{1}.': '请注明接口，例如 {0}%{1}。',
  '{0} {1}': '{0}{1}',
  'There is no namespace "{0}" to send from.': '没有可作发送方的命名空间“{0}”。',
  'A {0} probe needs a port, for instance 80.': '{0} 探测需要端口，例如 80。',
  'The probe could not be sent: {0}.': '无法发送探测：{0}。',
  'This trace has no fix; trace again after a change of the lab.': '这次追踪没有可用的修复；更改实验后请重新追踪。',
  'The lab has changed since this trace; trace again for a fix that fits.':
    '这次追踪之后实验已有变化；请重新追踪以获得合适的修复。',
  'There is no such fix to take back; it may have been taken back already.': '没有可撤销的修复；也许已经撤销过了。',
  'A fix was tried and could not be taken back whole ({0}). Stop the lab and start it again.':
    '试用了一个修复，但没能完全撤销（{0}）。请停止实验后重新启动。',
  'There is no trace {0}; the latest {1} of a lab are kept.': '没有追踪 {0}；每个实验只保留最近 {1} 次。',
  'The kernel refused to capture: {0}.': '内核拒绝抓包：{0}。',
  'Nothing was changed: on this machine only that runs which has been shown. Look at the plan first.':
    '没有任何更改：在本机上只执行已经显示过的内容。请先查看计划。',
  'Nothing of this plan was carried out: this machine has changed since it was shown. Look at the plan as it is now.':
    '该计划没有执行任何一步：显示之后本机已有变化。请查看现在的计划。',
  'This session is of a lab, and does not look at the machine itself; the command look starts one that does.':
    '这个会话属于实验，不查看本机的网络；命令 look 会启动专门查看本机的会话。',
  'The part of Vethlab that looks at this machine ended by itself. Nothing of the machine was changed.':
    '查看本机网络的 Vethlab 进程自行结束。本机没有任何更改。',
  '"{0}" is the name of {1} namespaces: {2}. Name one of these.': '有 {1} 个命名空间都叫“{0}”：{2}。请指明其中一个。',
  'No network namespace that could be read is called "{0}". {1}': '能读取的网络命名空间中没有叫“{0}”的。{1}',
  'The command look lists their names.': '命令 look 会列出它们的名称。',
  'Nothing of this machine is changed by looking at it.': '查看本机时不会做任何更改。',
}
