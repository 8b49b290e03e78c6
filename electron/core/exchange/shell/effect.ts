/** Statements looked at without following them: what they are made of, and whether they could change anything. */
import { forEachChild, type Command, type SyntaxNode } from 'unbash'
import { bareCommand, isHarmless } from '../commands/dispatch.js'
import type { Word } from './word.js'

/** Every command in it, those in substitutions and functions too, in the order of the text. */
export function commandsIn(node: SyntaxNode): readonly Command[] {
  const found: Command[] = []
  const nodes: SyntaxNode[] = [node]
  for (let next = nodes.pop(); next; next = nodes.pop()) {
    if (next.type === 'Command') found.push(next)
    const children: SyntaxNode[] = []
    forEachChild(next, (child) => void children.push(child))
    nodes.push(...children.toReversed())
  }
  return found
}

/** Whether nothing in it could change the network, whether it runs or not. */
export const isWithoutEffect = (node: SyntaxNode): boolean => commandsIn(node).every(changesNothing)

function changesNothing(command: Command): boolean {
  const writes = command.redirects.some(
    (each) =>
      each.type === 'Redirect' &&
      /^[>&]/.test(each.operator) &&
      /^\/(?:proc|sys|etc)\/|[$`]/.test(each.target?.text ?? ''),
  )
  if (writes) return false
  if (!command.name) return command.prefix.length === 0
  const words = [command.name, ...command.args].map((word): Word => ({
    text: word.type === 'Word' ? word.value : word.text,
    offset: word.pos,
  }))
  return isHarmless(words) || looksOnly(words)
}

/** `ip link show`, `ip a`, `ip netns exec NS ping ...`. */
function looksOnly(words: readonly Word[]): boolean {
  const [program, ...rest] = bareCommand(words)
  if (program?.text !== 'ip') return false
  let at = 0
  while (rest[at]?.text.startsWith('-')) at += /^--?n(?:etns)?$/.test(rest[at]?.text ?? '') ? 2 : 1
  const [object, verb] = [rest[at]?.text, rest[at + 1]?.text]
  if (object === 'netns' && verb === 'exec') {
    const command = rest.slice(at + 3)
    return isHarmless(command) || looksOnly(command)
  }
  return verb === undefined || /^(?:show|sh|list|lst|ls|get|monitor|identify|pids)$/.test(verb)
}
