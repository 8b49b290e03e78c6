/** What a step changes on the machine itself, and not only inside the lab's own namespaces. */
import { hostNamespace } from '../lab/lab.js'
import type { Step } from '../plan/step.js'

/**
 * A namespace has a name on the machine, whatever it holds; a cable is one of the machine's interfaces where either end
 * is, wherever it is made from.
 */
export function isOnMachine(step: Step): boolean {
  if (step.namespace === hostNamespace) return true
  switch (step.op) {
    case 'namespace-add':
    case 'namespace-delete':
      return true
    case 'veth-add':
      return step.peer.namespace === hostNamespace
    case 'share-add':
      return step.parent.namespace === hostNamespace
    case 'link-delete':
      return step.restore.some(isOnMachine)
    default:
      return false
  }
}
