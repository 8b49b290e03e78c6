import type { Endpoint } from './lab.js'

/** Reads `NAMESPACE:INTERFACE`. Namespace names hold no colon, and neither do interface names. */
export function parseEndpoint(text: string): Endpoint {
  const colon = text.indexOf(':')
  return { namespace: text.slice(0, Math.max(0, colon)), interface: text.slice(colon + 1) }
}

export const formatEndpoint = (end: Endpoint): string => `${end.namespace}:${end.interface}`
