/** Programs of a run: none outlives it. */
import { spawn } from 'node:child_process'
import { root } from './root.mjs'

const children = new Set()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    for (const child of children) child.kill(signal)
    process.kill(process.pid, signal)
  })

/** Runs a program; each line it says is handed on at once. Resolves with its status, null where it was killed. */
export function run(program, args, options, online) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    children.add(child)
    for (const stream of [child.stdout, child.stderr]) {
      let rest = ''
      stream.setEncoding('utf8').on('data', (text) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop()
        lines.forEach(online)
      })
      stream.on('end', () => rest && online(rest))
    }
    child.on('error', (error) => online(error.message))
    child.on('close', (status) => {
      children.delete(child)
      resolve(status)
    })
  })
}

export const say = (suite, line) => process.stdout.write(`${suite.padEnd(14)} ${line}\n`)
