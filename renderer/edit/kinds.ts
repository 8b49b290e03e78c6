/** The objects that can be made, with their keys. */
import type { ObjectKind } from '../../electron/core/change/gestures.js'

export const kinds = [
  { kind: 'namespace', key: 'N' },
  { kind: 'router', key: 'R' },
  { kind: 'bridge', key: 'B' },
  { kind: 'internet', key: 'I' },
] as const satisfies readonly { readonly kind: ObjectKind; readonly key: string }[]
