/** What conntrack follows in a namespace, by conntrack(8). */
import { parseConnection, type LiveConnection } from '../core/live/connection.js'
import { programPath, runIn } from './run.js'

/** A busy router follows hundreds of thousands; nobody reads more than these. */
const most = 200

/** Null: this machine has no conntrack(8), so nobody knows. */
export async function readConnections(namespace: string): Promise<readonly LiveConnection[] | null> {
  if (programPath('conntrack') === null) return null
  const found: LiveConnection[] = []
  for (const family of ['ipv4', 'ipv6']) {
    const { stdout } = await runIn(namespace, 'conntrack', ['-L', '-f', family, '-o', 'extended'])
    for (const line of stdout.split('\n')) {
      if (found.length >= most) return found
      const connection = parseConnection(line)
      if (connection) found.push(connection)
    }
  }
  return found
}
