/** What is read of a folder on disk: what lies nearest first, nothing from outside, and every file that cannot be read is named. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { importKathara } from '../../../electron/core/exchange/kathara/from-kathara.js'
import { readKatharaFolder, withFolder } from '../../../electron/session/files/foreign-folder.js'
import { readForeign } from '../../../renderer/state/foreign-file.js'

const conf = 'r1[0]="A"\nr2[0]="A"\n'
const sends = (address: string): string => `ip address add ${address} dev eth0\n`

let root: string
let lab: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vethlab-folder-'))
  lab = join(root, 'lab')
  put('lab/lab.conf', conf)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

/** As the command line and as the window have it. */
async function imported(): Promise<{ said: string[]; addresses: (readonly string[] | undefined)[] }> {
  const file = join(lab, 'lab.conf')
  const read = await readKatharaFolder(file, '', Buffer.from(conf))
  const opened = await withFolder(file, { path: file, text: conf, fingerprint: null })
  if (!read.ok || !opened.ok || !opened.file.folder) throw new Error('the folder was not read')
  const { labFile, notices } = importKathara(read.folder, 'lab')
  const window = await readForeign({ from: 'kathara', path: file, text: conf, folder: opened.file.folder })
  expect(window.labFile).toEqual(labFile)
  expect(window.groups.flatMap(({ first, more }) => [first, ...more])).toHaveLength(notices.length)
  const addresses = ['r1', 'r2'].map((name) => labFile?.namespaces?.[name]?.interfaces?.['eth0']?.addresses)
  return { said: notices.map(({ message }) => message), addresses }
}

test('a large tree of a device hides no start-up file, and where the looking ended is told', async () => {
  put('lab/a-tree/www/index', '')
  for (let n = 0; n < 2000; n++) symlinkSync('index', join(lab, 'a-tree/www', String(n)))
  put('lab/r1.startup', sends('10.0.0.1/8'))
  put('lab/r2.startup', sends('10.0.0.2/8'))
  put('lab/r2/etc/hosts', '10.0.0.1 r1\n')
  const { said, addresses } = await imported()
  expect(addresses).toEqual([['10.0.0.1/8'], ['10.0.0.2/8']])
  expect(said).toEqual([
    'The folder holds more than the 2000 files and folders that were looked at, those that lie nearest; what lies beyond is left out.',
  ])
})

test('links within the folder are followed, lab.conf wherever it lies; what a link brings from outside is named', async () => {
  put('elsewhere.conf', conf)
  rmSync(join(lab, 'lab.conf'))
  symlinkSync('../elsewhere.conf', join(lab, 'lab.conf'))
  put('lab/common/start', sends('10.0.0.1/8'))
  symlinkSync('common/start', join(lab, 'r1.startup'))
  put('secret', sends('10.0.0.2/8'))
  symlinkSync('../secret', join(lab, 'r2.startup'))
  symlinkSync('nowhere', join(lab, 'shared.startup'))
  const { said, addresses } = await imported()
  expect(addresses).toEqual([['10.0.0.1/8'], undefined])
  expect(said.sort()).toEqual([
    'Left out of the folder (a link that leads out of the folder, or nowhere): "r2.startup", "shared.startup".',
  ])
})

test('a start-up file that is no text, no file or too large is named, and the others are read', async () => {
  put('lab/r1.startup', Uint8Array.from(Buffer.from(`# caf\u00e9\n${sends('10.0.0.1/8')}`, 'latin1')))
  put('lab/r2.startup', sends('10.0.0.2/8'))
  put('lab/r1/etc/resolv.conf', 'x'.repeat(5 * 1024 * 1024))
  execFileSync('mkfifo', [join(lab, 'shared.startup')])
  const { said, addresses } = await imported()
  expect(addresses).toEqual([undefined, ['10.0.0.2/8']])
  expect(said.sort()).toEqual([
    'Left out of the folder (more than 4 MiB together): "r1/etc/resolv.conf".',
    'Left out of the folder (no UTF-8 text): "r1.startup".',
    'Left out of the folder (no regular file): "shared.startup".',
  ])
})
