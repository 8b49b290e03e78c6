/** What Chinese network engineers call packets; the names of others, such as `TCP SYN`, are the same in every language. */
export const packetNames: Readonly<Record<string, string>> = {
  'echo request': '回显请求',
  'echo reply': '回显应答',
  'ICMP unreachable': 'ICMP 目的不可达',
  'ICMP redirect': 'ICMP 重定向',
  'ICMP time exceeded': 'ICMP 超时',
  'ICMPv6 unreachable': 'ICMPv6 目的不可达',
  'ICMPv6 packet too big': 'ICMPv6 数据包过大',
  'ICMPv6 time exceeded': 'ICMPv6 超时',
  'ICMPv6 redirect': 'ICMPv6 重定向',
  'router solicitation': '路由器请求',
  'router advertisement': '路由器通告',
  'neighbour solicitation': '邻居请求',
  'neighbour advertisement': '邻居通告',
  'ARP request': 'ARP 请求',
  'ARP reply': 'ARP 应答',
  'UDP datagram': 'UDP 数据报',
  frame: '帧',
}

/** Those that end with what was asked. */
const openNames: readonly (readonly [string, string])[] = [
  ['DNS query', 'DNS 查询'],
  ['DNS answer', 'DNS 应答'],
]

/** @param name as `nameOf` of the trace has it, in English */
export function packetName(name: string): string {
  const open = openNames.find(([english]) => name === english || name.startsWith(`${english} `))
  return open ? open[1] + name.slice(open[0].length) : (packetNames[name] ?? name)
}
