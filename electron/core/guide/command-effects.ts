/**
 * Whether the kernel shows that a command was carried out: the commands of a guide are read, never run, one after the
 * other in a model, and each stands for what the model has after it and had not before.
 */
import type { LiveState } from '../live/state.js'
import { liveRuleValue } from '../plan/rules.js'
import { formatPrefix } from '../lab/address.js'
import { interpret } from '../exchange/shell/interpret.js'
import { emptyNetwork, type Device, type Network } from '../exchange/network/network.js'

/** A guide of more commands is no guide; following it would be slow, as each is compared with all before it. */
const maxCommands = 500

/** What a command makes; `null` where it only looks, or takes away. */
export type Effect = {
  readonly facts: readonly string[]
  /** Later commands that take one of the facts back, by their number. */
  readonly undoneBy: readonly { readonly fact: string; readonly command: number }[]
} | null

/** One for each command, in order. */
export function commandEffects(commands: readonly string[]): readonly Effect[] {
  if (commands.length > maxCommands) return commands.map(() => null)
  const network = emptyNetwork()
  const states = [factsOf(network)]
  for (const command of commands) {
    interpret(command, network, () => undefined)
    states.push(factsOf(network))
  }
  return commands.map((_, index) => {
    const [before, after] = [states[index], states[index + 1]]
    const made = [...(after ?? [])].filter((fact) => !before?.has(fact))
    // A new cable is known by its ends' names; where its ends lie is for the commands that move them.
    const isCable = made.some((fact) => fact.startsWith('cable '))
    const facts = isCable ? made.filter((fact) => !fact.startsWith('interface ')) : made
    if (facts.length === 0) return null
    const undoneBy = facts.flatMap((fact) => {
      const command = states.findIndex((state, at) => at > index + 1 && !state.has(fact)) - 1
      return command > index ? [{ fact, command }] : []
    })
    return { facts, undoneBy }
  })
}

/** For each command: whether the kernel shows it; null where the kernel cannot. */
export function shownByKernel(effects: readonly Effect[], live: LiveState): readonly (boolean | null)[] {
  const there = liveFacts(live)
  const shown: (boolean | null)[] = []
  // From the last: a fact that a later command takes back is proved by that one.
  for (let index = effects.length - 1; index >= 0; index -= 1) {
    const effect = effects[index]
    shown[index] = effect
      ? effect.facts.every(
          (fact) =>
            there.has(fact) || effect.undoneBy.some((undone) => undone.fact === fact && shown[undone.command] === true),
        )
      : null
  }
  return shown
}

function factsOf({ namespaces }: Network): ReadonlySet<string> {
  const facts = new Set<string>()
  for (const { name, devices, routes, rules, sysctls } of namespaces.values()) {
    facts.add(`namespace ${name}`)
    for (const device of devices.values()) for (const fact of deviceFacts(name, device)) facts.add(fact)
    for (const { to, via, device } of routes.values())
      facts.add(`route ${name} ${formatPrefix(to)} ${via ?? device?.name ?? ''}`)
    for (const { family, table, chain, rule } of rules)
      if (rule !== null) facts.add(`rule ${name} ${family} ${table} ${chain} ${liveRuleValue(rule)}`)
    for (const [key, value] of sysctls) facts.add(`sysctl ${name} ${key} ${value}`)
  }
  return facts
}

function* deviceFacts(namespace: string, device: Device): Iterable<string> {
  const { name, up, master, peer, addresses } = device
  yield* interfaceFacts(namespace, name, up, master?.name ?? null)
  if (peer) yield cableFact(name, peer.name)
  for (const address of addresses) yield `address ${namespace} ${name} ${formatPrefix(address)}`
}

function* interfaceFacts(namespace: string, name: string, up: boolean, master: string | null): Iterable<string> {
  yield `interface ${namespace} ${name}`
  if (up) yield `up ${namespace} ${name}`
  if (master !== null) yield `port ${namespace} ${name} ${master}`
}

/** By the names of the ends alone: they may have moved on. */
const cableFact = (a: string, b: string): string => `cable ${[a, b].sort().join(' ')}`

function liveFacts({ namespaces }: LiveState): ReadonlySet<string> {
  const facts = new Set<string>()
  const byName = new Map(namespaces.map((each) => [each.name, each]))
  for (const { name, links, addresses, routes, ruleset, sysctls } of namespaces) {
    facts.add(`namespace ${name}`)
    for (const link of links) {
      for (const fact of interfaceFacts(name, link.name, link.up, link.master)) facts.add(fact)
      const far = byName.get(link.peer?.namespace ?? '')?.links.find(({ index }) => index === link.peer?.index)
      if (far) facts.add(cableFact(link.name, far.name))
    }
    for (const { dev, address } of addresses) facts.add(`address ${name} ${dev} ${address}`)
    for (const { to, via, dev } of routes) facts.add(`route ${name} ${to} ${via ?? dev ?? ''}`)
    for (const { family, table, chain, rule } of ruleset.iptables)
      if (rule !== null) facts.add(`rule ${name} ${family} ${table} ${chain} ${liveRuleValue(rule)}`)
    for (const [key, value] of Object.entries(sysctls)) facts.add(`sysctl ${name} ${key} ${value}`)
  }
  return facts
}
