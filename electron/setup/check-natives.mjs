/**
 * Runs after a package's files are laid out, before they are packed: every native module must be there and of the
 * package's own architecture. npm installs those of the machine it runs on, so a package is made on its own kind of
 * machine; one that was not would be found out by its users.
 */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** Architecture by electron-builder's number, and machine by ELF's (e_machine, elf(5)). */
const machines = new Map([
  [1, { name: 'x64', machine: 62 }],
  [3, { name: 'arm64', machine: 183 }],
])
/** Bytes of an ELF header up to the end of e_machine. */
const headBytes = 20

export const needed = ['koffi.node', 'pty.node']

function machineOf(file) {
  const head = Buffer.alloc(headBytes)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, head, 0, headBytes, 0)
  } finally {
    closeSync(descriptor)
  }
  return head.subarray(0, 4).toString('latin1') === '\x7fELF' ? head.readUInt16LE(18) : null
}

export default function checkNatives({ appOutDir, arch }) {
  const wanted = machines.get(arch)
  if (wanted === undefined) throw new Error(`Packages are made for x64 and arm64, not for architecture ${arch}.`)
  const modules = join(appOutDir, 'resources/app.asar.unpacked/node_modules')
  const natives = readdirSync(modules, { recursive: true }).filter((file) => file.endsWith('.node'))
  for (const name of needed)
    if (!natives.some((file) => file.endsWith(`/${name}`)))
      throw new Error(`${name} for ${wanted.name} is missing. Make this package on a machine of that architecture.`)
  for (const file of natives)
    if (machineOf(join(modules, file)) !== wanted.machine)
      throw new Error(`${file} is not made for ${wanted.name}. Make this package on a machine of that architecture.`)
}
