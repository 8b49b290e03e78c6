/** The parts of the window: there for as long as it is. */
import type { Challenge } from '../challenge/challenge.svelte.js'
import type { Task } from '../challenge/task.svelte.js'
import type { Link } from '../connection/link.svelte.js'
import type { Editor } from '../edit/editor.svelte.js'
import type { Find } from '../edit/find.svelte.js'
import type { Goals } from '../guide/goals.svelte.js'
import type { Guide } from '../guide/guide.svelte.js'
import type { Progress } from '../guide/progress.svelte.js'
import type { Machine } from '../machine/machine.svelte.js'
import type { Twin } from '../machine/twin.svelte.js'
import type { Predicting } from '../predict/predicting.svelte.js'
import type { Recorder } from '../record/recorder.svelte.js'
import type { Traces } from '../trace/traces.svelte.js'
import type { Traffic } from '../traffic/traffic.svelte.js'
import type { Checks } from './checks.svelte.js'
import type { Commands } from './commands.svelte.js'
import type { Deploy } from './deploy.svelte.js'
import type { Dialogs } from './dialogs.svelte.js'
import type { Files } from './files.svelte.js'
import type { Host } from './host.svelte.js'
import type { LabDocument } from './lab-document.svelte.js'
import type { Live } from './live.svelte.js'
import type { Menus } from './menus.svelte.js'
import type { Selection } from './selection.svelte.js'
import type { Session } from './session.svelte.js'
import type { Settings } from './settings.svelte.js'
import type { Standing } from './standing.svelte.js'
import type { Terminals } from './terminals.svelte.js'
import type { Uplink } from './uplink.svelte.js'
import type { View } from './view.svelte.js'

export interface Parts {
  readonly link: Link
  readonly settings: Settings
  readonly view: View
  readonly document: LabDocument
  readonly session: Session
  readonly live: Live
  readonly deploy: Deploy
  readonly standing: Standing
  readonly commands: Commands
  readonly checks: Checks
  readonly terminals: Terminals
  readonly files: Files
  readonly dialogs: Dialogs
  readonly host: Host
  readonly uplink: Uplink
  readonly selection: Selection
  readonly menus: Menus
  readonly editor: Editor
  readonly find: Find
  readonly progress: Progress
  readonly guide: Guide
  readonly goals: Goals
  readonly task: Task
  readonly challenge: Challenge
  readonly recorder: Recorder
  readonly traces: Traces
  readonly predicting: Predicting
  readonly traffic: Traffic
  readonly machine: Machine
  readonly twin: Twin
}
