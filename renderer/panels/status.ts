/** The one sentence about what goes on, for the pill and for screen readers. */
import type { App } from '../state/app.svelte.js'
import { t } from '../i18n/text.svelte.js'

export interface Status {
  readonly tone: 'ok' | 'bad' | 'plain'
  readonly text: string
  readonly busy: boolean
}

const plain = (text: string, busy = false): Status => ({ tone: 'plain', text, busy })
const bad = (text: string): Status => ({ tone: 'bad', text, busy: false })

export function statusOf(app: App): Status {
  const { link, session, deploy, live } = app
  if (link.state.kind === 'refused') return bad(t('status.refused'))
  if (link.state.kind === 'released') return bad(t('status.released'))
  if (link.state.kind === 'lost') return bad(t('status.lost'))
  if (link.state.kind === 'connecting') return plain(t('status.connecting'), true)
  const { phase } = session
  switch (phase.kind) {
    case 'connecting':
      return plain(t('status.connecting'), true)
    case 'starting':
      return plain(t('status.starting'), true)
    case 'refused':
      return bad(t('status.noSandbox'))
    case 'ended':
      return bad(t(session.capabilities?.mode === 'elevated' ? 'status.endedHost' : 'status.ended'))
    case 'off':
      return plain(t('status.stopped'))
    case 'ready':
      break
  }
  if (deploy.stopping) return plain(t('status.stopping'), true)
  if (deploy.progress) {
    const { done, total } = deploy.progress
    return plain(t('status.deploying', { done, total }), true)
  }
  // Shells live, nothing is built: that is no standstill.
  if (!live.hasContent) return plain(t(app.editing ? 'edit.editing' : 'status.idle'))
  if (app.editing) return { tone: 'plain', text: t('edit.editingRunning'), busy: false }
  return {
    tone: 'ok',
    text: t(session.capabilities?.mode === 'elevated' ? 'status.runningHost' : 'status.running'),
    busy: false,
  }
}
