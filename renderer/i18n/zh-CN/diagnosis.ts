import type { diagnosis as english } from '../en/diagnosis.js'

export const diagnosis: { readonly [Key in keyof typeof english]: string } = {
  'cause.no-route': '{namespace} 没有到 {target} 的路由。',
  'cause.no-route-rule': '{namespace} 的一条策略路由规则使它到不了 {target}：{rule}。',
  'cause.policy-astray':
    '{namespace} 的一条策略路由规则让去往 {target} 的包改走 {way}，绕过了主表中通往那里的 {prefix} 路由：{rule}。',
  'cause.policy-detour': '{namespace} 的一条策略路由规则让去往 {target} 的包改走 {way}，而那条路走不通：{rule}。',
  'cause.bond-no-member': '{namespace} 的 bond {interface} 没有能传输的成员：{members}。',
  'cause.bond-unwatched': '{namespace} 的 bond {interface} 一直在用没有载波的 {member}：miimon 为 0，它不查看载波。',
  'cause.bond-empty': '{namespace} 的 bond {interface} 没有成员，什么也发不出去。',
  'cause.not-bond': '{namespace} 的出路上没有缺少可用成员的 bond。',
  'cause.vrf-leak-out':
    '{namespace} 在 VRF {vrf} 的表（{table}）中查找 {target}，那里没有路；表 {other} 有（{prefix}），但没有路由从前者通向后者。',
  'cause.vrf-leak-into':
    '{namespace} 在所有 VRF 之外查找 {target}，那里没有路；VRF {vrf}（表 {other}）有（{prefix}），但没有路由通向它。',
  'cause.not-vrf-leak': '{namespace} 没有 VRF 挡住去往 {target} 的路。',
  'cause.route-blocked': '{namespace} 到 {target} 的路由会拒绝它：{type} {prefix}。',
  'cause.no-return-route': '{namespace} 收到了数据包，但没有回到 {target} 的路由。',
  'cause.no-return-route-router': '{namespace} 没有回到 {target} 的路由，应答到此为止。',
  'cause.gateway-outside': '{namespace} 到 {target} 的路由指向网关 {gateway}，而它不在任何接口的子网内。',
  'cause.gateway-unnamed':
    '{namespace} 的路由 {prefix} 没有写网关，于是它直接在 {interface} 上询问 {target}，而那一侧没有主机使用这个地址。',
  'cause.gateway-silent': '{namespace} 经网关 {gateway} 发送，但 {interface} 一侧没有主机使用这个地址。',
  'cause.forwarding-off': '{namespace} 收到发往 {target} 的数据包，但没有开启转发：{key} 为 0。',
  'cause.interface-down': '{namespace} 的 {interface} 未启用。',
  'cause.interface-down-bridge': '{namespace} 的网桥 {interface} 未启用，因此它的端口都不转发。',
  'cause.peer-down': '{near} 所接网线的另一端，即 {namespace} 的 {interface}，未启用。',
  'cause.route-back':
    '{namespace} 把发往 {target} 的数据包又送回给 {other}，而它正是从那里来的：路由 {prefix} 经由 {gateway}。',
  'cause.route-to-host':
    '{namespace} 把发往 {target} 的数据包交给 {other}，而后者不是路由器：路由 {prefix} 经由 {gateway}。',
  'cause.route-lo': '{namespace} 把发往 {target} 的数据包送进了自己的 lo：路由 {prefix} 没有指定其他接口。',
  'cause.address-lost':
    '{namespace} 的 {interface} 失去了地址 {address}，发往其网段的数据包只好走别的路由，而那条路由通向别处。',
  'cause.route-lost': '{namespace} 缺少路由 {prefix}，发往 {target} 的数据包只好走路由 {taken}，而它通向别处。',
  'cause.route-refuses-asker':
    '{namespace} 到 {target} 的路由会拒绝它（{type} {prefix}），因此 {target} 询问链路层地址时它不应答。',
  'cause.rule-refuses-asker':
    '{namespace} 的一条策略路由规则使它到不了 {target}（{rule}），因此 {target} 询问链路层地址时它不应答。',
  'cause.unplugged': '{namespace} 的 {interface} 处线缆被拔出，因此两端都没有载波。',
  'cause.impaired-loss':
    '这条线缆会丢掉 {namespace} 从 {interface} 发出的帧的 {loss}（netem）；探测期间丢失的帧数：{count}。',
  'cause.impaired-queue': '到达 {namespace} 的 {interface} 的流量超过其限速；探测期间其队列丢弃的帧数：{count}。',
  'cause.impaired-delay':
    '这条线缆把 {namespace} 从 {interface} 发出的所有帧都延迟 {delay}（netem），比探测等待的时间还长。',
  'cause.not-impaired': '{namespace} 从 {interface} 发出的帧没有因线缆而丢失，也没有被长时间延迟。',
  'cause.vlan-no-pvid':
    '{namespace} 的 {interface}（{bridge} 的端口）不接受不带 VLAN 标签的帧（没有 PVID），而这个帧没有标签。',
  'cause.vlan-refused': '{namespace} 的 {interface}（{bridge} 的端口）丢弃 VLAN {vlan} 的帧：该端口不在此 VLAN 中。',
  'cause.vlan-not-there': '帧属于 VLAN {vlan}，而 {namespace} 的 {interface}（网桥 {bridge}）不在此 VLAN 中。',
  'cause.vlan-tagged': '到达 {namespace} 的 {interface} 的帧带有 VLAN {vlan} 的标签，而它只接受不带标签的帧。',
  'cause.vlan-untagged': '到达 {namespace} 的帧不带 VLAN 标签，而 {interface} 只接受 VLAN {wanted} 的帧。',
  'cause.vlan-protocol':
    '到达 {namespace} 的帧带有 {other} 的标签，而 {interface} 只接受 {wanted} 的标签，编号相同也不行。',
  'cause.vlan-other': '到达 {namespace} 的帧带有 VLAN {vlan} 的标签，而 {interface} 只接受 VLAN {wanted} 的帧。',
  'cause.port-isolated': '{namespace} 中 {bridge} 的端口 {interface} 和 {other} 都设为隔离，两者之间不通。',
  'cause.port-setting': '{namespace} 中 {bridge} 的端口 {interface} 的设置挡住了帧：{setting}。',
  'cause.fdb-entry':
    '{namespace} 的 {bridge} 有一个固定条目把发往 {mac} 的帧送到 {interface}，而该主机在 {right} 后面。',
  'cause.not-vlan': '{namespace} 中没有 VLAN 隔开帧。',
  'cause.not-port-setting': '{namespace} 没有端口设置挡住帧。',
  'cause.not-fdb-entry': '{namespace} 没有固定条目把帧引错。',
  'cause.wrong-gateway':
    '{namespace} 到 {target} 的路由经过 {gateway}，那是 {other}，并不是路由器；旁边的 {router}（{right}）才通向那里。',
  'cause.own-gateway':
    '{namespace} 到 {target} 的路由以自己的地址 {gateway} 为网关，所以它直接在 {interface} 上询问 {target}。',
  'cause.no-lease':
    '{namespace} 的 {interface} 正在等待租约。它所在网段里 {server} 提供 DHCP，但没有收到它分配的租约。',
  'cause.no-lease-full': '{namespace} 的 {interface} 正在等待租约。{server} 已经把范围 {range} 里的地址全部分完。',
  'cause.no-lease-nobody': '{namespace} 的 {interface} 正在等待租约，而它所在的网段里没有人提供 DHCP。',
  'cause.no-lease-unknown':
    '{namespace} 的 {interface} 正在等待租约。它所在的网段里，能问到的都不提供 DHCP；其余的无法询问。',
  'cause.no-lease-cable': '{namespace} 的 {interface} 正在等待租约，但它的线缆没有载波：没有人听得到它的请求。',
  'cause.no-lease-down': '{namespace} 的 {interface} 正在等待租约，但它没有启用：无法发出请求。',
  'cause.no-address': '{namespace} 的 {interface} 没有 {family} 地址。',
  'cause.ipv6-off': '{namespace} 的 {interface} 上关闭了 IPv6：{key} 为 1。',
  'cause.address-on-port':
    '{address} 配在 {namespace} 的 {interface} 上，而它是 {bridge} 的端口：进入端口的帧都交给网桥，地址应当配在网桥上。',
  'cause.same-subnet-apart': '{namespace} 和 {otherNamespace} 都在 {prefix}，但没有网线把它们连在一起。',
  'cause.same-subnet-siblings':
    '{namespace} 的 {interface} 和 {otherNamespace} 的 {otherInterface} 都是 {between} 的 {parent} 上的 macvlan：它们同在 {prefix}，也共用它的线缆，但在 {mode} 模式下内核不在两者之间传递任何帧。',
  'cause.same-subnet-parent':
    '{namespace} 的 {interface} 是 {otherNamespace} 的 {parent} 之上的 {kind}：两者同在 {prefix}、共用一根线缆，但内核不在它们之间传递任何帧。',
  'cause.same-subnet-apart-at':
    '{namespace} 和 {otherNamespace} 都在 {prefix}，但它们的网线分别接在 {between} 的 {first} 和 {second} 上，没有网桥把两者连起来。',
  'cause.wrong-prefix-narrow':
    '{namespace} 的 {interface} 上的 {address} 的子网不包含同一网段的 {target}：前缀长度错误。',
  'cause.wrong-prefix-wide':
    '{namespace} 的 {interface} 上的 {address} 的子网包含了 {target}，而它其实在另一个网段：前缀长度错误。',
  'cause.wrong-prefix-disjoint':
    '{namespace} 的 {interface} 上的 {address} 与 {otherNamespace} 的 {otherInterface} 上的 {other} 接在同一根网线上，却不在同一子网。',
  'cause.duplicate-address':
    '{namespace}（{interface}）和 {otherNamespace}（{otherInterface}）都配置了 {address}；数据包到了 {namespace}。',
  'cause.duplicate-subnet':
    '{namespace} 的 {interface} 和 {other} 上都有子网 {prefix}；它从 {interface} 查找 {target}，而 {target} 在 {other} 一侧。',
  'cause.neighbour-wrong': '{namespace} 用链路层地址 {mac} 发往 {target}，而该网段没有接口使用它；应为 {right}。',
  'cause.arp-off-link': '{namespace} 的 {interface} 关闭了 ARP（NOARP），因此别的主机无法得知它的链路层地址。',
  'cause.arp-proxy-off': '没有接口配置了 {target}；如果 {key} 为 1，{namespace} 会在 {interface} 上代它应答。',
  'cause.arp-proxy-lost':
    '没有接口配置了 {target}；{namespace} 会在 {interface} 上代它应答（proxy_arp），但自己没有到它的路由。',
  'cause.echo-off': '{namespace} 收到了 echo 请求，却一律不应答：{key} 为 1。',
  'cause.duplicate-mac':
    '{namespace} 的 {interface} 和 {otherNamespace} 的 {otherInterface} 的硬件地址都是 {mac}，网桥分不清它们。',
  'cause.stp-waiting':
    '{namespace} 的 {interface}（{bridge} 的端口）还不转发：生成树使它处于 {state} 状态，大约还要 {seconds} 秒。',
  'cause.stp-blocking': '{namespace} 的 {interface}（{bridge} 的端口）不转发：生成树使它处于 {state} 状态。',
  'cause.bridge-loop':
    '网桥连成了环，又没有启用生成树：{namespace}:{interface} 到 {otherNamespace}:{otherInterface} 的网线连接的两个网桥本来就相通，所以帧会一直兜圈。',
  'cause.name-no-resolver': '{namespace} 没有可询问名称的服务器，它的 hosts 文件里也没有 {name}。',
  'cause.name-no-answer': '{namespace} 向 {by} 询问 {name}，没有得到应答。',
  'cause.name-unknown': '{namespace} 询问的 {by} 不知道 {name} 的地址（{code}）。',
  'cause.name-wrong': '按 {by} 所说，{namespace} 认为 {name} 是 {address}，而不是 {wanted}。',
  'cause.name-resolved': '按 {by} 所说，{namespace} 认为 {name} 是 {address}。',
  'cause.tunnel-unreachable': '{namespace} 的隧道 {interface} 自身的数据包到不了 {remote}。',
  'cause.tunnel-mtu':
    '数据包有 {length} 字节且不允许分片，而 {namespace} 的隧道 {interface} 最多接受 {mtu} 字节：它会在每个包外再加 {overhead} 字节。',
  'cause.wireguard-no-peer':
    '{namespace} 的 {interface} 没有可以接收发往 {target} 的包的对等端：没有哪个的允许地址包含它。',
  'cause.wireguard-not-allowed':
    '{namespace} 丢弃了经 {interface} 来自 {source} 的包：不允许 {otherNamespace} 的对等端使用这个地址。',
  'cause.wireguard-no-endpoint':
    '{namespace} 的 {interface} 不知道通向 {target} 的对等端在哪里：没有配置 endpoint，也没有收到过它的消息。',
  'cause.wireguard-elsewhere':
    '{namespace} 的 {interface} 把发往 {target} 的包送到 {endpoint}，而 {otherNamespace} 没有 WireGuard 在那里监听。',
  'cause.wireguard-no-handshake':
    '{namespace} 的 {interface} 与通向 {target} 的对等端没有建立会话：{endpoint} 上没有以该身份应答的主机。',
  'cause.not-wireguard-allowed': '途中的每个地址都在 WireGuard 对等端的允许范围内。',
  'cause.not-wireguard-handshake': 'WireGuard 的对等端已建立会话。',
  'cause.tunnel-mismatch':
    '隧道两端不一致：{namespace}:{interface} 的 {what} 是 {value}，{otherNamespace}:{otherInterface} 的是 {otherValue}。',
  'cause.arp-filtered':
    '{namespace} 拥有 {target}，也在 {interface} 上收到了对它的请求，但去往 {source} 要走 {way}：{key} 为 1 时只在那个接口上应答。',
  'cause.neighbour-life':
    '{namespace} 的一条规则改写了对 {target} 的邻居请求的跳数限制，而邻居发现只接受 255：表 {table} 的链 {chain}：{rule}。',
  'cause.neighbour-mute': '{owner} 拥有 {target}，却不应答对它的 ARP 请求：{key} 为 {value}。',
  'cause.not-a-bridge-port': '{namespace} 的 {interface} 不是 {bridge} 的端口，因此两边互不相通。',
  'cause.firewall-drop': '{namespace} 的一条规则丢弃了它：表 {table} 的链 {chain}：{rule}。',
  'cause.firewall-queue':
    '{namespace} 的一条规则把它交给了用户态程序，之后再没有回来：表 {table} 的链 {chain}：{rule}。',
  'cause.firewall-drop-policy': '{namespace} 中链 {chain}（表 {table}）的默认策略丢弃了它：没有规则放行。',
  'cause.firewall-reject': '{namespace} 的一条规则拒绝了它：表 {table} 的链 {chain}：{rule}。',
  'cause.kept-docker':
    'Docker 在 {namespace} 的一条规则不让它通过：表 {table} 的链 {chain}：{rule}。从外面只能访问已发布的端口：请发布这个端口，或者让发起方加入那个网络（{connect}）。',
  'cause.kept-docker-apart':
    'Docker 把它的各个网络彼此隔开，靠的是 {namespace} 的一条规则：表 {table} 的链 {chain}：{rule}。让其中一方加入对方的网络（{connect}），或者发布这个端口。',
  'cause.kept-docker-internal':
    '两个网络之一是内部网络，Docker 不让任何流量进出，靠的是 {namespace} 的一条规则：表 {table} 的链 {chain}：{rule}。让这个容器再加入另一个网络（{connect}）。',
  'cause.kept-docker-each-other':
    'Docker 把 {bridge} 上的容器彼此隔开（该网络的 enable_icc 为 false），靠的是 {namespace} 的一条规则：表 {table} 的链 {chain}：{rule}。让双方都加入一个不这样设置的网络（{connect}）。',
  'cause.kept-podman':
    'Podman 在 {namespace} 的一条规则不让它通过：表 {table} 的链 {chain}：{rule}。请发布这个端口，或者让发起方加入那个网络（{connect}）。',
  'cause.kept-podman-apart':
    'Podman 把设为隔离的网络彼此隔开，靠的是 {namespace} 的一条规则：表 {table} 的链 {chain}：{rule}。让其中一方加入对方的网络（{connect}），或者发布这个端口。',
  'cause.kept-cni':
    'CNI 插件在 {namespace} 的一条规则不让它通过：表 {table} 的链 {chain}：{rule}。它来自该网络的配置（/etc/cni/net.d）：请修改那里。',
  'cause.kept-libvirt':
    'libvirt 在 {namespace} 的一条规则不让它通过：表 {table} 的链 {chain}：{rule}。它取决于该网络的转发方式（virsh net-edit）：要让别人访问的虚拟机，应放在路由网络或网桥上。',
  'cause.kept-kubernetes':
    'Kubernetes 在 {namespace} 的一条规则不让它通过：表 {table} 的链 {chain}：{rule}。它来自某个 Service 或节点的设置：请修改那里。',
  'cause.kept-kubernetes-endpoints':
    '这个 Service 没有端点，因此 Kubernetes 拒绝发给它的流量，靠的是 {namespace} 的一条规则：表 {table} 的链 {chain}：{rule}。请看看它的选择器有没有选中 Pod，这些 Pod 是否就绪。',
  'cause.kept-firewalld':
    'firewalld 在 {namespace} 的一条规则不让它通过：表 {table} 的链 {chain}：{rule}。请让 firewalld 放行（firewall-cmd）。',
  'cause.kept-ufw':
    'ufw 在 {namespace} 的一条规则不让它通过：表 {table} 的链 {chain}：{rule}。请让 ufw 放行（ufw allow、ufw route allow）。',
  'cause.rp-filter':
    '{namespace} 在 {interface} 上丢弃了它：回 {source} 的路径不经过这个接口，反向路径过滤（rp_filter={value}）不允许。',
  'cause.rp-filter-asker':
    '{namespace} 不应答在 {interface} 上对 {target} 的 ARP 请求：请求来自 {source}，而去往该地址要走 {way}，反向路径过滤（rp_filter={value}）不允许。',
  'cause.conntrack-full':
    '{namespace} 的连接跟踪表已满（{count} 个连接，上限 {most}），因此新连接的首个数据包被丢弃：探测期间共 {drops} 个。',
  'cause.untracked':
    '{namespace} 的一条规则让它绕过了连接跟踪，因此没有 NAT 规则会改写它：表 {table} 的链 {chain}：{rule}。',
  'cause.untracked-reply':
    '{namespace} 的一条规则让应答绕过了连接跟踪，因此应答的地址没有被改回：表 {table} 的链 {chain}：{rule}。',
  'cause.tracked-apart':
    '{namespace} 的一条规则只把一个方向放进了单独的连接跟踪区域（zone），因此应答的地址没有被改回：表 {table} 的链 {chain}：{rule}。',
  'cause.ttl-exceeded': 'TTL 在 {namespace} 耗尽：数据包发出时的 TTL 是 {ttl}，而路径更长。',
  'cause.ttl-lowered': '{namespace} 的一条规则降低了 TTL，数据包在途中耗尽 TTL：{rule}。',
  'cause.ttl-loop': '数据包陷入环路：{namespaces} 互相转发，直到 TTL 耗尽。',
  'cause.mtu': '数据包长 {length} 字节且不允许分片，而 {namespace} 的 {interface} 的 MTU 为 {mtu}。',
  'cause.mtu-unknown': '数据包有 {length} 字节，从 {namespace} 往后的路容不下，而它不许分片。',
  'cause.mtu-differs':
    '{namespace} 的 {interface} 只接受 {mtu} 字节，{length} 字节的数据包被它默默丢弃；旁边 {otherNamespace} 的 {otherInterface} 接受 {otherMtu}。',
  'cause.nat-missing':
    '{router} 将它发往外网时，私有源地址 {source} 未经转换；{namespace} 没有回到该地址的路由，也没有规则改写它。',
  'cause.nat-but-interface': '{namespace} 的 {kind} 规则排除了 {right}，而数据包正是从它进来的，因此没有被改写。',
  'cause.nat-wrong-interface': '{namespace} 的 {kind} 规则指定的是 {wrong}，而数据包经过的是 {right}，因此没有被改写。',
  'cause.nat-local':
    '{namespace} 自己发出的数据包不经过 PREROUTING，所以它对端口 {port} 的 DNAT 规则不起作用；OUTPUT 中的同一条规则才会。',
  'cause.hairpin':
    '{namespace} 与 {client} 同在一个子网，直接应答而不经过 {router}：问的是 {target}，答的却是 {server}，于是被拒绝。',
  'cause.hairpin-self':
    '{router} 把发往 {target} 的请求转回给了 {namespace}，而请求正是它自己发出的：回来时源地址是 {client}，机器不会从外面接收自己的数据包。',
  'cause.asymmetric':
    '{namespace} 给 {client} 的应答没有经过改写过目的地址的 {router}：问的是 {target}，答的却是 {server}，于是被拒绝。',
  'cause.wrong-source': '{namespace} 的一条规则把源地址改成 {source}，而没有接口配置了它：应答无法返回。',
  'cause.other-source': '问的是 {target}，{namespace} 却用 {source} 应答，而 {client} 不接受来自其他地址的应答。',
  'cause.other-port':
    '问的是端口 {port}，{namespace} 却从端口 {other} 应答，而 {client} 不接受：目的地址被改写过，而服务监听在所有地址上，用另一个地址应答，连接跟踪便把它当成一条新连接。让服务只监听改写后的那个地址即可。',
  'cause.dnat-loopback': '{namespace} 把目的地址改写成 {address}，而 {key} 为 0 时外来的数据包不许去那里。',
  'cause.bridge-netfilter':
    '仅经 {bridge} 交换的帧也会经过 {namespace} 的防火墙（{key}=1），这一帧被丢弃：链 {chain}：{rule}。',
  'cause.port-closed': '{namespace} 中没有程序监听 {protocol} 端口 {port}。',
  'cause.port-closed-rewritten':
    '{namespace} 中没有程序监听 {protocol} 端口 {port}，而它自己的规则把到端口 {from} 的数据包改到了那里：{rule}。',
  'cause.port-elsewhere':
    '{namespace} 中有程序监听 {protocol} 端口 {port}，但只在 {address} 上；{target} 上没有程序监听。',
  'cause.local-down': '{namespace} 的 lo 未启用，而命名空间发给自己的数据包都经过 lo。',
  'cause.no-such-address': '实验中没有接口配置了 {target}。',
  'cause.no-such-address-rewritten':
    '{namespace} 的一条规则把它转发到 {target}，而实验中没有接口配置了这个地址：{rule}。',
  'cause.no-such-address-here': '实验中没有接口配置了 {target}；它本应在 {namespace} 的 {interface} 上。',
  'cause.unknown': '数据包最后出现在 {namespace}；现有证据不足以确定它为何到此为止。',
  'cause.unknown-nowhere': '现有证据不足以确定为何没有应答。',
  'cause.unknown-silent': '{namespace} 收到了数据包但没有应答，UDP 程序可以不应答。',
  'cause.unknown-incomplete': '抓包不完整，无法确定数据包止于何处。',
  'cause.not-firewall': '{namespace} 中没有规则丢弃或拒绝它。',
  'cause.not-rp-filter': '{namespace} 的反向路径过滤计数没有增加。',
  'cause.not-forwarding-off': '{namespace} 已开启转发。',
  'cause.not-forwarding-counted': '{namespace} 未开启转发，但计数显示没有数据包因此被丢弃。',
  'cause.not-ttl': '没有路由器报告 TTL 耗尽。',
  'cause.not-mtu': '没有设备报告数据包过大。',
  'cause.not-local-down': '{namespace} 的 lo 已启用。',
  'cause.not-interface-down': '{namespace} 可用的接口都已启用。',
  'cause.not-by-down': '{namespace} 中已关闭的接口上没有能通往该处的地址：{interfaces}。',
  'cause.not-peer-down': '{namespace} 的 {interface} 上的网线有载波。',
  'cause.not-no-lease': '{namespace} 里没有接口在等待租约。',
  'cause.not-no-address': '{namespace} 有地址。',
  'cause.not-wrong-prefix': '{namespace} 的前缀长度与邻居一致。',
  'cause.not-duplicate-subnet': '{namespace} 没有两个接口在同一子网。',
  'cause.not-duplicate-address': '该网段没有其他接口使用 {target}。',
  'cause.not-a-port-loose': '沿途的网线都已接入各自的网桥。',
  'cause.not-policy-rule': '{namespace} 没有策略路由规则阻止它。',
  'cause.not-own-gateway': '{namespace} 没有以自己的地址为网关。',
  'cause.not-ipv6-off': '{namespace} 已启用 IPv6。',
  'cause.not-address-on-port': '没有网桥端口配有地址。',
  'cause.not-same-subnet-apart': '{namespace} 的子网都在同一网段上。',
  'cause.not-arp-off': '{namespace} 可以应答对 {target} 的询问。',
  'cause.not-echo-off': '{namespace} 会应答 echo 请求。',
  'cause.not-duplicate-mac': '没有两台主机的硬件地址相同。',
  'cause.not-stp': '{namespace} 的网桥端口都在转发。',
  'cause.not-loop': '网桥没有连成环。',
  'cause.not-tunnel': '隧道两端一致。',
  'cause.not-hairpin': '应答沿着请求走过的路返回。',
  'cause.wrong-source-own':
    '{namespace} 的一条规则把源地址改成 {source}，而那正是 {owner} 自己的地址：机器不会从外面接收自己的数据包。',
  'cause.not-wrong-source': '{namespace} 改写成的源地址确实存在。',
  'cause.not-other-source': '{namespace} 用被询问的地址应答。',
  'cause.not-dnat-loopback': '{namespace} 允许把它发往自己的 127.0.0.0/8。',
  'cause.not-gateway': '{namespace} 的网关可以到达。',
  'cause.not-no-route': '{namespace} 有到 {target} 的路由。',
  'cause.not-conntrack-full': '{namespace} 的连接跟踪表还容得下新连接。',
  'cause.not-untracked': '{namespace} 的连接跟踪看得到两个方向。',
  'cause.not-nat': '{namespace} 不缺少地址改写。',
  'cause.not-neighbour': '{namespace} 邻居表中的链路层地址正确。',
  'cause.not-bridge-netfilter': '桥接的帧不经过 {namespace} 的防火墙。',
  'cause.hairpin-port':
    '{namespace} 的 {bridge} 应把发往 {target} 的数据包从它进来的端口 {interface} 再发出去，而该端口的 hairpin 已关闭。',
  'cause.program-on-path':
    '{namespace} 的 {interface} 上挂有程序（{kind}），位于数据包的途中。它如何处理数据包无从得知，而查看过的其他一切都不能解释这个数据包为何在此终止。',
  'cause.filter-on-path':
    '{namespace} 的 {interface} 上挂有 tc 过滤器，位于数据包的途中：{action}。它至今处理了 {count} 个数据包，而查看过的其他一切都不能解释这个数据包为何在此终止。',
  'cause.not-hairpin-port': '{namespace} 的 {interface} 会把从它进来的帧再发回去。',
  'cause.not-program-on-path': '{namespace} 中数据包终止之处没有程序（XDP、tc 的 BPF）。',
  'cause.not-port-closed': '没有收到端口已关闭的应答。',
  'cause.not-no-such-address': '{owner} 配置了 {target}。',
}
