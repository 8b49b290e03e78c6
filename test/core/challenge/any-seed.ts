/** What holds of every variant, whatever the lab and the seed. Nothing is asked of a kernel. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { rename, variants, type Variant } from '../../../electron/core/challenge/vary.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { sameValue } from '../../../electron/core/lab/source.js'
import { inEnglish } from '../../../electron/core/words/said.js'

const starter = (name: string): LabFile => {
  const path = join(import.meta.dirname, `../../../resources/labs/${name}.vethlab.yaml`)
  return parseLabText(readFileSync(path), path).labFile as LabFile
}
export const labs = ['04-bridge', '06-router', '07-host-router', '08-nat', '09-publish-port'].map(starter)

/** The first choice of the seed's. */
export function first(file: LabFile, seed: number, faults: number): Variant {
  const made = rename(file, seed)
  if (!made.ok) throw new Error(inEnglish(made.said))
  for (const variant of variants(file.name, made.renamed, faults)) return variant
  throw new Error(`no variant of ${file.name} with ${faults} faults`)
}

export const addressesOf = (file: LabFile): readonly string[] =>
  Object.values(file.namespaces ?? {}).flatMap((entry) =>
    [...Object.values(entry?.interfaces ?? {}), ...Object.values(entry?.bridges ?? {})].flatMap(
      (each) => each?.addresses ?? [],
    ),
  )

/** The same again, another network than the lab, and mended by its repair. */
export function holdsFor(file: LabFile, seed: number): void {
  const variant = first(file, seed, 1 + (seed % 3))
  // Some are made again from nothing.
  if (seed % 25 === 0) expect(first(file, seed, 1 + (seed % 3)).text).toBe(variant.text)
  if (seed % 5 === 0) {
    const parsed = parseLabText(variant.text, '')
    expect(parsed.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(parsed.labFile?.vary).toEqual(variant.key)
  }
  expect(sameValue(variant.repaired, variant.healthy)).toBe(true)
  expect(sameValue(variant.file, { ...variant.healthy, vary: variant.key })).toBe(false)
  const old = new Set(Object.keys(file.namespaces ?? {}).filter((name) => name !== 'host'))
  expect(Object.keys(variant.healthy.namespaces ?? {}).filter((name) => old.has(name))).toEqual([])
  const addresses = new Set(addressesOf(file))
  expect(addressesOf(variant.healthy).filter((each) => addresses.has(each))).toEqual([])
  // Nothing of what was done is told.
  for (const { fault } of variant.injections) expect(variant.text).not.toContain(fault)
}
