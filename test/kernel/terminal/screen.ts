/** A terminal as a window holds it: what it has shown, typing into it, and acknowledging like a window that draws. */
import type { NotificationName, Notifications, Params, RequestName, Results } from '../../../electron/core/rpc.js'
import { until } from '../support/until.js'

/** Anything that speaks the contract: a session, or a window's connection. */
export interface Speaker {
  request<N extends RequestName>(name: N, params: Params<N>): Promise<Results[N]>
  on<N extends NotificationName>(name: N, listener: (params: Notifications[N]) => void): () => void
}

/** Kept (characters). */
const maxText = 2_000_000

export class Screen {
  /** All of it, or its end where there was too much to keep. */
  text = ''
  characters = 0
  messages = 0
  largest = 0
  ended: Notifications['terminal/ended'] | null = null
  /** A window that does not draw does not acknowledge. */
  draws = true

  private constructor(
    private readonly speaker: Speaker,
    readonly id: string,
  ) {}

  static async open(speaker: Speaker, namespace = 'host', columns = 80, rows = 24): Promise<Screen> {
    const early: Notifications['terminal/data'][] = []
    let screen: Screen | null = null
    speaker.on('terminal/data', (params) => (screen ? screen.take(params) : void early.push(params)))
    speaker.on('terminal/ended', (params) => {
      if (screen && params.terminal === screen.id) screen.ended = params
    })
    const opened = await speaker.request('terminal/open', { namespace, columns, rows })
    if (!opened.ok) throw new Error(opened.failure.message)
    screen = new Screen(speaker, opened.terminal.id)
    for (const params of early) screen.take(params)
    return screen
  }

  private take({ terminal, data }: Notifications['terminal/data']): void {
    if (terminal !== this.id) return
    this.text += data
    if (this.text.length > maxText) this.text = this.text.slice(-maxText / 2)
    this.characters += data.length
    this.messages += 1
    this.largest = Math.max(this.largest, data.length)
    if (this.draws) void this.acknowledge(data.length)
  }

  async acknowledge(characters: number): Promise<void> {
    try {
      await this.speaker.request('terminal/acknowledge', { terminal: this.id, characters })
    } catch {
      // Whoever has ended meanwhile waits for nothing.
    }
  }

  type(data: string): Promise<Results['terminal/input']> {
    return this.speaker.request('terminal/input', { terminal: this.id, data })
  }

  /** Waits until it has shown this, and returns what came before and with it. */
  async shows(what: string | RegExp, limitMs?: number): Promise<string> {
    // In a flood only the end is of interest; looking through all of it again and again would be the slowest part.
    const found = (): boolean => {
      const end = this.text.slice(-200_000)
      return typeof what === 'string' ? end.includes(what) : what.test(end)
    }
    await until(`the terminal shows ${String(what)}`, found, limitMs).catch((error: Error) => {
      throw new Error(`${error.message}; it shows: ${JSON.stringify(this.text.slice(-600))}`)
    })
    return this.text
  }

  /** Runs a command at a prompt and returns what it printed. */
  async run(command: string, limitMs?: number): Promise<string> {
    const mark = Math.random().toString(36).slice(2)
    this.text = ''
    // The quotes keep the echo of the typed line from being taken for the output.
    await this.type(`echo from''-${mark}; ${command.replace(/ &$/, ' & true')}; echo to''-${mark}\r`)
    const text = (await this.shows(`to-${mark}`, limitMs)).replaceAll('\r', '')
    return text.slice(text.indexOf(`from-${mark}\n`) + `from-${mark}\n`.length, text.indexOf(`to-${mark}`)).trimEnd()
  }

  resize(columns: number, rows: number): Promise<Results['terminal/resize']> {
    return this.speaker.request('terminal/resize', { terminal: this.id, columns, rows })
  }

  attach(): Promise<Results['terminal/attach']> {
    return this.speaker.request('terminal/attach', { terminal: this.id })
  }

  close(): Promise<Results['terminal/close']> {
    return this.speaker.request('terminal/close', { terminal: this.id })
  }
}
