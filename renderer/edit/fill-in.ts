/** Fill in routes: one step with every route that is missing, each with its reason. */
import { fillRoutes } from '../../electron/core/change/fill-routes.js'
import type { LabChange } from '../../electron/core/change/lab-change.js'
import { routeText } from '../../electron/core/change/route-text.js'
import { hostNamespace } from '../../electron/core/lab/lab.js'
import { t } from '../i18n/text.svelte.js'
import type { App } from '../state/app.svelte.js'
import { say } from '../state/tell.js'

export function fillInRoutes({ editor, document, selection }: App): void {
  const { labFile } = document
  if (!labFile) return
  editor.letGo()
  const found = fillRoutes(labFile)
  if (found.length === 0) return say(t('edit.routesThere'), 'routes')
  const changes = found.map(({ value }) => value)
  const reasons = found.map(({ value, reason }) => ({ value: wordsOf(value), reason }))
  const made = { namespace: hostNamespace }
  const label = t('edit.fillRoutes', { count: found.length })
  editor.carryOut({ ok: true, changes, reasons, made }, label, selection.all)
}

function wordsOf(change: LabChange): string {
  if (change.op === 'route-add' || change.op === 'route-set') return `${change.namespace}: ${routeText(change.entry)}`
  if (change.op === 'forwarding-set') return `${change.namespace}: forwarding`
  return 'namespace' in change ? change.namespace : ''
}
