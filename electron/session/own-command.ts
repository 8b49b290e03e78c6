/** How a person calls this program in a terminal, for texts that tell them to. */
import { existsSync } from 'node:fs'
import { ownCommandOf } from '../core/words/own-command.js'
import { rootFile } from './programs.js'

export const ownCommand: string = ownCommandOf((path) => existsSync(rootFile(path)))

export const vethlab = (words: string): string => `${ownCommand} ${words}`
