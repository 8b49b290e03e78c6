/** The keys of the player in a film file: as in the window, where they have the same meaning. */
import type { Player } from '../trace/player.svelte.js'

const keys: Readonly<Record<string, (player: Player) => void>> = {
  ' ': (player) => player.toggle(),
  ArrowRight: (player) => player.next(),
  ArrowLeft: (player) => player.previous(),
  Home: (player) => player.first(),
  End: (player) => player.end(),
  '+': (player) => player.faster(1),
  '=': (player) => player.faster(1),
  '-': (player) => player.faster(-1),
}

export function keyed(event: KeyboardEvent, player: Player): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
  const { target } = event
  // What has the keyboard keeps its own keys: a button its Space, the slider its arrows.
  if (event.key === ' ' && target instanceof Element && target.closest('button, a')) return
  if (target instanceof HTMLInputElement) return
  const act = keys[event.key]
  if (!act) return
  event.preventDefault()
  act(player)
}
