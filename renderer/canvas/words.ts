/** The sentences that stand on the canvas; they have a width, so the layout needs them. */
export interface Words {
  readonly layer2Band: string
  readonly layer3Band: string
  readonly rootNamespace: string
  readonly forwarding: string
  readonly notForwarding: string
  readonly ownInterface: string
  readonly portNoAddress: string
  readonly noAddress: string
  readonly down: string
  readonly noCarrier: string
  readonly notDeployed: string
  readonly notReached: string
  /** Between two short remarks. */
  readonly comma: string
  readonly madeInTerminal: string
  readonly leaving: string
  readonly vethPair: string
  /** @param port the name of the interface that it is pulled out of */
  readonly unplugged: (port: string) => string
  readonly uplink: string
  readonly internet: string
  readonly realNetwork: string
  readonly onlyLoopback: string
  readonly noDefaultRoute: string
  readonly switchPorts: (count: number) => string
  readonly moreRoutes: (count: number) => string
  readonly firewall: (rules: number) => string
  /** Ids without a tag on the wire, and with one. */
  readonly vlans: (plain: readonly number[], tagged: readonly number[]) => string
  readonly inVrf: (name: string) => string
  readonly inBond: (name: string) => string
  readonly bondMode: (mode: string, active: string | null) => string
  readonly vrfTable: (table: number) => string
  readonly shareOn: (kind: string, mode: string, parent: string) => string
  readonly vlanOn: (id: number, parent: string) => string
  readonly tunnel: (label: string, remote: string | null) => string
}
