/**
 * What the window asks of its own shell (Electron main, or `vethlab serve`) rather than of the helper: lab files, the
 * helper's life, the machine. Same connection, same form as `rpc.ts`; a shell answers these and relays all the others.
 */
import { resultSchema } from './challenge/submission.js'
import { mostFaults, mostSeed } from './challenge/vary-key.js'
import type { Folder } from './exchange/folder.js'
import type { Said } from './words/said.js'
import { z } from 'zod'
import type { Need } from './needs/needs.js'
import type { MachineShown } from './machine/shown.js'
import { requests, type Capabilities, type Failure, type LeftBehind, type Result, type Results } from './rpc.js'
import type { Text } from './lab/schema.js'

/** Bytes of a lab's text as a file holds it, by SHA-256 (hex): tells whether a file is still what was read. */
export type Fingerprint = string

export interface OpenedFile {
  /** Absolute path; null for a lab that has no file yet (new, or a starter lab). */
  readonly path: string | null
  readonly text: string
  readonly fingerprint: Fingerprint | null
  /** Of `lab.conf`, which says little without what lies beside it: texts by path, and the names of the rest. */
  readonly folder?: Omit<Folder, 'files' | 'prefix' | 'alone'> & { readonly files: Readonly<Record<string, string>> }
}

export interface StarterLab {
  /** File name without `.vethlab.yaml`, e.g. `08-nat`. */
  readonly id: string
  readonly name: string
  readonly title: Text
  readonly description: Text | null
  /** Rung of the ladder, from 1. */
  readonly rung: number
  /** A lab to repair. */
  readonly broken: boolean
  /** Comes with a guide. */
  readonly guided: boolean
  /** Of the guide. */
  readonly steps: number
  /** What not every kernel has: told here, so that a list need not read the text to say what cannot be built. */
  readonly needs: readonly Need[]
  readonly text: string
}

export interface RecentFile {
  readonly path: string
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly opened: number
}

/** Unsaved work that was found after a crash. */
export interface RecoveredWork {
  readonly id: string
  readonly path: string | null
  readonly text: string
  readonly saved: number
}

export interface DirectoryEntry {
  readonly name: string
  readonly kind: 'directory' | 'lab'
}

/** The cable from the sandbox's host to the user's own network, and what it gave the lab's host. */
export interface PluggedUplink {
  readonly interface: string
  /** With prefix length. */
  readonly address: string
  readonly gateway: string
  readonly nameserver: string
  /** Whether names can be looked up inside: the sandbox's /etc/resolv.conf could be replaced. */
  readonly resolves: boolean
  /**
   * Whether echo requests reach hosts beyond the gateway: by `net.ipv4.ping_group_range`, whose value it is where they
   * do not. TCP and UDP always do.
   */
  readonly pingRefusedBy: string | null
}

const path = z.string().min(1).max(4096)
const labText = z.string().max(4 * 1024 * 1024)
const none = z.strictObject({})

/** Not in what earlier versions kept. */
export const furtherProgress = {
  /** Steps whose checks have passed in the network that stands. */
  passed: z.array(z.int().min(0)).max(1000).optional(),
  /** The network was deployed, and its guide is only read. */
  reading: z.boolean().optional(),
  /** The end was reached once: of the guide, or of a repair. */
  finished: z.boolean().optional(),
} as const

/** Of a lab; its file is called by it. */
const stampName = z.string().regex(/^[a-z0-9-]{1,40}$/)

export const shellRequests = {
  /**
   * Must come first. In the browser shell with the one-time token of the printed address, or with the `secret` that an
   * earlier answer gave.
   */
  'shell/open': z.strictObject({ token: z.string().max(200).optional() }),
  /**
   * Start the helper, in a sandbox (the default) or for labs on this machine itself; the capabilities and the state come
   * by `session/open`. One that runs in the other place ends, but only when the new one is there: a refused password
   * leaves everything as it was. `helper/waiting` tells what the user has to do meanwhile.
   */
  'helper/start': z.strictObject({ placement: z.enum(['sandbox', 'host']).optional() }),
  /** The window asks all the time whether its shell is there. */
  'shell/beat': none,
  /** Wait no longer for administrator rights; `helper/start` answers `cancelled`. */
  'helper/cancel': none,
  'helper/stop': none,
  /** What an elevated helper left on this machine, as it stands now. */
  'helper/left': none,
  /**
   * Give the sandbox's host a cable to the user's own network. Only on the user's own, explicit wish: programs of the lab
   * then reach that network as the user would.
   */
  'uplink/plug': none,
  'uplink/unplug': none,
  'doctor/run': none,
  /**
   * Look at the networks of this machine, with the rights that the shell has, until `look/close` or the window goes; what
   * becomes otherwise is told by `look/changed`. Nothing of the machine is changed.
   */
  'look/open': none,
  'look/close': none,
  /** One probe between them; ends are named as in `live` of what is shown. */
  'look/explain': requests['machine/explain'],
  /** A lab that is like them. */
  'look/twin': requests['machine/twin'],
  'file/starters': none,
  'file/recent': none,
  'file/read': z.strictObject({ path }),
  /**
   * Atomic. Refused with `changed-on-disk` where the file is not what `base` says, with `removed-on-disk` where it is gone;
   * with `write-protected` or `of-another` where it is not to be written to, unless that is `agreed`.
   */
  'file/write': z.strictObject({ path, text: labText, base: z.string().nullable(), agreed: z.boolean().optional() }),
  /** The desktop's own dialog; the browser shell answers `no-dialog`, and the window browses by `file/browse`. */
  'file/choose': z.strictObject({ purpose: z.enum(['open', 'save']), suggested: z.string().max(255) }),
  'file/browse': z.strictObject({ directory: path.nullable() }),
  /**
   * Told of by `file/changed` from now on, and at once where it is not what is known of it any more. Path null: none; known
   * null: whatever it is now.
   */
  'file/watch': z.strictObject({ path: path.nullable(), known: z.string().nullable().optional() }),
  /** Keep unsaved work where a crash cannot reach it; null text: saved or given up. */
  'file/keep': z.strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,40}$/),
    path: path.nullable(),
    text: labText.nullable(),
  }),
  'file/recover': none,
  /** Parts of labs that the user has saved to be used again, each a lab file in a folder of its own. */
  'stamp/list': none,
  /** Refused with `changed-on-disk` where there is one of that name. */
  'stamp/save': z.strictObject({ name: stampName, text: labText }),
  'stamp/remove': z.strictObject({ name: stampName }),
  /**
   * A variant of a lab, proved in a sandbox of its own before it is shown; the lab that stands is not touched. One at a
   * time: another, `variant/cancel` and the end of the window end the one before, which answers `cancelled`.
   */
  'variant/make': z.strictObject({
    text: labText,
    seed: z.int().min(0).max(mostSeed),
    faults: z.int().min(0).max(mostFaults),
  }),
  'variant/cancel': none,
  /** The text of a `.vethlab-result` file, with its mark. */
  'result/write': resultSchema.omit({ mark: true }),
  /** Progress of guides, by lab name. */
  'guide/read': none,
  'guide/write': z.strictObject({
    lab: z.string().max(40),
    step: z.int().min(0).max(1000),
    answers: z.array(z.int()).max(1000),
    ...furtherProgress,
  }),
  /** Whether the window may be closed without asking, what its title says, and what the shell's own parts look like. */
  'window/state': z.strictObject({
    title: z.string().max(200),
    unsaved: z.boolean(),
    /** A lab runs on this machine itself: what becomes of it is asked before the window closes. */
    onHost: z.boolean().optional(),
    /** BCP 47, of the texts in the window. */
    language: z.string().max(35).optional(),
    theme: z.enum(['dark', 'light']).optional(),
  }),
} as const

export type ShellRequestName = keyof typeof shellRequests
export type ShellParams<N extends ShellRequestName> = z.infer<(typeof shellRequests)[N]>

/** What stands between the user and an elevated helper. */
export interface HelperWaiting {
  /** `password`: the desktop asks for it. `command`: nobody can ask here; the user types the command elsewhere. */
  readonly for: 'password' | 'command'
  /** Does the same as the password; good until the wait is over. */
  readonly command: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

export interface DoctorFinding {
  readonly name: string
  readonly ok: boolean
  /** What was found, in a sentence or a version. */
  readonly found: Said
  /** What to do; null where nothing is. */
  readonly hint: Said | null
}

export interface OwnStamp {
  readonly name: string
  /** A lab file. */
  readonly text: string
}

export type GuideProgress = Readonly<ShellParams<'guide/write'>>

export interface ShellResults {
  'shell/open': {
    readonly version: string
    readonly shell: 'desktop' | 'browser'
    /** BCP 47, of the user's system. */
    readonly language: string
    readonly home: string
    /** How this program is called in a terminal. */
    readonly command: string
    /** A lab the user asked for when starting. */
    readonly file: OpenedFile | null
    readonly fileFailure: Failure | null
    /** Whether a helper runs already (the window was reloaded). */
    readonly running: boolean
    /** What an earlier session left on this machine; null also while a helper takes care of it. */
    readonly left: LeftBehind | null
    readonly uplink: PluggedUplink | null
    readonly recovered: readonly RecoveredWork[]
    /** Browser shell: the page shows this when it is loaded again; its address works once only. Null: not needed. */
    readonly secret: string | null
  }
  'helper/start': Result<{ readonly capabilities: Capabilities }>
  'shell/beat': Result<object>
  'helper/cancel': Result<object>
  'helper/stop': Result<object>
  'helper/left': { readonly left: LeftBehind | null }
  'uplink/plug': Result<{ readonly uplink: PluggedUplink }>
  'uplink/unplug': Result<object>
  'doctor/run': { readonly ok: boolean; readonly findings: readonly DoctorFinding[] }
  'look/open': Result<{ readonly shown: MachineShown }>
  'look/close': Result<object>
  'look/explain': Results['machine/explain']
  'look/twin': Results['machine/twin']
  'file/starters': { readonly labs: readonly StarterLab[] }
  'file/recent': { readonly files: readonly RecentFile[] }
  'file/read': Result<{ readonly file: OpenedFile }>
  'file/write': Result<{ readonly fingerprint: Fingerprint }>
  'file/choose': Result<{ readonly path: string | null }>
  'file/browse': Result<{
    readonly directory: string
    readonly parent: string | null
    readonly entries: readonly DirectoryEntry[]
  }>
  'file/watch': Result<object>
  'file/keep': Result<object>
  'file/recover': { readonly recovered: readonly RecoveredWork[] }
  'stamp/list': { readonly stamps: readonly OwnStamp[] }
  'stamp/save': Result<{ readonly fingerprint: Fingerprint }>
  'stamp/remove': Result<object>
  'variant/make': Result<{
    readonly text: string
    /** Checks that its faults break, of how many. */
    readonly failed: number
    readonly total: number
  }>
  'variant/cancel': Result<object>
  'result/write': Result<{ readonly text: string }>
  'guide/read': { readonly progress: readonly GuideProgress[] }
  'guide/write': Result<object>
  'window/state': Result<object>
}

export interface ShellNotifications {
  /** It ended by itself. */
  'helper/ended': { readonly message: string; readonly said: Said }
  /** It does not answer since then (milliseconds since the epoch); null: it answers again. */
  'helper/silent': { readonly since: number | null }
  'helper/waiting': HelperWaiting
  /** Plugged or unplugged; `ended` says why where nobody asked for it. */
  'uplink/changed': { readonly uplink: PluggedUplink | null; readonly ended: Failure | null }
  'look/changed': { readonly shown: MachineShown }
  'file/changed': { readonly path: string }
  /** A file the user opened from outside (second start, drag onto the icon, recent documents). */
  'file/opened': { readonly file: OpenedFile }
  /** A menu entry or shortcut of the shell. */
  'menu/chosen': {
    readonly entry:
      'new' | 'open' | 'save' | 'save-as' | 'labs' | 'deploy' | 'stop' | 'undo' | 'redo' | 'fit' | 'shortcuts'
  }
  /** The user wants to close a window with unsaved work. */
  'window/closing': Record<string, never>
}
export type ShellNotificationName = keyof ShellNotifications
