/** A shell without a window: speaks what a window would hear and say over its standard streams, until they end. */
import { Duplex } from 'node:stream'
import { lineChannel } from '../../../electron/core/channel.js'
import { maxMessageBytes } from '../../../electron/core/rpc.js'
import { Shell } from '../../../electron/session/shell.js'

const stateDirectory = process.argv[2] ?? ''
const shell = new Shell({ kind: 'browser', version: '0', language: 'en', stateDirectory })
const channel = lineChannel(Duplex.from({ readable: process.stdin, writable: process.stdout }), maxMessageBytes)
shell.attach(channel)
channel.onEnd(() => void shell.close().finally(() => process.exit(0)))
