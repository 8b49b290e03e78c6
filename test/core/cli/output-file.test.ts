/** What a result may be written to: never what the command reads, by whatever name, nor a file that a person has written. */
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OutputFile } from '../../../electron/cli/output-file.js'

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vethlab-output-'))
  writeFileSync(at('lab'), 'the lab')
})
afterEach(() => rmSync(folder, { recursive: true }))

const named = (name: string, ...read: string[]) => OutputFile.named('-o', 'film', name, read)

test('the file that is read is refused: by its name, another way to it, a symbolic and a hard link', () => {
  symlinkSync('lab', at('symbolic'))
  linkSync(at('lab'), at('hard'))
  mkdirSync(at('deep'))
  for (const name of ['lab', 'symbolic', 'hard', 'deep/../lab']) {
    const path = `${folder}/${name}`
    expect(named(path, at('other'), at('lab'))).toMatchObject({
      code: 'output-is-input',
      message: `-o ${path} is the file that is read (${at('lab')}), and the film would take its place. Give another name, for instance -o film.html.`,
    })
  }
})

test('a file with the name of a lab or of a submission is not replaced, nor through a link', () => {
  for (const name of ['other.yaml', 'other.vethlab.yml', 'one.vethlab-result']) {
    expect(named(at(name))).toBeInstanceOf(OutputFile)
    writeFileSync(at(name), 'precious')
    expect(named(at(name))).toMatchObject({ code: 'output-is-lab' })
  }
  symlinkSync('other.yaml', at('film.html'))
  expect(named(at('film.html'))).toMatchObject({ code: 'output-is-lab' })
})

test('a write-protected file is refused, by root too, and is as it was', () => {
  writeFileSync(at('film.html'), 'precious', { mode: 0o444 })
  expect(named(at('film.html'))).toMatchObject({
    code: 'write-protected',
    message: `There is a file ${at('film.html')} already, which is write-protected. Allow writing to it with: chmod u+w ${at('film.html')}, or give another name, for instance -o film.html.`,
  })
  symlinkSync('film.html', at('link.html'))
  expect(named(at('link.html'))).toMatchObject({ code: 'write-protected' })
  expect(readFileSync(at('film.html'), 'utf8')).toBe('precious')
})

test('an empty name and "-" are no files', () => {
  expect(named('')).toMatchObject({
    message: '-o takes the name of a file, and an empty name is none. Give another name, for instance -o film.html.',
  })
  expect(named('-')).toMatchObject({ code: 'no-output' })
})

test('anything else is written, also over a former result; a device takes what it gets', async () => {
  writeFileSync(at('film.html'), 'former')
  for (const path of [at('film.html'), at('new.html'), '/dev/null']) {
    const output = named(path, at('lab'), '/dev/null')
    if ('code' in output) throw new Error(output.message)
    expect(await output.write('film')).toBeNull()
  }
  expect(readFileSync(at('film.html'), 'utf8')).toBe('film')
  expect(readFileSync(at('new.html'), 'utf8')).toBe('film')
  expect(readFileSync(at('lab'), 'utf8')).toBe('the lab')
})

test('two results do not go to one file, be it there or not', () => {
  const clash = (one: string, other: string) => {
    const [first, second] = [
      OutputFile.named('--csv', 'grades', one, []),
      OutputFile.named('--junit', 'grades', other, []),
    ]
    if ('code' in first || 'code' in second) throw new Error('no output')
    return OutputFile.clash(first, second)
  }
  expect(clash(at('new'), `${folder}/./new`)).toMatchObject({ code: 'outputs-are-one' })
  symlinkSync('lab', at('symbolic'))
  expect(clash(at('lab'), at('symbolic'))).toMatchObject({ code: 'outputs-are-one' })
  expect(clash(at('new'), at('lab'))).toBeNull()
  expect(clash('/dev/null', '/dev/null')).toBeNull()
})
