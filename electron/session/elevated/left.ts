/** What an elevated session left on this machine, as root has written it down for everybody to read. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { LeftBehind } from '../../core/rpc.js'

export const leftFile = '/run/vethlab/left.json'

/** The note is one short line; a longer file is not it (bytes). */
const maxBytes = 4096

const schema = z.object({ lab: z.string().min(1).max(40), since: z.number(), kept: z.boolean() })

const onlyRoots = ({ uid, mode }: { uid: number; mode: number }): boolean => uid === 0 && (mode & 0o022) === 0

/** Null where there is nothing, or nothing that root alone could have written. */
export function readLeft(file = leftFile): LeftBehind | null {
  let descriptor: number | null = null
  try {
    const directory = lstatSync(dirname(file))
    if (!directory.isDirectory() || !onlyRoots(directory)) return null
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const stats = fstatSync(descriptor)
    if (!stats.isFile() || !onlyRoots(stats) || stats.size > maxBytes) return null
    return schema.parse(JSON.parse(readFileSync(descriptor, 'utf8')))
  } catch {
    return null
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
}
