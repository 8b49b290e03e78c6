/**
 * The shells that are open, as tabs. The helper owns the shells; each has a screen here that lives as long as its tab,
 * whether it is in view or not, so that no output is lost and nothing is drawn twice.
 */
import type { Results, TerminalInfo } from '../../electron/core/rpc.js'
import { attempt } from '../connection/rpc.js'
import type { Rpc } from '../connection/rpc.js'
import { sentenceOf, t } from '../i18n/text.svelte.js'
import { Screen } from '../terminal/screen.js'

/** Shown from then on, so that a shell that starts at once does not flicker (ms). */
const openingDelayMs = 300
/** Until a tab has been measured; the size of a classic terminal. */
const firstSize = { columns: 80, rows: 24 } as const

export interface TerminalEvents {
  /** A line was sent off at a shell's prompt. */
  entered(namespace: string, line: string): void
  /** What was sent off has ended; `status` is null where the shell does not tell. */
  ended(namespace: string, line: string, status: number | null): void
}

export class TerminalTab {
  readonly key = crypto.randomUUID()
  /** The helper's name for the shell; null while it is being opened, or after that failed. */
  id = $state<string | null>(null)
  ended = $state.raw<TerminalInfo['ended']>(null)
  /** Opening takes noticeably long. */
  slow = $state(false)
  failed = $state.raw<string | null>(null)
  readonly screen: Screen
  /** Sent off, and its shell has not come back to its prompt. */
  private running: string | null = null

  constructor(
    readonly namespace: string,
    private readonly rpc: Rpc,
    private readonly events: TerminalEvents,
  ) {
    this.screen = new Screen({
      typed: (data) => this.typed(data),
      entered: (line) => {
        // A shell that says nothing of prompts was at one, or nobody could have typed.
        this.ran(null)
        this.running = line
        events.entered(namespace, line)
      },
      prompted: (status) => this.ran(status),
      resized: (columns, rows) => this.ask('terminal/resize', { columns, rows }),
      taken: (characters) => this.ask('terminal/acknowledge', { characters }),
    })
  }

  private ran(status: number | null): void {
    const { running } = this
    this.running = null
    if (running !== null) this.events.ended(this.namespace, running, status)
  }

  get alive(): boolean {
    return this.id !== null && this.ended === null
  }

  async open(): Promise<void> {
    this.ended = null
    this.failed = null
    const timer = setTimeout(() => (this.slow = true), openingDelayMs)
    const { columns, rows } = this.screen.size ?? firstSize
    const answer = await attempt(this.rpc.request('terminal/open', { namespace: this.namespace, columns, rows }))
    clearTimeout(timer)
    this.slow = false
    if (!answer.ok) {
      this.failed = sentenceOf(answer.failure)
      return
    }
    this.id = answer.terminal.id
    // The tab may have been laid out while the shell was starting.
    const { size } = this.screen
    if (size && (size.columns !== columns || size.rows !== rows)) this.ask('terminal/resize', size)
  }

  /** A shell that was there before this window: what it has shown, then what it goes on to show. */
  async attach(info: TerminalInfo): Promise<void> {
    const answer = await attempt(this.rpc.request('terminal/attach', { terminal: info.id }))
    if (!answer.ok) {
      this.failed = sentenceOf(answer.failure)
      return
    }
    this.screen.reset(answer.scrollback)
    this.id = info.id
    this.ended = answer.terminal.ended
    const { size } = this.screen
    if (size) this.ask('terminal/resize', size)
  }

  /** Puts a command on the shell's line; running it is the user's own key. */
  place(command: string): Promise<Results['terminal/place']> {
    return attempt(this.rpc.request('terminal/place', { terminal: this.id ?? '', command }))
  }

  private typed(data: string): void {
    if (this.alive) this.ask('terminal/input', { data })
    else if (this.ended !== null && data === '\r') void this.open()
  }

  private ask(
    name: 'terminal/input' | 'terminal/resize' | 'terminal/acknowledge',
    params: { data: string } | { columns: number; rows: number } | { characters: number },
  ): void {
    if (this.id === null) return
    // A shell that has just ended refuses; its end is told on its own.
    void attempt(this.rpc.request(name, { terminal: this.id, ...params } as never))
  }

  async close(): Promise<void> {
    const { id } = this
    this.id = null
    this.screen.dispose()
    if (id !== null) await attempt(this.rpc.request('terminal/close', { terminal: id }))
  }
}

export class Terminals {
  tabs = $state.raw<readonly TerminalTab[]>([])
  activeKey = $state<string | null>(null)
  readonly active = $derived(this.tabs.find(({ key }) => key === this.activeKey) ?? null)
  private besideKeys = $state.raw<readonly string[]>([])
  /** In view together; empty: the active one is alone. Whoever goes to another tab leaves them. */
  readonly beside = $derived.by(() => {
    const { besideKeys, activeKey } = this
    const there = this.tabs.filter(({ key }) => besideKeys.includes(key))
    return there.length > 1 && there.some(({ key }) => key === activeKey) ? there : []
  })
  /** Output of shells that no tab has yet: `terminal/open` may be answered after its first prompt. */
  private readonly early = new Map<string, string[]>()

  constructor(
    private readonly rpc: Rpc,
    private readonly events: TerminalEvents,
  ) {
    rpc.on('terminal/data', ({ terminal, data }) => {
      const tab = this.tabs.find(({ id }) => id === terminal)
      if (tab) tab.screen.write(data)
      else this.early.set(terminal, [...(this.early.get(terminal) ?? []), data])
    })
    rpc.on('terminal/ended', ({ terminal, exitCode, signal }) => {
      const tab = this.tabs.find(({ id }) => id === terminal)
      if (!tab) return
      tab.ended = { exitCode, signal }
      tab.screen.say(t('terminal.ended', { code: exitCode }))
    })
  }

  /** Number of a tab among those of its namespace, from 1; null where it is alone. */
  numberOf(tab: TerminalTab): number | null {
    const same = this.tabs.filter(({ namespace }) => namespace === tab.namespace)
    return same.length < 2 ? null : same.indexOf(tab) + 1
  }

  /** A new shell in a tab of its own, in view. */
  async open(namespace: string, show = true): Promise<TerminalTab> {
    const tab = new TerminalTab(namespace, this.rpc, this.events)
    this.tabs = [...this.tabs, tab]
    if (show) this.activeKey = tab.key
    await tab.open()
    this.deliverEarly(tab)
    return tab
  }

  /** A living shell of a namespace, the one in view before others, or a new one; in view. */
  async show(namespace: string): Promise<TerminalTab> {
    const fits = (tab: TerminalTab): boolean => tab.namespace === namespace && tab.ended === null && tab.failed === null
    const found = this.active && fits(this.active) ? this.active : this.tabs.find(fits)
    if (!found) return this.open(namespace)
    this.activeKey = found.key
    return found
  }

  /** One shell of each namespace, side by side. */
  async showBeside(namespaces: readonly string[]): Promise<void> {
    const keys: string[] = []
    for (const namespace of namespaces) keys.push((await this.show(namespace)).key)
    this.besideKeys = keys
    this.activeKey = keys[0] ?? this.activeKey
  }

  /** The active one is alone again. */
  part(): void {
    this.besideKeys = []
  }

  /** After a reload or a lost connection: the shells the helper still has. Those it no longer has are gone. */
  async restore(infos: readonly TerminalInfo[]): Promise<void> {
    const byId = new Map(infos.map((info) => [info.id, info]))
    const kept = this.tabs.filter((tab) => tab.id !== null && byId.has(tab.id))
    for (const tab of this.tabs) if (!kept.includes(tab)) tab.screen.dispose()
    const known = new Set(kept.map(({ id }) => id))
    const fresh = infos.filter(({ id }) => !known.has(id))
    const added = fresh.map((info) => ({ info, tab: new TerminalTab(info.namespace, this.rpc, this.events) }))
    this.tabs = [...kept, ...added.map(({ tab }) => tab)]
    if (!this.active) this.activeKey = this.tabs[0]?.key ?? null
    const again = kept.flatMap((tab) => {
      const info = tab.id === null ? undefined : byId.get(tab.id)
      return info ? [{ info, tab }] : []
    })
    await Promise.all([...again, ...added].map(({ info, tab }) => tab.attach(info)))
    for (const { tab } of added) this.deliverEarly(tab, true)
  }

  async close(tab: TerminalTab): Promise<void> {
    const at = this.tabs.indexOf(tab)
    this.tabs = this.tabs.filter((each) => each !== tab)
    if (this.activeKey === tab.key) this.activeKey = (this.tabs[at] ?? this.tabs[at - 1])?.key ?? null
    await tab.close()
  }

  /**
   * Shells that have ended with their namespace go, and their tabs with them; a shell that lives on in a namespace without
   * a name stays.
   * @param there names of the namespaces there are
   */
  async closeGone(there: ReadonlySet<string>): Promise<void> {
    const gone = this.tabs.filter((tab) => tab.ended !== null && !there.has(tab.namespace))
    await Promise.all(gone.map((tab) => this.close(tab)))
  }

  /** The sandbox is gone, and every shell with it. */
  clear(): void {
    for (const tab of this.tabs) {
      tab.id = null
      tab.screen.dispose()
    }
    this.tabs = []
    this.activeKey = null
    this.early.clear()
  }

  private deliverEarly(tab: TerminalTab, drop = false): void {
    if (tab.id === null) return
    // What an attached shell said before is part of its scrollback.
    if (!drop) for (const data of this.early.get(tab.id) ?? []) tab.screen.write(data)
    this.early.delete(tab.id)
  }
}
