/** Files of other tools: which of them a file is, by its name or its first lines. */
import { labConf } from './folder.js'

export const foreignKinds = ['clab', 'kathara', 'miniedit', 'script'] as const
export type Foreign = (typeof foreignKinds)[number]

/** Files that a window reads: labs, what labs can be made of, and films, which carry one. */
export const openableName = /(?:\.(?:ya?ml|sh|bash|html?|mn)|(?:^|\/)lab\.conf)$/i

/** Null for a lab file, and for what nobody knows. `name` may be empty. */
export function foreignKind(name: string, text: string): Foreign | null {
  const base = name.split('/').at(-1) ?? ''
  if (base === labConf) return 'kathara'
  if (/\.mn$/i.test(base)) return 'miniedit'
  if (/\.(?:sh|bash)$/i.test(base)) return 'script'
  if (isObject(text.trim()) && /"switches"\s*:/.test(text) && /"hosts"\s*:/.test(text)) return 'miniedit'
  if (/^topology\s*:/m.test(text) && !isLabText(text)) return 'clab'
  return /^#!.*\b(?:ba|da|a)?sh\b/.test(text) ? 'script' : null
}

const isObject = (json: string): boolean => json.startsWith('{') && json.endsWith('}')

/** Whether it begins as a lab file does, right or wrong. */
export const isLabText = (text: string): boolean => /^vethlab\s*:/m.test(text)
