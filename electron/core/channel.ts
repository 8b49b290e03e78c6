/**
 * JSON-RPC over anything that carries text in order: a socket pair (lines), a WebSocket or a MessagePort (messages).
 * One reader and one writer for all of them, bounded in size.
 */
import type { DataCallback, Disposable, Event, Message, MessageReader, MessageWriter } from 'vscode-jsonrpc'

/** Carries whole messages, each one JSON text. */
export interface TextChannel {
  /** Must queue or refuse by itself; the promise resolves when the text has been handed on. */
  send(text: string): Promise<void>
  onText(listener: (text: string) => void): void
  /** Called once, with the reason if the channel did not simply end. */
  onEnd(listener: (error: Error | null) => void): void
  /** Ends the channel for both sides. */
  end(): void
  /** Stops and resumes reading, where the carrier can make its other side wait. */
  pause?(): void
  resume?(): void
}

class Emitter<T> {
  private readonly listeners = new Set<(value: T) => void>()
  readonly event: Event<T> = (listener, thisArgument, disposables) => {
    const bound = (value: T): void => void listener.call(thisArgument, value)
    this.listeners.add(bound)
    const disposable = { dispose: () => void this.listeners.delete(bound) }
    disposables?.push(disposable)
    return disposable
  }
  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value)
  }
}

/** Reads messages from a channel. Text that is no JSON object ends the channel: the other side is not one of ours. */
export function channelReader(channel: TextChannel, maxChars: number): MessageReader {
  const errors = new Emitter<Error>()
  const closes = new Emitter<void>()
  const partial = new Emitter<{ messageToken: number; waitingTime: number }>()
  return {
    onError: errors.event,
    onClose: closes.event,
    onPartialMessage: partial.event,
    listen(callback: DataCallback): Disposable {
      let listening = true
      const refuse = (reason: string): void => {
        errors.fire(new Error(reason))
        channel.end()
      }
      channel.onText((text) => {
        if (!listening) return
        if (text.length > maxChars)
          return refuse(`message of ${text.length} characters is above the limit of ${maxChars}`)
        let message: unknown
        try {
          message = JSON.parse(text)
        } catch {
          return refuse('message is not JSON')
        }
        if (typeof message !== 'object' || message === null || Array.isArray(message))
          return refuse('message is not an object')
        callback(message as Message)
      })
      channel.onEnd((error) => {
        if (error) errors.fire(error)
        closes.fire()
      })
      return { dispose: () => void (listening = false) }
    },
    dispose() {},
  }
}

export function channelWriter(channel: TextChannel): MessageWriter {
  const errors = new Emitter<[Error, Message | undefined, number | undefined]>()
  const closes = new Emitter<void>()
  channel.onEnd(() => closes.fire())
  return {
    onError: errors.event,
    onClose: closes.event,
    write: (message: Message) => channel.send(JSON.stringify(message)),
    end() {},
    dispose() {},
  }
}

/**
 * Cuts a stream of text into lines. JSON never holds a raw line feed, so one line is one message.
 * `push` throws where a line grows beyond `maxChars`: whoever sends that is no peer of ours.
 */
export class LineSplitter {
  private parts: string[] = []
  private length = 0

  constructor(private readonly maxChars: number) {}

  push(chunk: string): string[] {
    const lines: string[] = []
    let start = 0
    for (;;) {
      const end = chunk.indexOf('\n', start)
      const piece = chunk.slice(start, end === -1 ? undefined : end)
      this.length += piece.length
      if (this.length > this.maxChars) throw new Error(`line above the limit of ${this.maxChars} characters`)
      if (piece !== '') this.parts.push(piece)
      if (end === -1) return lines
      lines.push(this.parts.join(''))
      this.parts = []
      this.length = 0
      start = end + 1
    }
  }
}

/** The part of a duplex byte stream (a `net.Socket`) that a line channel needs. */
export interface LineStream {
  setEncoding(encoding: 'utf8'): unknown
  on(event: 'data', listener: (chunk: string) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'close' | 'end', listener: () => void): unknown
  write(text: string, done: (error?: Error | null) => void): boolean
  /** Bytes that are written and not yet taken by the other side. */
  readonly writableLength: number
  pause(): unknown
  resume(): unknown
  end(): unknown
  destroy(): unknown
}

/**
 * One message per line over a byte stream. When twice the longest message waits for a peer that does not read, no more is
 * taken: what is pushed must not pile up in the memory of this side.
 * @param whenFull `end`: the peer is let go, and may come back for a whole state. `refuse`: what is sent rejects, and the
 *   channel stays; a request can be asked again
 */
export function lineChannel(stream: LineStream, maxChars: number, whenFull: 'end' | 'refuse' = 'end'): TextChannel {
  const lines = new LineSplitter(maxChars)
  const textListeners: ((text: string) => void)[] = []
  const endListeners: ((error: Error | null) => void)[] = []
  let ended = false
  const finish = (error: Error | null): void => {
    if (ended) return
    ended = true
    for (const listener of endListeners) listener(error)
  }
  const read = (): void => {
    stream.on('data', (chunk) => {
      if (ended) return
      let whole: string[]
      try {
        whole = lines.push(chunk)
      } catch (error) {
        stream.destroy()
        finish(error as Error)
        return
      }
      for (const line of whole) for (const listener of textListeners) listener(line)
    })
    // Whoever had the stream before may have paused it.
    stream.resume()
  }
  stream.setEncoding('utf8')
  stream.on('error', finish)
  stream.on('end', () => finish(null))
  stream.on('close', () => finish(null))
  return {
    send: (text) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(new Error('the channel has ended'))
        if (stream.writableLength > 2 * maxChars) {
          const error = new Error('the other side does not read')
          if (whenFull === 'refuse') return reject(error)
          stream.destroy()
          finish(error)
          return reject(error)
        }
        stream.write(text + '\n', (error) => (error ? reject(error) : resolve()))
      }),
    onText(listener) {
      textListeners.push(listener)
      // Reading begins with the first listener: what arrives before would be heard by nobody.
      if (textListeners.length === 1) read()
    },
    onEnd: (listener) => void endListeners.push(listener),
    end: () => void stream.end(),
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
  }
}
