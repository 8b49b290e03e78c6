/** Messages between processes: ipcMain, and channels whose one end may go to the page. */
import { EventEmitter } from 'node:events'

export const ipcMain = new EventEmitter()

export class MessagePortMain extends EventEmitter {
  #peer = null
  #isStarted = false
  #isClosed = false
  #waiting = []
  /** Set once the port has gone to a page: takes what would be delivered here. */
  #elsewhere = null

  static pair() {
    const [one, other] = [new MessagePortMain(), new MessagePortMain()]
    one.#peer = other
    other.#peer = one
    return [one, other]
  }

  postMessage(data) {
    if (!this.#isClosed) this.#peer.#receive(structuredClone(data))
  }

  start() {
    this.#isStarted = true
    for (const data of this.#waiting.splice(0)) this.#deliver(data)
  }

  close() {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#peer.#peerClosed()
  }

  /** The page has it now. Returns how the page's end speaks and ends. */
  transfer(deliver, close) {
    this.#elsewhere = { deliver, close }
    this.start()
    return { post: (data) => this.#peer.#receive(data), close: () => this.close() }
  }

  #receive(data) {
    if (this.#isClosed) return
    if (this.#isStarted) this.#deliver(data)
    else this.#waiting.push(data)
  }

  #deliver(data) {
    if (this.#elsewhere) this.#elsewhere.deliver(data)
    // Not in the turn of whoever has posted it.
    else setImmediate(() => this.#isClosed || this.emit('message', { data, ports: [] }))
  }

  #peerClosed() {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#elsewhere) this.#elsewhere.close()
    else setImmediate(() => this.emit('close'))
  }
}

export class MessageChannelMain {
  constructor() {
    const [one, other] = MessagePortMain.pair()
    this.port1 = one
    this.port2 = other
  }
}
