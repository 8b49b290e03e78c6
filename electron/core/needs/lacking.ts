/** A lab on a kernel that lacks what it needs: refused before any step, with one sentence per feature. */
import { failure } from '../failure.js'
import { formatEndpoint } from '../lab/endpoint.js'
import { quote } from '../lab/describe.js'
import { error, toProblem } from '../lab/finding.js'
import type { Problem } from '../lab/problem.js'
import type { LabFile } from '../lab/schema.js'
import type { Failure, Feature } from '../rpc-values.js'
import { said, type Said } from '../words/said.js'
import { neededFeatures, type FeatureName, type NeededFeature } from './features.js'
import { needsOf, type Need } from './needs.js'

/** Of the failure that refuses such a lab, and of each problem. */
export const lacksCode = 'kernel-lacks'

export interface Lacking {
  readonly feature: FeatureName
  /** Everything in the file that needs it. */
  readonly needs: readonly Need[]
  /** What is missing, and how one gets it. */
  readonly missing: Said
  readonly remedy: Said
}

/** By name, those that were tried and refused. */
export const missingFeatures = (features: readonly Feature[]): ReadonlySet<string> =>
  new Set(features.filter(({ available }) => !available).map(({ name }) => name))

/** @param features that are missing, by name */
export function lackingOf(
  needs: Iterable<Need>,
  features: { readonly has: (name: string) => boolean },
): readonly Lacking[] {
  const found = new Map<FeatureName, Need[]>()
  for (const need of needs)
    if (features.has(need.feature)) found.set(need.feature, [...(found.get(need.feature) ?? []), need])
  return [...found].map(([feature, needs]) => {
    const known: NeededFeature = neededFeatures[feature]
    return { feature, needs, missing: missing(known, needs), remedy: remedy(known) }
  })
}

const placeOf = ({ at }: Need): string => ('interface' in at ? formatEndpoint(at) : at.namespace)

/** Without its full stop. */
function missing(lacking: NeededFeature, needs: readonly Need[]): Said {
  const first = quote(needs[0] ? placeOf(needs[0]) : '')
  const users = needs.length === 1 ? said`${first}` : said`${first} and ${needs.length - 1} more`
  if ('program' in lacking) return said`This machine has no ${lacking.what}, needed for ${users}`
  const { what, module, option } = lacking
  return module === null
    ? said`This kernel has no ${what} (${option}), needed for ${users}`
    : said`This kernel has no ${what} (module ${module}), needed for ${users}`
}

/** Without its full stop; begins with a name. */
const remedy = (lacking: NeededFeature): Said =>
  'program' in lacking
    ? said`\`${`sudo apt install ${lacking.program}`}\` brings it (Debian, Ubuntu), then start Vethlab again`
    : lacking.module === null
      ? said`${'linux-image-amd64'} (Debian) is a package whose kernel is built with it`
      : said`\`${`sudo modprobe ${lacking.module}`}\` loads it, and where there is no such module, ${'linux-modules-extra-$(uname -r)'} (Ubuntu) or the kernel of ${'linux-image-amd64'} (Debian) brings it`

/** Why the lab is refused, or null: one sentence per feature, which says how one gets it. */
export function lackingFailure(file: LabFile, features: { readonly has: (name: string) => boolean }): Failure | null {
  const lacking = lackingOf(needsOf(file), features)
  const [first, ...others] = lacking.map((each) => said`${each.missing}: ${each.remedy}.`)
  if (first === undefined) return null
  const where = lacking[0]?.needs[0]
  return failure(
    lacksCode,
    others.reduce((before, each) => said`${before} ${each}`, first),
    where ? placeOf(where) : null,
  )
}

/** One problem for each object that needs what is missing, where the file says so. */
export const lackingProblems = (
  file: LabFile,
  features: { readonly has: (name: string) => boolean },
): readonly Problem[] =>
  lackingOf(needsOf(file), features).flatMap(({ needs, feature, remedy: how }) =>
    needs.map((need) =>
      toProblem(error(lacksCode, need.path, said`${missing(neededFeatures[feature], [need])}.`, said`${how}.`)),
    ),
  )
