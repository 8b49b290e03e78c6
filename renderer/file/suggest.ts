/** What can be typed at a place of a lab's text: keys and words of the file's schema, and names of this lab. */
import { labJsonSchema } from '../../electron/core/lab/json-schema.js'
import { endpointPattern, interfaceNamePattern, namespaceNamePattern } from '../../electron/core/lab/schema.js'
import { isRecord } from '../../electron/core/lab/schema-shape.js'
import type { Lab } from '../../electron/core/lab/lab.js'
import { cursorPlace, type CursorPlace } from './cursor-place.js'

export interface Suggestion {
  readonly label: string
  /** Of the schema, or of this lab. */
  readonly kind: 'key' | 'word' | 'name'
  /** What is typed in its place. */
  readonly text: string
}

export interface Suggestions {
  /** Where what they take the place of begins. */
  readonly from: number
  readonly list: readonly Suggestion[]
}

type Json = Readonly<Record<string, unknown>>

let known: Json | null = null
/** Made when it is first asked for: it takes a while, and most windows never show the text. */
const schema = (): Json => (known ??= labJsonSchema())

/** Every form that a schema allows, without the choices between them. */
function forms(of: unknown): readonly Json[] {
  if (!isRecord(of)) return []
  const choices = [of['anyOf'], of['oneOf'], of['allOf']].flatMap((each) => (Array.isArray(each) ? each : []))
  return choices.length > 0 ? choices.flatMap(forms) : [of]
}

function step(of: readonly Json[], part: string | number): readonly Json[] {
  return of.flatMap((each) => {
    if (typeof part === 'number') {
      const tuple = each['prefixItems']
      return [...(Array.isArray(tuple) ? forms(tuple[part] ?? tuple[0]) : []), ...forms(each['items'])]
    }
    const named = each['properties']
    const own = isRecord(named) && Object.hasOwn(named, part) ? forms(named[part]) : null
    return own ?? forms(each['additionalProperties'])
  })
}

const patterns: ReadonlyMap<string, 'namespace' | 'interface' | 'end'> = new Map([
  [namespaceNamePattern.source, 'namespace'],
  [interfaceNamePattern.source, 'interface'],
  [endpointPattern.source, 'end'],
])

/** Names of the lab that a text of this form can be. */
function names(form: Json, place: CursorPlace, lab: Lab | null): readonly string[] {
  const kind = typeof form['pattern'] === 'string' ? patterns.get(form['pattern']) : undefined
  if (!lab || kind === undefined) return []
  const all = [...lab.namespaces.values()]
  if (kind === 'namespace') return all.map(({ name }) => name)
  if (kind === 'end')
    return all.flatMap(({ name, interfaces }) =>
      interfaces.filter((each) => each.name !== 'lo').map((each) => `${name}:${each.name}`),
    )
  const [top, namespace] = place.path
  const here = top === 'namespaces' ? all.filter(({ name }) => name === namespace) : all
  return here.flatMap(({ interfaces }) => interfaces.map(({ name }) => name))
}

/** Whether a value of this form takes lines of its own. */
const isLong = (of: readonly Json[]): boolean =>
  of.length > 0 && of.every(({ type }) => type === 'object' || type === 'array')

function keys(of: readonly Json[], place: CursorPlace, lab: Lab | null): readonly Suggestion[] {
  return of.flatMap((form) => {
    const named = isRecord(form['properties']) ? Object.keys(form['properties']) : []
    const free = isRecord(form['propertyNames']) ? names(form['propertyNames'], place, lab) : []
    const behind = (key: string): string => (!place.flow && isLong(step([form], key)) ? ':' : ': ')
    return [
      ...named.map((key): Suggestion => ({ label: key, kind: 'key', text: `${key}${behind(key)}` })),
      ...free.map((key): Suggestion => ({ label: key, kind: 'name', text: `${key}${behind(key)}` })),
    ]
  })
}

const words = (form: Json): readonly string[] => {
  if (form['type'] === 'boolean') return ['true', 'false']
  const { enum: choices, const: only } = form
  return [...(Array.isArray(choices) ? choices : []), ...(only === undefined ? [] : [only])].map(String)
}

function values(of: readonly Json[], place: CursorPlace, lab: Lab | null): readonly Suggestion[] {
  return of.flatMap((form) => [
    ...words(form).map((word): Suggestion => ({ label: word, kind: 'word', text: word })),
    ...names(form, place, lab).map((name): Suggestion => ({ label: name, kind: 'name', text: name })),
  ])
}

/** Null: nothing is suggested there. */
export function suggest(text: string, offset: number, lab: Lab | null): Suggestions | null {
  const place = cursorPlace(text, offset)
  if (!place) return null
  const at = place.path.reduce<readonly Json[]>(step, forms(schema()))
  const list =
    place.role === 'key'
      ? // The item of a list may be a plain word.
        [...keys(at, place, lab), ...(place.path.at(-1) === 0 ? values(at, place, lab) : [])]
      : values(at, place, lab)
  const taken = new Set(place.taken)
  const fresh = list.filter(({ label }, i) => !taken.has(label) && list.findIndex((one) => one.label === label) === i)
  return fresh.length > 0 ? { from: place.from, list: fresh } : null
}
