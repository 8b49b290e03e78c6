/** Names that the lab wants and that somebody else has. Nobody's object is taken over. */
import { hostNamespace } from '../../lab/lab.js'
import { uplinkInterface } from '../../plan/scope.js'
import { finding, hostInterfaces, hostOf, type Finder } from '../facts.js'
import { said } from '../../words/said.js'

export const takenNames: Finder = function* (facts) {
  const { lab, placed, own, names } = facts
  for (const name of placed.namespaces.keys()) {
    if (name === hostNamespace || own.namespaces.has(name) || !names.includes(name)) continue
    yield finding(
      'blocks',
      'namespace-taken',
      name,
      said`This machine has a network namespace named ${name} already, which is not the lab's. Give the lab's another name, or remove it with: ip netns del ${name}`,
      [{ program: 'ip', words: ['netns', 'list'] }],
    )
  }
  const host = hostOf(facts)
  for (const { name } of hostInterfaces(placed)) {
    const there = host?.links.find((link) => link.name === name)
    if (!there || own.links.has(name)) continue
    const hint =
      name === uplinkInterface && !lab.uplink
        ? said`If the lab means the way out of this machine, say "uplink: on" in it and leave the interface out; else give it another name.`
        : said`Give the lab's interface another name.`
    yield finding(
      'blocks',
      'interface-taken',
      name,
      said`This machine has an interface named ${name} already, which is not the lab's. ${hint}`,
      [{ program: 'ip', words: ['-d', 'addr', 'show', 'dev', name] }],
    )
  }
}
