/** The same command as root, for where nobody is there to ask through a window. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** Exit code of a command that cannot be run (sh(1)). */
const cannotRun = 127

/** This program with other arguments. sudo clears the environment, so what makes Electron a Node travels as an argument. */
function ownWords(words: readonly string[]): string[] {
  const [, script = fileURLToPath(import.meta.url)] = process.argv
  const asNode = process.versions['electron'] ? ['/usr/bin/env', 'ELECTRON_RUN_AS_NODE=1'] : []
  return [...asNode, process.execPath, script, ...words]
}

/** A word as shells read it. */
export const quote = (word: string): string =>
  /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** To be typed or copied. */
export const rootCommand = (words: readonly string[]): string => ['sudo', ...ownWords(words)].map(quote).join(' ')

/** On the caller's terminal, where sudo asks; its exit code. */
export function rerunAsRoot(words: readonly string[]): Promise<number> {
  const child = spawn('sudo', ['--', ...ownWords(words)], { stdio: 'inherit' })
  return new Promise((resolve) => {
    child.once('error', () => resolve(cannotRun))
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}
