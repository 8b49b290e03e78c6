/**
 * Steps that take minutes, while somebody waits: each says what it is and how long it may take, shows all the time that it
 * is alive, and says when it is done. On a terminal one line counts the seconds; elsewhere a line comes now and then.
 */
import { spawn } from 'node:child_process'

/** Between two signs of life (milliseconds): a terminal's line is written anew, others are added. */
const signMs = { terminal: 1000, lines: 5000 }
const clearLine = '\r\u001b[K'

const clock = (milliseconds) => {
  const seconds = Math.round(milliseconds / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/**
 * Runs a program to its end; what it prints comes out on standard error.
 * @param step what is done, in the words of a sentence without its end, and how long it takes on most machines
 * @returns its exit status; 127 where it cannot be started
 */
export function runStep(step, program, args, { cwd, env }) {
  const { stderr } = process
  const started = Date.now()
  const took = () => clock(Date.now() - started)
  const say = (text) => stderr.write(`vethlab: ${text}\n`)
  const clear = () => void (stderr.isTTY && stderr.write(clearLine))
  say(`${step.doing} (${step.takes})`)
  // What it prints passes through here, so that it never stands in the line that counts.
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      clear()
      stderr.write(chunk)
    })
  const sign = () =>
    stderr.isTTY
      ? stderr.write(`${clearLine}vethlab: still ${step.doing}, ${took()} so far`)
      : say(`still ${step.doing}, ${took()} so far`)
  const signs = setInterval(sign, stderr.isTTY ? signMs.terminal : signMs.lines)
  // Whoever ends us ends what we have started; 128 and the signal's number, as shells have it.
  const end = () => void child.kill('SIGTERM')
  const interrupted = { SIGINT: () => process.exit(130), SIGTERM: () => process.exit(143) }
  process.once('exit', end)
  for (const [signal, leave] of Object.entries(interrupted)) process.once(signal, leave)
  return new Promise((done) => {
    const finish = (status) => {
      clearInterval(signs)
      process.off('exit', end)
      for (const [signal, leave] of Object.entries(interrupted)) process.off(signal, leave)
      clear()
      if (status === 0) say(`${step.done}, in ${took()}`)
      done(status)
    }
    child.once('error', () => finish(127))
    child.once('close', (status) => finish(status ?? 1))
  })
}
