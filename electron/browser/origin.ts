/**
 * Whether a request is meant for this server and comes from its own page. A page of another site can reach
 * 127.0.0.1, under its own name even (DNS rebinding); its requests then carry that name in `Host` or `Origin`.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** Browsers leave the port out where it is the scheme's own. */
const defaultPort = 80

export interface Origins {
  hasOurHost(headers: IncomingHttpHeaders): boolean
  /** For what only our page may do: `Origin` must be there, and the same as `Host`. */
  isOurPage(headers: IncomingHttpHeaders): boolean
}

export function originsOf(port: number): Origins {
  const names = ['127.0.0.1', 'localhost']
  const hosts = new Set(
    names.flatMap((name) => (port === defaultPort ? [name, `${name}:${port}`] : [`${name}:${port}`])),
  )
  const hasOurHost = ({ host }: IncomingHttpHeaders): boolean => host !== undefined && hosts.has(host.toLowerCase())
  return {
    hasOurHost,
    isOurPage: (headers) =>
      hasOurHost(headers) && headers.origin?.toLowerCase() === `http://${headers.host?.toLowerCase()}`,
  }
}
