/**
 * The directory in which a shell waits for its elevated helper: the user's alone, with the secret that both must know
 * and the socket at which they meet. It is there while somebody is waited for, and no longer.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { meetingPattern, secretBytes, secretFile, socketFile } from '../../core/handshake.js'
import type { Failure, Result } from '../../core/rpc.js'
import { ownRuntimeDirectory } from '../running/directory.js'
import { identify, isAlive, type ProcessIdentity } from '../running/process-identity.js'
import { z } from 'zod'
import { failure } from '../../core/failure.js'
import { said } from '../../core/words/said.js'

export interface Meeting {
  readonly path: string
  readonly secret: Buffer
  readonly socket: string
  remove(): void
}

/** Which process waits here, so that what a killed one left is told from what another one needs. */
const ownerFile = 'owner.json'
const ownerSchema = z.object({ pid: z.int().positive(), startTicks: z.int().min(0) })

const remove = (path: string): void => rmSync(path, { recursive: true, force: true })

export function makeMeeting(environment: NodeJS.ProcessEnv = process.env): Result<{ readonly meeting: Meeting }> {
  const base = ownRuntimeDirectory(environment) ?? tmpdir()
  const path = join(base, `vethlab-${randomBytes(8).toString('hex')}`)
  if (!meetingPattern.test(path)) return { ok: false, failure: oddPath(base) }
  sweep(base)
  const secret = randomBytes(secretBytes)
  const owner = identify(process.pid)
  try {
    mkdirSync(path, { mode: 0o700 })
    writeFileSync(join(path, ownerFile), JSON.stringify(owner), { mode: 0o600, flag: 'wx' })
    writeFileSync(join(path, secretFile), secret, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    remove(path)
    const message = said`The directory ${path} cannot be made. Set XDG_RUNTIME_DIR to a directory of yours.`
    return {
      ok: false,
      failure: failure('runtime-directory', message, base, (error as Error).message),
    }
  }
  return { ok: true, meeting: { path, secret, socket: join(path, socketFile), remove: () => remove(path) } }
}

const oddPath = (base: string): Failure =>
  failure(
    'odd-path',
    said`The directory ${base} has characters in its name that cannot be handed to root safely. Set XDG_RUNTIME_DIR to a directory whose path is made of letters, digits and . _ - only.`,
    base,
  )

/** Clears away what shells that were killed while they waited have left. */
function sweep(base: string): void {
  let names: readonly string[]
  try {
    names = readdirSync(base)
  } catch {
    return
  }
  for (const path of names.map((name) => join(base, name)).filter((each) => meetingPattern.test(each))) {
    const owner = ownerOf(path)
    if (owner === null || isAlive(owner)) continue
    try {
      remove(path)
    } catch {
      // Another user's, in a directory for all.
    }
  }
}

function ownerOf(path: string): ProcessIdentity | null {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(join(path, ownerFile), 'utf8')))
  } catch {
    return null
  }
}
