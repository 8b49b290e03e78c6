/**
 * `npm start`: builds the three classic systems in the real kernel, one after the other, and prints what their checks
 * say: a bridge with its own interface, a router between two subnets, NAT to the outside.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const labs = ['05-bridge-gateway', '06-router', '08-nat']

for (const lab of labs) {
  const { status } = spawnSync(process.execPath, ['dist/node/cli.js', 'check', `resources/labs/${lab}.vethlab.yaml`], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
