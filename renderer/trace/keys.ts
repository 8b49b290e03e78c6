/** Keys of the trace bar and of the replay. They count only while they mean something, and never while somebody types. */
import type { Action } from '../state/actions.js'
import { listenForKeys } from '../state/chords.js'
import type { App } from '../state/app.svelte.js'

const element = (event: Event): HTMLElement | null => (event.target instanceof HTMLElement ? event.target : null)

/** Fields take every key; radio buttons take arrows, buttons and links take space. */
function isTaken(event: KeyboardEvent): boolean {
  const target = element(event)
  if (!target) return false
  if (target.closest('textarea, select, [contenteditable], [role=menu], [role=listbox]')) return true
  const input = target.closest('input')
  if (input && input.type !== 'radio') return true
  if (input) return event.key.startsWith('Arrow') || event.key === ' '
  return event.key === ' ' && target.closest('button, a, summary, [role=button]') !== null
}

/** Returns a function that takes them off again. Must be bound before the window's shortcuts, which leave handled keys alone. */
export function bindTraceKeys(app: App): () => void {
  const { dialogs } = app

  function keydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || dialogs.question || dialogs.sheet || event.isComposing) return
    const traces = app.shownTraces
    const control = event.ctrlKey || event.metaKey
    if (control && event.key === 'Enter' && !event.altKey && !event.shiftKey) {
      if (!traces.offersFix) return
      event.preventDefault()
      if (traces.canFix) void traces.fix()
      return
    }
    if (control || event.altKey || isTaken(event)) return
    const action = actionFor(event)
    if (!action) return
    event.preventDefault()
    action()
  }

  function actionFor(event: KeyboardEvent): (() => void) | null {
    const traces = app.shownTraces
    if (event.key.toLowerCase() === 't' && !event.shiftKey) return probe
    if (app.predicting.draft && !app.machine.open) {
      if (event.key === 'Escape') return () => app.predicting.giveUp()
      if (event.key === 'Backspace') return () => app.predicting.takeBack()
    }
    if (event.key.toLowerCase() === 'f' && !event.shiftKey && !app.machine.open)
      return canShowTraffic(app) ? () => void app.traffic.toggle() : null
    const { player } = traces
    if (!traces.replaying || !player) return null
    if (event.key === 'Escape')
      return document.querySelector('[role=menu], [role=listbox]') ? null : () => traces.leave()
    if (!traces.playable) return null
    if (event.shiftKey) {
      if (event.key === 'ArrowLeft') return () => player.faster(-1)
      return event.key === 'ArrowRight' ? () => player.faster(1) : null
    }
    const keys: Readonly<Record<string, () => void>> = {
      ' ': () => player.toggle(),
      ArrowLeft: () => player.previous(),
      ArrowRight: () => player.next(),
      Home: () => player.first(),
      End: () => player.end(),
      l: () => (player.loop = !player.loop),
    }
    return keys[event.key] ?? null
  }

  /** The first press goes to the bar, the next one there runs the trace. */
  function probe(): void {
    const traces = app.shownTraces
    if (app.predicting.draft && !app.machine.open) return void app.predicting.send()
    const there = document.activeElement?.closest('[data-trace-bar]')
    if (there && traces.form.params !== null) void traces.start()
    else traces.form.focuser?.()
  }

  return listenForKeys(keydown)
}

const canShowTraffic = ({ session, live, traffic }: App): boolean => session.ready && (live.hasContent || traffic.on)

/** The same for the palette and the list of keys. */
export function traceActions(app: App): readonly Action[] {
  const replaying = (): boolean => app.shownTraces.replaying && app.shownTraces.playable
  return [
    {
      id: 'trace',
      label: 'action.trace',
      onMachine: true,
      shown: 'T',
      enabled: () => app.shownTraces.form.focuser !== null,
      run: () => app.shownTraces.form.focuser?.(),
    },
    {
      id: 'play',
      label: 'action.play',
      onMachine: true,
      shown: 'Space',
      enabled: replaying,
      run: () => app.shownTraces.player?.toggle(),
    },
    {
      id: 'next-hop',
      label: 'action.nextHop',
      onMachine: true,
      shown: '→',
      enabled: replaying,
      run: () => app.shownTraces.player?.next(),
    },
    {
      id: 'previous-hop',
      label: 'action.previousHop',
      onMachine: true,
      shown: '←',
      enabled: replaying,
      run: () => app.shownTraces.player?.previous(),
    },
    {
      id: 'first-hop',
      label: 'action.firstHop',
      onMachine: true,
      shown: 'Home',
      enabled: replaying,
      run: () => app.shownTraces.player?.first(),
    },
    {
      id: 'last-hop',
      label: 'action.lastHop',
      onMachine: true,
      shown: 'End',
      enabled: replaying,
      run: () => app.shownTraces.player?.end(),
    },
    {
      id: 'faster',
      label: 'action.faster',
      onMachine: true,
      shown: 'Shift →',
      enabled: replaying,
      run: () => app.shownTraces.player?.faster(1),
    },
    {
      id: 'slower',
      label: 'action.slower',
      onMachine: true,
      shown: 'Shift ←',
      enabled: replaying,
      run: () => app.shownTraces.player?.faster(-1),
    },
    {
      id: 'leave-replay',
      label: 'action.leaveReplay',
      onMachine: true,
      shown: 'Esc',
      enabled: () => app.shownTraces.replaying,
      run: () => app.shownTraces.leave(),
    },
    {
      id: 'traffic',
      label: 'action.traffic',
      shown: 'F',
      enabled: () => canShowTraffic(app),
      run: () => void app.traffic.toggle(),
    },
    {
      id: 'apply-fix',
      changes: true,
      label: 'action.applyFix',
      enabled: () => app.shownTraces.canFix,
      run: () => void app.shownTraces.fix(),
    },
  ]
}
