/** Labs as large as somebody wants, written as a person would: bridges with namespaces around them, behind one router. */
export function largeLab(namespaces: number, perBridge = 12): string {
  const lines = ['vethlab: 1', `name: large-${namespaces}`, 'title: A large lab', 'namespaces:']
  const links: string[] = []
  const bridges = Math.ceil(namespaces / perBridge)
  lines.push('  host:', '    forwarding: true', '    bridges:')
  for (let bridge = 0; bridge < bridges; bridge += 1) {
    const ports = Array.from(
      { length: Math.min(perBridge, namespaces - bridge * perBridge) },
      (_, port) => `p${bridge}-${port}`,
    )
    lines.push(`      br${bridge}: { addresses: [10.${bridge}.0.1/24], ports: [${ports.join(', ')}] }`)
  }
  for (let number = 0; number < namespaces; number += 1) {
    const [bridge, port] = [Math.floor(number / perBridge), number % perBridge]
    lines.push(
      `  n${number}:`,
      `    interfaces: { eth0: { addresses: [10.${bridge}.0.${port + 2}/24] } }`,
      `    routes: [{ to: default, via: 10.${bridge}.0.1 }]`,
    )
    links.push(`  - [n${number}:eth0, host:p${bridge}-${port}]`)
  }
  return [...lines, 'links:', ...links, ''].join('\n')
}
