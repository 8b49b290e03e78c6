/**
 * Loaded into the helper before its own code (`node --import`): ends it with SIGKILL at an exact point, which no timing
 * from outside can hit. The helper itself knows nothing of it.
 *
 * DIE_AT: `after:N` when the journal's N-th entry is on the file, its step not begun; `before:N` when the N-th is about to
 * be written, the step before it done; `sysctl:N` before the N-th sysctl is put back; `program:N` before
 * the N-th program that takes something back.
 */
import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [mode, number] = (process.env['DIE_AT'] ?? '').split(':')
const at = Number(number)
const journal = '/run/vethlab/journal/journal.jsonl'
const { readFileSync, readlinkSync } = fs

const started = Date.now() - process.uptime() * 1000
/** Of a journal that this helper began; one that it only recovers from does not count. */
const entries = () => {
  try {
    const lines = readFileSync(journal, 'utf8').split('\n')
    return JSON.parse(lines[0]).time < started ? 0 : lines.length - 1
  } catch {
    return 0
  }
}
const die = () => {
  process.kill(process.pid, 'SIGKILL')
  // The signal takes a moment; nothing of ours may run in it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
let count = 0

/** Runs `before` and `after` around a function of a module. */
function around(module, name, before, after = () => {}) {
  const original = module[name]
  module[name] = (...args) => {
    before(...args)
    const result = original(...args)
    after(...args)
    return result
  }
}

if (mode === 'after') {
  const look = () => void (entries() >= at && die())
  around(fs, 'fsyncSync', () => {}, look)
  around(fs, 'renameSync', () => {}, look)
}
if (mode === 'before')
  around(
    fs,
    'writeSync',
    (fd) => void (readlinkSync(`/proc/self/fd/${fd}`) === journal && entries() >= at - 1 && die()),
  )
if (mode === 'sysctl')
  around(fs, 'writeFileSync', (path) => void (String(path).startsWith('/proc/sys/') && ++count >= at && die()))
if (mode === 'program')
  // Those that take something back; reading is no part of it.
  around(childProcess, 'execFile', (_, words) => void (/ -D | -f -$/.test(words.join(' ')) && ++count >= at && die()))
syncBuiltinESMExports()
