/** A script of a stranger that is run in the sandbox before its helper starts; resources/script/ says how it is kept in. */
import { realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { ChildProcess } from 'node:child_process'
import { resourceFile } from './programs.js'

export interface ScriptRun {
  readonly text: Uint8Array
  /** Absolute, or null for one that has no file. */
  readonly file: string | null
  /** It may run so long. */
  readonly seconds: number
  /** Whatever it prints. */
  readonly output: (text: string) => void
}

/** It was started; with its end, or null where that was never said. */
export interface ScriptRan {
  readonly end: ScriptEnd | null
}

/** How it ended: with a status of its own, or because its time was over. */
export interface ScriptEnd {
  readonly status: number
  readonly late: boolean
  /** A trap on EXIT was left out (trap.sh). */
  readonly untrapped: boolean
  /** What look.sh printed of its namespaces and of a fresh one; null where it was more than is kept. */
  readonly beyond: string | null
}

/** Kept of that (characters): some 1000 namespaces with a few interfaces each. */
const maxBeyond = 64 * 1024 * 1024

/** Descriptors of prepare.sh: output, text, end. */
export const scriptPipes = ['pipe', 'pipe', 'pipe'] as const

/** Words before the helper. */
export function scriptWords({ text, file, seconds }: ScriptRun): readonly string[] {
  const real = file === null ? null : realpathSync(file)
  const shown = real === null ? null : surroundings(real)
  return [
    ...['/bin/sh', resourceFile('script/prepare.sh')],
    ...[real ?? '', shown ?? '', String(seconds)],
    ...interpreterOf(text),
  ]
}

/**
 * The folder of the script, for what it reads besides itself. Never one that holds a home: what lies there is nobody
 * else's business.
 */
function surroundings(file: string): string | null {
  const directory = dirname(file)
  const homes = [homedir(), process.env['HOME'] ?? ''].filter((home) => home !== '').map((home) => resolve(home))
  const holds = (home: string): boolean => `${home}/`.startsWith(directory === '/' ? '/' : `${directory}/`)
  const system = /^\/(?:$|(?:proc|sys|dev|run|boot)(?:\/|$)|(?:tmp|var|root|home)$)/.test(directory)
  return system || homes.some(holds) || !statSync(directory).isDirectory() ? null : directory
}

/** What its first line asks for, with at most one argument, as the kernel has it; bash without one. */
function interpreterOf(text: Uint8Array): readonly [program: string, argument: string] {
  const [first = ''] = Buffer.from(text.subarray(0, 256)).toString('utf8').split('\n')
  const [, program, argument] = /^#!\s*(?:\/usr\/bin\/env\s+(?:-S\s+)?)?(\S+)(?:\s+(\S.*?))?\s*$/.exec(first) ?? []
  return program === undefined ? ['bash', ''] : [program, argument ?? '']
}

/** Feeds the script to its sandbox; resolves with null where it never began. */
export function superviseScript(child: ChildProcess, { text, output }: ScriptRun): Promise<ScriptRan | null> {
  const [printed, source, end] = child.stdio.slice(4) as [Readable, Writable, Readable]
  for (const stream of [printed, source, end]) stream.on('error', () => {})
  printed.setEncoding('utf8')
  printed.on('data', output)
  source.end(text)
  const said: string[] = []
  let length = 0
  end.setEncoding('utf8')
  return new Promise((resolve) => {
    const finish = (): void => {
      const text = said.join('')
      if (!text.startsWith(firstLine)) return resolve(null)
      const [lines, word, status, untrapped] = /^started\n(ended|late) (\d{1,3})( untrapped)?\n/.exec(text) ?? []
      const beyond = length <= maxBeyond && lines !== undefined ? text.slice(lines.length) : null
      const how = { status: Number(status), late: word === 'late', untrapped: untrapped !== undefined }
      resolve({ end: word === undefined ? null : { ...how, beyond } })
    }
    end.on('data', (chunk: string) => {
      length += chunk.length
      if (length <= maxBeyond) said.push(chunk)
      // Process 1 of the sandbox holds this end of the pipe as well: it does not close before the sandbox is gone.
      if (said.slice(-2).join('').endsWith(lastLine)) finish()
    })
    end.once('close', finish)
  })
}

/** Said before it begins. */
const firstLine = 'started\n'
/** Nothing of a script's can print it. */
const lastLine = '@=end\n'
