/** What follows by itself from what changes in another part of the window. */
import { untrack } from 'svelte'
import { plainLine } from '../../electron/core/lab/plain-text.js'
import { attempt } from '../connection/rpc.js'
import { theme } from '../ui/theme.svelte.js'
import { keepLooking } from './look.js'
import { Recheck } from './recheck.js'
import type { Parts } from './parts.js'

/** @returns what ends them */
export function startReactions(parts: Parts): () => void {
  const { challenge, checks, document: lab, files, goals, guide, link } = parts
  const { live, predicting, recorder, task, terminals, traces, traffic, twin } = parts
  const recheck = new Recheck(checks)
  return $effect.root(() => {
    $effect(() => files.keepWork())
    $effect(() => guide.follow())
    $effect(() => goals.follow())
    $effect(() => challenge.follow())
    $effect(() => task.follow())
    $effect(() => twin.follow())
    $effect(() => predicting.follow())
    $effect(() => recheck.whenChanged(checkedAbout(parts), lab.lab?.checks.map(({ name }) => name) ?? []))
    const looked = $derived(lookedAt(parts))
    $effect(() => (looked === null ? undefined : keepLooking(link, looked)))
    $effect(() => {
      const { probing } = traces
      if (probing === null) return
      untrack(() => {
        guide.probed(probing)
        challenge.probed()
        task.probed()
      })
    })
    $effect(() => {
      const { ended } = traces
      if (ended !== null) untrack(() => void recorder.traced(ended))
    })
    // The shells of a lab end with it, and their tabs with them.
    $effect(() => {
      if (live.state) void terminals.closeGone(new Set(live.byName.keys()))
    })
    // Whoever leaves a film while traffic is shown wants to see it.
    $effect(() => {
      if (traffic.on && !traces.replaying) untrack(() => (traces.view = 'traffic'))
    })
    $effect(() => tellShell(parts))
  })
}

/** The namespace whose facts are in the inspector. */
function lookedAt({ link, live, selection, session, settings }: Parts): string | null {
  const { namespace } = selection
  const isThere = namespace !== null && live.byName.has(namespace)
  return isThere && settings.inspector && session.ready && link.state.kind === 'up' ? namespace : null
}

/** What the answers of the lab's checks depend on; null: they are not asked by themselves now. */
function checkedAbout(parts: Parts): string | null {
  const { challenge, checks, deploy, document: lab, link, live, session, settings, traces } = parts
  const isUsed = checks.results.size > 0 || checks.running.size > 0
  // A challenge asks them itself, and what comes of it is heard here, too.
  if (challenge.on || !settings.recheck || !isUsed || !live.state || !live.hasContent) return null
  const isIdle = session.ready && !deploy.busy && !traces.running && link.state.kind === 'up'
  return isIdle ? `${lab.id} ${JSON.stringify(lab.lab?.checks ?? [])} ${live.wiring}` : null
}

/** The window's title, and what its shell must know before it closes it. */
function tellShell({ deploy, document: lab, link, session, settings }: Parts): void {
  const { title, dirty, isOpen } = lab
  const shown = isOpen ? `${plainLine(title)} - Vethlab` : 'Vethlab'
  document.title = `${dirty ? '* ' : ''}${shown}`
  const state = {
    title: shown.slice(0, 200),
    unsaved: dirty,
    onHost: session.onHost && deploy.standingFile !== null,
    language: settings.language,
    theme: theme.current,
  }
  if (link.state.kind === 'up') void attempt(link.request('window/state', state))
}
