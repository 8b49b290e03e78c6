/** The labs that come with the program, in the order of the learner's ladder. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseLabText } from '../../core/lab/parse.js'
import { needsOf } from '../../core/needs/needs.js'
import type { StarterLab } from '../../core/rpc-shell.js'
import { resourceFile } from '../programs.js'

const starterName = /^(\d+)-[a-z0-9.-]+\.vethlab\.yaml$/

let read: Promise<readonly StarterLab[]> | null = null

/** Read once: the files belong to the program. Empty where they are missing. */
export function starterLabs(): Promise<readonly StarterLab[]> {
  read ??= readStarters(resourceFile('labs'))
  return read
}

/** A file that is no valid lab is left out; a broken lab is a valid one. */
export async function readStarters(directory: string): Promise<readonly StarterLab[]> {
  const names = await readdir(directory).catch(() => [])
  const labs = await Promise.all(names.sort().map((name) => readStarter(directory, name)))
  return labs.filter((lab) => lab !== null).sort((a, b) => a.rung - b.rung || a.id.localeCompare(b.id, 'en'))
}

async function readStarter(directory: string, name: string): Promise<StarterLab | null> {
  const rung = Number(starterName.exec(name)?.[1])
  if (!Number.isSafeInteger(rung)) return null
  const text = await readFile(join(directory, name), 'utf8')
  const { labFile } = parseLabText(text, name)
  if (labFile === null) return null
  const id = name.replace(/\.vethlab\.yaml$/, '')
  return {
    id,
    name: labFile.name,
    title: labFile.title ?? labFile.name,
    description: labFile.description ?? null,
    rung,
    broken: labFile.broken === true || labFile.goal !== undefined,
    guided: (labFile.guide?.length ?? 0) > 0,
    steps: labFile.guide?.length ?? 0,
    needs: [...needsOf(labFile)],
    text,
  }
}
