import type { glossary as en } from '../en/glossary.js'
import type { Message } from '../catalogue.js'

export const glossary: Readonly<Record<keyof typeof en, Message>> = {
  'term.namespace': '网络命名空间',
  'term.namespace.what':
    '一套独立的网络栈：接口、地址、路由、邻居表、防火墙规则和套接字。每个进程都属于其中一个。新建的命名空间只有 lo，而且还没有启用。',
  'term.veth-pair': 'veth 对',
  'term.veth-pair.what':
    '一根虚拟网线两端的两个接口：从一端发出的，由另一端收到。两端可以在不同的命名空间里。删除一端，另一端也随之消失。',
  'term.bridge': '网桥',
  'term.bridge.what':
    '软件交换机。它按硬件地址在端口之间转发以太网帧，不看 IP。网桥设备本身也是一个端口，属于这台机器自己。',
  'term.hardware-address': '硬件地址',
  'term.hardware-address.what':
    '也叫 MAC 地址：48 位，在本网段内标识一个接口。每个以太网帧都带着接收方和发送方的硬件地址；路由器每转发一个数据包，都会换上新的。',
  'term.flooding': '泛洪',
  'term.flooding.what': '网桥遇到还没有学到接收方的帧，以及所有广播帧时的做法：从除入端口以外的所有端口发出去。',
  'term.forwarding-database': '转发表',
  'term.forwarding-database.what':
    '全称转发数据库（FDB）：网桥学到的内容，即每个硬件地址最近出现在哪个端口后面。五分钟没有再出现的会被忘掉。用 bridge fdb 查看。',
  'term.broadcast': '广播',
  'term.broadcast.what':
    '发给网段上的所有人：目的是 ff:ff:ff:ff:ff:ff 的帧。网桥从所有端口发出它，路由器不会把它转到另一个网段。',
  'term.arp': 'ARP',
  'term.arp.what':
    '地址解析协议：在网段上询问谁拥有某个 IPv4 地址，拥有者用自己的硬件地址回答。没有回答，数据包就发不出去：Destination Host Unreachable。',
  'term.neighbour': '邻居',
  'term.neighbour.what': '同一网段上、不经过路由器就能到达的对方。内核把邻居的硬件地址记在一张表里，用 ip neigh 查看。',
  'term.subnet': '子网',
  'term.subnet.what':
    '开头若干位相同的全部地址：192.168.1.0/24 是前 24 位相同的那些。拥有其中一个地址的机器，把其余地址都当作邻居，不经过路由器。',
  'term.prefix': '前缀',
  'term.prefix.what': '地址开头的若干位，位数写在斜杠后面。路由按前缀选择：所有匹配的路由中，前缀最长的优先。',
  'term.gateway': '网关',
  'term.gateway.what':
    '下一跳：自己子网里的路由器，发往别处的数据包都交给它。帧发往网关的硬件地址；网关的 IP 地址并不出现在数据包里。',
  'term.default-route': '默认路由',
  'term.default-route.what':
    '没有其他路由匹配时使用的路由：0.0.0.0/0，IPv6 是 ::/0。它的前缀最短，任何其他匹配的路由都优先于它。',
  'term.routing-table': '路由表',
  'term.routing-table.what':
    '一张前缀列表，每个前缀写明通往那里的接口，多数还有网关。内核有多张：ip route 显示的是 main，local 里是这台机器自己的地址。',
  'term.router': '路由器',
  'term.router.what': '替别人转发数据包的机器。在 Linux 里，开启了转发的命名空间就是路由器。',
  'term.forwarding': '转发',
  'term.forwarding.what':
    '允许转发发给别人的数据包。每个命名空间各自设置：net.ipv4.ip_forward，IPv6 用 net.ipv6.conf.all.forwarding。关闭时，这样的数据包被悄悄丢弃。',
  'term.ttl': 'TTL',
  'term.ttl.what':
    '生存时间：IPv4 头里的一个数，每经过一个路由器减一。减到零，数据包被丢弃，并通知发送方。所以环路会终止，traceroute 也能数出路由器。IPv6 里叫跳数限制。',
  'term.asymmetric-path': '非对称路径',
  'term.asymmetric-path.what':
    '应答与请求走的不是同一条路。每个路由器只按目的地址选路，所以在互联网上很常见；需要看到双向流量的设备会因此出问题。',
  'term.rp-filter': '反向路径过滤',
  'term.rp-filter.what':
    '对每个进来的数据包反查其源地址的路由。严格（1）：回程最佳接口不是入接口就丢弃。宽松（2）：完全没有回程路由才丢弃。',
  'term.icmp': 'ICMP',
  'term.icmp.what':
    '互联网控制报文协议：路由器和主机用它报告数据包的遭遇，ping 发送的也是它。它有类型和代码，没有端口。',
  'term.private-address': '私有地址',
  'term.private-address.what':
    '10.0.0.0/8、172.16.0.0/12 和 192.168.0.0/16 中的地址。谁都可以在内部使用，所以互联网上没有通往你这一份的路由。',
  'term.source-nat': '源地址转换（SNAT）',
  'term.source-nat.what':
    '改写出去的数据包的源地址，让应答回到改写者这里。它发生在 POSTROUTING，这时路由已经选定；应答会自动还原，不需要另写规则。',
  'term.masquerade': 'MASQUERADE（地址伪装）',
  'term.masquerade.what': '以出接口当时的地址做源地址转换。该接口关闭时，相关的连接记录随之清除。',
  'term.dnat': 'DNAT（目的地址转换）',
  'term.dnat.what':
    '目的地址转换：改写连接的目的地址，常常也改端口。它发生在 PREROUTING，这时还没有选路：之后的路由和过滤看到的是新的目的地址。',
  'term.conntrack': 'conntrack（连接跟踪）',
  'term.conntrack.what':
    '内核的连接表。它知道每个数据包是开始一个连接、属于一个连接，还是与某个连接有关，也知道 NAT 改写了什么。',
  'term.hook': '钩子',
  'term.hook.what': '数据包在内核里经过、会查询规则的位置：prerouting、input、forward、output 和 postrouting。',
  'term.base-chain': '基本链',
  'term.base-chain.what':
    'nftables 里挂在钩子上的链，有类型、优先级和默认策略。其他的链，只有规则跳转进去时才会被查询。',
  'term.chain': '链',
  'term.chain.what':
    '一串从上到下查询的规则。第一条接受或丢弃的规则说了算；规则也可以跳到另一条链，走到链尾再回到跳转的下一条。',
  'term.policy': '默认策略',
  'term.policy.what': '内建链或基本链里没有规则作出决定时，数据包的去向：ACCEPT 或 DROP。',
  'term.firewall': '防火墙',
  'term.firewall.what':
    '按规则决定什么可以通过。有记忆的（有状态的）防火墙还会查 conntrack：这样回来的数据包都能进来，不必逐种另写规则。',
  'term.container': '容器',
  'term.container.what': '拥有自己一套命名空间的进程：网络、进程、挂载等等。它的网络部分就是一个普通的网络命名空间。',
  'term.underlay': '底层网络',
  'term.underlay.what': '已有的网络，承载隧道的外层数据包。在隧道里面搭起来的叫 overlay（覆盖网络）。',
  'term.vxlan': 'VXLAN',
  'term.vxlan.what':
    '虚拟可扩展局域网：把以太网帧装进 UDP 数据包，让不同子网里的网桥连成一个。标准端口是 4789；不写 dstport 时，Linux 用 8472。',
  'term.vni': 'VNI',
  'term.vni.what': 'VXLAN 网络标识：VXLAN 头里的 24 位，说明帧属于哪个网络。两端必须相同。',
  'term.mtu': 'MTU',
  'term.mtu.what':
    '最大传输单元：接口一次能承载的最大 IP 数据包，含 IP 头。以太网通常是 1500 字节；隧道要减去外层头部。',
  'term.payload': '载荷',
  'term.payload.what': '头部之后的内容。ping 的 -s 给出的，是 ICMP 头之后的数据大小。',
  'term.dont-fragment': '不分片',
  'term.dont-fragment.what':
    'DF，IPv4 头里的一个标志：路由器不许切开这个数据包。放不下就丢弃，并通知发送方。IPv6 的路由器从不切分。',
  'term.path-mtu-discovery': '路径 MTU 发现',
  'term.path-mtu-discovery.what': '路由器丢弃放不下的数据包时会发出通知，发送方由此得知沿途最小的 MTU，以后就少发。',
  'term.black-hole': '黑洞',
  'term.black-hole.what':
    '数据包消失而没有任何通知的地方。路径 MTU 黑洞只吞掉大包：ping 正常，连接能建立，然后就卡住。',
  'term.mss': 'MSS',
  'term.mss.what':
    '最大报文段长度：TCP 连接的一端在一个报文段里愿意接收多少字节数据。双方各在 SYN 里声明；IPv4 下通常是 MTU 减 40。',
  'term.vlan': 'VLAN',
  'term.vlan.what':
    '虚拟局域网：把一台交换机分成互不交换帧的多个网络，各有一个 1 到 4094 的编号。从一个到另一个要经过路由器。',
  'term.tag': 'VLAN 标签',
  'term.tag.what': '以太网头里的 4 字节：0x8100、3 位优先级、1 位可丢弃标记，以及 12 位的 VLAN 编号。',
  'term.access-port': '接入端口',
  'term.access-port.what': '交换机上只属于一个 VLAN、发送时不带标签的端口。接在上面的机器不必知道 VLAN。',
  'term.trunk': '中继端口',
  'term.trunk.what': '在一根网线上承载多个 VLAN 的端口，靠标签区分。它通往另一台交换机或路由器。',
  'term.sub-interface': '子接口',
  'term.sub-interface.what':
    '某个接口上对应一个 VLAN 的接口，常取 eth0.10 这样的名字。它只收带自己标签的帧，发出的帧也打上这个标签。',
  'term.anycast': '任播',
  'term.anycast.what': '同一个地址存在于多处。路由把每个发送方引到其中一处，通常是最近的。',
  'term.policy-rule': '策略规则',
  'term.policy-rule.what':
    '按源地址、标记、入接口等决定查哪张路由表。规则按优先级从小到大查询，直到某张表里有匹配的路由。用 ip rule 查看。',
  'term.metric': '度量值',
  'term.metric.what': '同一张表里到同一前缀的多条路由中，选度量值最小的那条。',
  'term.nameserver': '名字服务器',
  'term.nameserver.what': '回答关于名字的问题，使用 UDP 和 TCP 的 53 端口。向哪一台提问，写在 /etc/resolv.conf 里。',
  'term.dhcp': 'DHCP',
  'term.dhcp.what': '动态主机配置协议：服务器出租地址，并告知路由器是谁。提问者还没有地址，所以用 0.0.0.0 以广播提问。',
  'term.lease': '租约',
  'term.lease.what': '租来的地址，有期限。时间过半，客户端请求续租；到期未续的，可以租给别人。',
  'term.slaac': 'SLAAC',
  'term.slaac.what': '无状态地址自动配置：IPv6 主机取路由器通告的前缀，加上自己的标识，先问一声这个地址有没有人在用。',
  'term.link-local': '链路本地地址',
  'term.link-local.what':
    '只在本网段有效的地址，IPv6 里以 fe80 开头。每个 IPv6 接口会自己生成一个；路由器不会转发带这种地址的数据包。',
  'term.hairpin-nat': '发夹 NAT',
  'term.hairpin-nat.what':
    '连接被送回它来的那个网络时所用的 NAT。除了目的地址，还要改写源地址，否则服务器会直接回答客户端。',
  'term.vrf': 'VRF',
  'term.vrf.what': '虚拟路由转发：带有一张专用路由表的设备。从它的成员接口进来的数据包都查这张表。',
  'term.wireguard': 'WireGuard',
  'term.wireguard.what': '以接口形式出现的加密 UDP 隧道。对端以公钥识别；对不认识的人，它一概不回应。',
  'term.handshake': '握手',
  'term.handshake.what':
    '在 WireGuard 里，双方用两个报文商定新的密钥：第一个数据包之前一次，之后只要有发送，大约每两分钟一次。',
  'term.allowed-ips': 'allowed-ips',
  'term.allowed-ips.what':
    'WireGuard 对端后面的地址，用在两处：发往这些地址的加密给这个对端；这个对端发来的，源地址属于它们才放行。',
  'term.service': 'Service',
  'term.service.what':
    'Kubernetes 里固定不变的地址和端口，后面是来来去去的 Pod。ClusterIP 类型的地址不在任何接口上，由规则改写。',
  'term.pod': 'Pod',
  'term.pod.what': 'Kubernetes 启动的最小单位：共用一个网络命名空间、因而共用一个地址的若干容器。',
  'term.endpoint': '端点',
  'term.endpoint.what': 'Service 后面的一员：某个 Pod 的地址和它监听的端口。',
  'term.delay': '延迟',
  'term.delay.what': '数据包在路上的时间。netem 推迟的是接口发出的数据包，所以两端都加时，ping 会感受到两次。',
  'term.loss': '丢包',
  'term.loss.what': '数据包没有到达，也没有谁通知。TCP 发现没有收到确认，就会重发。',
  'term.congestion': '拥塞',
  'term.congestion.what':
    '到来的数据超过链路所能承载：队列变长，放不下的被丢弃。TCP 把丢包当作拥塞的信号，降低发送速率。',
  'term.bond': 'bond（绑定）',
  'term.bond.what': '把几个接口合成一个，只有一个硬件地址。它的模式决定由谁发送，以及某个接口失效时怎么办。',
  'term.active-backup': 'active-backup（主备）',
  'term.active-backup.what':
    'bond 的一种模式：由一个成员承载全部流量。它失去载波时由另一个接替，交换机从下一个帧学到新的端口。',
  'term.carrier': '载波',
  'term.carrier.what': '表示网线另一端已启用的信号。没有载波时，ip link 显示 NO-CARRIER。',
}
