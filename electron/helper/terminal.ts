/** The terminals of a session: shells on pseudo-terminals, each in a namespace of the lab, kept until they are closed. */
import type { IPty } from 'node-pty'
import { chownSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { maxTerminals, type Failure, type Params, type Results, type TerminalInfo } from '../core/rpc.js'
import type { Account } from './elevated/caller.js'
import { FarEnd } from './terminal-far-end.js'
import { TerminalInput } from './terminal-input.js'
import { TerminalLine } from './terminal-line.js'
import { TerminalOutput } from './terminal-output.js'
import { endSession, hasEnded } from './terminal-processes.js'
import { shellCommand } from './terminal-shell.js'
import { failure } from '../core/failure.js'
import { said, type Said } from '../core/words/said.js'

/** What node-pty does not declare. The descriptor's number may belong to another file as soon as the stream is destroyed. */
interface Pty extends IPty {
  readonly fd: number
  readonly _socket: Readable
  /** The device at which its shell sits, e.g. `/dev/pts/3`. */
  readonly ptsName: string
}

interface Terminal {
  readonly id: string
  readonly namespace: string
  readonly pty: Pty
  readonly farEnd: FarEnd
  readonly output: TerminalOutput
  readonly input: TerminalInput
  readonly line: TerminalLine
  columns: number
  rows: number
  ended: TerminalInfo['ended']
  closing: Promise<void> | null
  /** A command is being put on its line: whether that went well. */
  placing: Promise<boolean> | null
}

export interface TerminalHooks {
  data(terminal: string, data: string): void
  ended(terminal: string, exitCode: number, signal: number | null): void
  /** A command has ended, and a shell reads a line again. */
  ran(): void
}

type Refusal = { readonly ok: false; readonly failure: Failure }
type OneOf<N extends 'attach' | 'input' | 'place' | 'resize' | 'acknowledge' | 'close'> = Params<`terminal/${N}`>

const refuse = (code: string, message: Said, where: string, output: string | null = null): Refusal => ({
  ok: false,
  failure: failure(code, message, where, output),
})

const isOpen = ({ pty, ended }: Terminal): boolean => ended === null && pty._socket.destroyed === false

export class Terminals {
  private readonly terminals = new Map<string, Terminal>()
  private count = 0
  /** A child of this process has ended. node-pty tells only later: when its output is read, or thrown away after 200 ms. */
  private readonly childEnded = (): void => {
    for (const { output, pty, farEnd, ended } of this.terminals.values()) {
      if (ended !== null || !hasEnded(pty.pid)) continue
      output.letRestThrough()
      farEnd.readOut(pty._socket, pty.fd)
    }
  }

  /** @param account whose shells they are; null: those of whoever this process is */
  constructor(
    private readonly hooks: TerminalHooks,
    private readonly account: Account | null,
  ) {
    process.on('SIGCHLD', this.childEnded)
  }

  /** In the order of their opening. */
  list(): readonly TerminalInfo[] {
    return [...this.terminals.values()].filter(({ closing }) => closing === null).map(describe)
  }

  async open({ namespace, columns, rows }: Params<'terminal/open'>): Promise<Results['terminal/open']> {
    // Loaded when it is needed: a machine without its machine code can do everything else.
    const loaded = await import('node-pty').catch((error: Error) => error)
    if (loaded instanceof Error)
      return refuse(
        'terminals-unavailable',
        said`Terminals cannot be opened: node-pty is not built for this machine. Install Vethlab again.`,
        namespace,
        loaded.message,
      )
    if (!this.hasRoom())
      return refuse(
        'too-many-terminals',
        said`There are ${maxTerminals} terminals already, the most there may be. Close one first.`,
        namespace,
      )
    const command = shellCommand(namespace, this.account)
    if ('code' in command) return { ok: false, failure: command }
    let pty: Pty | null = null
    let farEnd: FarEnd
    try {
      pty = loaded.spawn(command.file, [...command.args], {
        name: 'xterm-256color',
        cols: columns,
        rows,
        cwd: command.directory,
        env: command.environment,
      }) as Pty
      farEnd = new FarEnd(pty.ptsName)
      // As login(1) does it: programs open their terminal by name.
      if (this.account) chownSync(pty.ptsName, this.account.uid, -1)
    } catch (error) {
      pty?.kill('SIGKILL')
      const words = error instanceof Error ? error.message : String(error)
      return refuse('terminal-failed', said`A shell in ${namespace} could not be started: ${words}`, namespace, words)
    }
    const id = `t${++this.count}`
    const output = new TerminalOutput({
      send: (data) => this.hooks.data(id, data),
      pause: () => pty.pause(),
      resume: () => pty.resume(),
    })
    const input = new TerminalInput(() => (isOpen(terminal) ? pty.fd : null))
    const line = new TerminalLine(
      pty.pid,
      (data) => input.write(data),
      () => this.hooks.ran(),
    )
    const terminal: Terminal = {
      id,
      namespace,
      pty,
      farEnd,
      output,
      input,
      line,
      columns,
      rows,
      ended: null,
      closing: null,
      placing: null,
    }
    this.terminals.set(id, terminal)
    pty.onData((data) => {
      line.shown(data)
      output.push(data)
    })
    pty.onExit(({ exitCode, signal }) => this.exited(terminal, exitCode, signal || null))
    return { ok: true, terminal: describe(terminal) }
  }

  /** Shells that have ended make room for new ones, the oldest first. */
  private hasRoom(): boolean {
    if (this.terminals.size < maxTerminals) return true
    const ended = [...this.terminals.values()].find((terminal) => terminal.ended !== null)
    if (ended) void this.end(ended)
    return ended !== undefined
  }

  /** What is typed while a command is put on the line is meant for that command; where it could not be, for nobody. */
  async input({ terminal: id, data }: OneOf<'input'>): Promise<Results['terminal/input']> {
    const before = this.find(id)
    if (before?.placing && !(await before.placing)) return { ok: true }
    const terminal = this.find(id)
    if (terminal === null || !isOpen(terminal)) return gone(id)
    terminal.line.typed(data)
    return terminal.input.write(data) ? { ok: true } : unread(terminal)
  }

  async place({ terminal: id, command }: OneOf<'place'>): Promise<Results['terminal/place']> {
    const terminal = this.find(id)
    if (terminal === null || !isOpen(terminal)) return gone(id)
    const placing = terminal.line.place(command, () => this.find(id) !== null && isOpen(terminal))
    const taken = placing.then((placed) => placed !== null && placed.line !== 'busy')
    terminal.placing = taken
    const placed = await placing
    if (terminal.placing === taken) terminal.placing = null
    if (placed !== null) return { ok: true, ...placed }
    return isOpen(terminal) ? unread(terminal) : gone(id)
  }

  resize({ terminal: id, columns, rows }: OneOf<'resize'>): Results['terminal/resize'] {
    const terminal = this.find(id)
    if (terminal === null || !isOpen(terminal)) return gone(id)
    terminal.pty.resize(columns, rows)
    terminal.columns = columns
    terminal.rows = rows
    return { ok: true }
  }

  acknowledge({ terminal: id, characters }: OneOf<'acknowledge'>): Results['terminal/acknowledge'] {
    const terminal = this.find(id)
    if (terminal === null) return gone(id)
    terminal.output.acknowledge(characters)
    return { ok: true }
  }

  attach({ terminal: id }: OneOf<'attach'>): Results['terminal/attach'] {
    const terminal = this.find(id)
    if (terminal === null) return gone(id)
    return { ok: true, terminal: describe(terminal), scrollback: terminal.output.attach() }
  }

  async close({ terminal: id }: OneOf<'close'>): Promise<Results['terminal/close']> {
    const terminal = this.find(id)
    if (terminal === null) return gone(id)
    await this.end(terminal)
    return { ok: true }
  }

  /** Closes the terminals of these namespaces: their processes would keep them, and what is in them, alive. */
  async closeIn(namespaces: readonly string[]): Promise<void> {
    const here = [...this.terminals.values()].filter(({ namespace }) => namespaces.includes(namespace))
    await Promise.all(here.map((terminal) => this.end(terminal)))
  }

  async closeAll(): Promise<void> {
    process.off('SIGCHLD', this.childEnded)
    await Promise.all([...this.terminals.values()].map((terminal) => this.end(terminal)))
  }

  private find(id: string): Terminal | null {
    const terminal = this.terminals.get(id)
    return terminal === undefined || terminal.closing !== null ? null : terminal
  }

  private end(terminal: Terminal): Promise<void> {
    terminal.closing ??= (async () => {
      terminal.output.letRestThrough()
      terminal.farEnd.letGo()
      await endSession(terminal.pty.pid, terminal.ended !== null)
      this.terminals.delete(terminal.id)
    })()
    return terminal.closing
  }

  private exited(terminal: Terminal, exitCode: number, signal: number | null): void {
    terminal.input.stop()
    terminal.farEnd.letGo()
    terminal.output.flush()
    terminal.ended = { exitCode, signal }
    this.hooks.ended(terminal.id, exitCode, signal)
  }
}

const unread = ({ namespace }: Terminal): Refusal =>
  refuse(
    'terminal-busy',
    said`The program in this terminal does not read what is typed; the last input was not taken. Try again later.`,
    namespace,
  )

const gone = (id: string): Refusal => refuse('no-such-terminal', said`This terminal is closed. Open a new one.`, id)

const describe = ({ id, namespace, columns, rows, ended }: Terminal): TerminalInfo => ({
  id,
  namespace,
  columns,
  rows,
  ended,
})
