/**
 * Runs inside the emulated machine: labs of what few kernels know - VLANs, VRFs, bonds, ipvlans, tunnels - built, checked,
 * read back and taken down. Writes what it saw to the file given.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { startSandbox } from '../../electron/session/sandbox.js'
import { built, emptied, remainsOf, type Study } from './study.js'

export interface Brief {
  readonly kernel: string
  readonly labs: Readonly<Record<string, Study & { readonly remains: readonly string[] }>>
}

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: stock-brief FILE')

const started = await startSandbox()
if (!started.ok) throw new Error(started.failure.message)
const { session } = started
try {
  const labs: Record<string, Brief['labs'][string]> = {}
  for (const name of ['trunk', 'devices', 'tunnels']) {
    const { lab: _, ...study } = await built(session, `test/fixtures/labs/${name}.vethlab.yaml`)
    await emptied(session)
    labs[name] = { ...study, remains: remainsOf(session) }
  }
  const kernel = execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim()
  writeFileSync(file, JSON.stringify({ kernel, labs } satisfies Brief))
} finally {
  await session.close()
}
