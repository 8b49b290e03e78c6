/** How a person calls this program in a terminal, for texts that tell them to. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ownCommandOf } from '../core/words/own-command.js'

const here = import.meta.url

/** Above `dist/node/`, or above the sources when they are run directly, as tests do. */
const root = new URL('../../', here)

const ownCommand = ownCommandOf((path) => existsSync(fileURLToPath(new URL(path, root))))

export const vethlab = (words: string): string => `${ownCommand} ${words}`
