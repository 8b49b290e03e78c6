import { hostNamespace } from '../lab/lab.js'

/** In front of any program that has no way into a namespace of its own, as typed in the lab's host. */
export function execWithin(namespace: string): readonly string[] {
  return namespace === hostNamespace ? [] : ['ip', 'netns', 'exec', namespace]
}
