/** A lab that is like this machine, and what repaired it. */
import { createLabText } from '../../electron/core/lab/print.js'
import { inventedIn } from '../../electron/core/machine/repair.js'
import type { App } from '../state/app.svelte.js'

/** Opened in place of the lab that is. */
export async function makeTwin({ machine, dialogs, files, document, twin }: App): Promise<void> {
  const made = await machine.twin()
  // As the machine was when it was made: later, the page may be left, and a namespace gone.
  const own = new Set(machine.state?.namespaces.map(({ name }) => name))
  if (!made) return
  const { lab, unexpressed, ways } = made
  if ((await dialogs.ask('twin', { lab, unexpressed })) === 'cancel') return
  const text = createLabText(lab)
  await files.openFile({ path: null, text, fingerprint: null })
  // Somebody may have kept the lab that was open.
  if (document.text === text) twin.made({ ways, invented: inventedIn(Object.keys(lab.namespaces ?? {}), own) })
}

/** The commands that make this machine as its twin is by now. */
export async function showRepair({ twin, dialogs }: App): Promise<void> {
  if (twin.commands.length > 0) await dialogs.ask('repair', { commands: twin.commands })
}
