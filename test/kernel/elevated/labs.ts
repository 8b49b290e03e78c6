import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { root } from '../support/build.js'

export function labOf(text: string): LabFile {
  const { labFile, problems } = parseLabText(text, 'test.vethlab.yaml')
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (!labFile || errors.length > 0) throw new Error(`no lab: ${JSON.stringify(problems)}`)
  return labFile
}

const load = (path: string): LabFile => labOf(readFileSync(join(root, path), 'utf8'))

/** A bridge whose host is the gateway. */
export const bridgeGateway = load('resources/labs/05-bridge-gateway.vethlab.yaml')
/** NAT to a namespace that plays the Internet. */
export const nat = load('resources/labs/08-nat.vethlab.yaml')
/** The same, out of the machine's own uplink. */
export const natUplink = load('test/fixtures/labs/nat-uplink.vethlab.yaml')
/** Rules of policy routing and routes in tables, of which the machine may have its own under the same numbers. */
export const policy = load('test/fixtures/labs/policy.vethlab.yaml')
