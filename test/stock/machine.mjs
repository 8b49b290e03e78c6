/**
 * Runs a command as root under Debian's stock kernel, in an emulated machine on this machine's files: what it writes is gone
 * afterwards, but for what it leaves in /job, which is the directory given. No network leads out of it. The files of
 * VETHLAB_STOCK_LAYER, a directory like a root, lie over those of this machine, as if they were installed.
 *
 * Usage: node test/stock/machine.mjs DIRECTORY COMMAND [ARGUMENT...]
 * Ends with the command's status; 123 when the machine ended before it, 124 at the limit (VETHLAB_STOCK_SECONDS), 125 where it cannot run, with the reason.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stockKernel } from './kernel.mjs'

const usualSeconds = 900
const cannotRun = 125
const tooLong = 124
const endedEarly = 123

const [job, ...command] = process.argv.slice(2)
if (job === undefined || command.length === 0) giveUp('usage: machine.mjs DIRECTORY COMMAND [ARGUMENT...]')
const found = stockKernel()
if ('reason' in found) giveUp(found.reason)

function giveUp(reason) {
  process.stderr.write(`stock kernel: ${reason}\n`)
  process.exit(cannotRun)
}

const quoted = (word) => `'${word.replaceAll("'", `'\\''`)}'`
const kept = ['PATH', 'HOME', 'CI', 'VETHLAB_FUZZ_SEED', 'VETHLAB_FUZZ_LABS', 'VETHLAB_STOCK_SECONDS'].flatMap(
  (name) => (process.env[name] === undefined ? [] : [`export ${name}=${quoted(process.env[name])}`]),
)
const layer = process.env.VETHLAB_STOCK_LAYER
const [started, status] = [join(job, 'started'), join(job, 'status')]
for (const file of [started, status]) rmSync(file, { force: true })
writeFileSync(join(job, 'root'), process.cwd())
writeFileSync(
  join(job, 'start'),
  [
    ...kept,
    'echo 1 >/job/started',
    'export TERM=dumb VETHLAB_STOCK_KERNEL=1',
    `cd ${quoted(process.cwd())}`,
    `( ${command.map(quoted).join(' ')} ) </dev/null 2>&1 | cat`,
    'echo "${PIPESTATUS[0]}" >/job/status; sync; echo o >/proc/sysrq-trigger; sleep 60',
    '',
  ].join('\n'),
)
const share = (path, tag, more) => ['-virtfs', `local,path=${path},mount_tag=${tag},security_model=none${more}`]
const readOnly = ',readonly=on,multidevs=remap'
const serial = join(job, 'serial')
/**
 * The kernel looks whether its timer ticks within a few milliseconds of its own, which a machine that others keep busy does
 * not give an emulator, and panics: `no_timer_check` (arch/x86/kernel/apic/io_apic.c).
 */
const commandLine = 'console=ttyS0 quiet panic=-1 net.ifnames=0 apparmor=1 no_timer_check'
const machine = spawn(
  'qemu-system-x86_64',
  [
    ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '4096'],
    ...['-display', 'none', '-monitor', 'none', '-nic', 'none', '-no-reboot'],
    ...['-kernel', found.kernel, '-initrd', found.initrd],
    ...['-append', commandLine, '-serial', `file:${serial}`],
    ...['-device', 'virtio-serial', '-chardev', 'stdio,id=out,signal=off', '-device', 'virtconsole,chardev=out'],
    ...share('/', 'root', readOnly),
    ...share(found.modules, 'modules', readOnly),
    ...share(process.cwd(), 'project', readOnly),
    ...share(job, 'job', ''),
    ...(layer === undefined ? [] : share(layer, 'layer', readOnly)),
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
let late = false
const seconds = Number(process.env.VETHLAB_STOCK_SECONDS ?? usualSeconds)
const limit = setTimeout(() => {
  late = true
  machine.kill('SIGKILL')
}, seconds * 1000)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => machine.kill('SIGKILL') && process.exit(cannotRun))
machine.stdout.setEncoding('utf8').on('data', (text) => process.stdout.write(text.replaceAll('\r', '')))
machine.on('error', (error) => giveUp(error.message))
machine.on('close', () => {
  clearTimeout(limit)
  if (late) process.exit(tooLong)
  if (existsSync(status)) process.exit(Number(readFileSync(status, 'utf8')))
  const lastWords = existsSync(serial) ? readFileSync(serial, 'utf8').slice(-2000) : ''
  if (!existsSync(started)) giveUp(`it did not start: ${lastWords}`)
  process.stderr.write(`The emulated machine ended in the middle of its work: ${lastWords}\n`)
  process.exit(endedEarly)
})
