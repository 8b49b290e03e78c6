/** Flags, queue length and group of interfaces: what the lab says, and nothing of what it leaves open. */
import { linkSettings, type LabInterface } from '../lab/lab.js'
import { usualLinkSetting } from '../lab/link-settings.js'
import type { LiveLink } from '../live/state.js'
import type { LinkRef } from './live-index.js'
import type { Scope } from './scope.js'
import type { KernelStep } from './step.js'

export function planLinkSettings(
  scope: Scope,
  namespace: string,
  wanted: LabInterface,
  live: LiveLink | undefined,
): void {
  for (const step of linkSettingSteps(scope, namespace, wanted, live)) scope.draft.add('link-setting', step)
}

export function linkSettingSteps(
  { former, formerInterfaces }: Scope,
  namespace: string,
  wanted: LabInterface,
  live: LiveLink | undefined,
): readonly (KernelStep & { readonly op: 'link-set' })[] {
  const kind = live?.kind ?? wanted.kind
  const had = live && formerInterfaces.get(namespace)?.get(wanted.name)?.linkSettings
  return linkSettings.flatMap((setting) => {
    const usual = usualLinkSetting(kind, setting)
    const before = live?.settings?.[setting] ?? usual
    const clears = former === 'everything' || had?.[setting] !== undefined
    const value = wanted.linkSettings?.[setting] ?? (clears ? usual : before)
    return value === before ? [] : [{ op: 'link-set', namespace, name: wanted.name, setting, value, before }]
  })
}

/** For a link that is made again. */
export const restoreLinkSettings = ({ namespace, link: { name, kind, settings = {} } }: LinkRef): KernelStep[] =>
  linkSettings.flatMap((setting) => {
    const value = settings[setting]
    const before = usualLinkSetting(kind, setting)
    return value === undefined ? [] : [{ op: 'link-set', namespace, name, setting, value, before }]
  })
