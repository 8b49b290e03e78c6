/** The guided starter labs. */
import type { GuideStep, LabFile, Text } from '../../../electron/core/lab/schema.js'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { loadStarter, starterLabs } from '../engine/sandbox.js'

export interface GuidedLab {
  readonly name: string
  readonly file: LabFile
  readonly lab: Lab
  readonly steps: readonly GuideStep[]
}

export const guidedLabs: readonly GuidedLab[] = starterLabs
  .map((name) => ({ name, ...loadStarter(name) }))
  .filter(({ file }) => file.guide !== undefined)
  .map((each) => ({ ...each, steps: each.lab.guide }))

export function guidedLab(name: string): GuidedLab {
  const found = guidedLabs.find((each) => each.file.name === name)
  if (!found) throw new Error(`no guided lab is called ${name}`)
  return found
}

/** What somebody is told in a language; one string stands for all of them. */
export const inLanguage = (text: Text | undefined, language: 'en' | 'zh-CN'): string =>
  typeof text === 'string' ? text : (text?.[language] ?? '')
