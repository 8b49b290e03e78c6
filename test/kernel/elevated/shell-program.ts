/** A shell as a program of its own, for a process that a test can kill: a window speaks to it over standard input and output. */
import { Duplex } from 'node:stream'
import { lineChannel } from '../../../electron/core/channel.js'
import { maxMessageBytes } from '../../../electron/core/rpc.js'
import { Shell } from '../../../electron/session/shell.js'

const window = lineChannel(Duplex.from({ readable: process.stdin, writable: process.stdout }), maxMessageBytes)
const shell = new Shell({ kind: 'browser', version: '0.0.0', language: 'en', stateDirectory: process.argv[2] ?? '' })
shell.attach(window)
window.onEnd(() => void shell.close().finally(() => process.exit(0)))
