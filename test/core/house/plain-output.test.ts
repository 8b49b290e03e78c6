/** No text of a file, of the network or of another program drives a terminal: one function, in every place that writes to one. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainLine, printable, printableInColour, printableJson } from '../../../electron/core/lab/plain-text.js'

/** C0 without the line feed, DEL, C1, and what hides text or turns its direction. */
const driving = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/
const hostile = ['\u001b[2J', '\u001b]0;title\u0007', '\u009b31m', '\u202e', '\u2028', '\r', '\b', '\u0000', '\u200b']
const texts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostile)), { maxLength: 8 })

describe('whatever a text holds', () => {
  test('nothing of it drives a terminal, and all of it is to be seen', () => {
    fc.assert(fc.property(texts, (parts) => !driving.test(printable(parts.join('')))))
    expect(printable('a\u001b]0;x\u0007b\nc')).toBe('a\\u001b]0;x\\u0007b\nc')
  })

  test('colours of ours pass, and nothing else with them', () => {
    fc.assert(
      fc.property(texts, (parts) => {
        const shown = printableInColour(`\u001b[31mred\u001b[39m ${parts.join('')}`)
        return !driving.test(shown.replaceAll(/\u001b\[[\d;]*m/g, ''))
      }),
    )
    expect(printableInColour('\u001b[31mred\u001b[39m\u001b[2J')).toBe('\u001b[31mred\u001b[39m\\u001b[2J')
  })

  test('a JSON document says the same', () => {
    fc.assert(
      fc.property(texts, (parts) => {
        const text = parts.join('')
        const json = printableJson(JSON.stringify({ [text]: [text] }, null, 2))
        expect(driving.test(json)).toBe(false)
        expect(JSON.parse(json)).toEqual({ [text]: [text] })
      }),
    )
  })

  test('a title and a note in a terminal are one line', () => {
    fc.assert(fc.property(texts, (parts) => !/[\n\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(plainLine(parts.join('')))))
  })
})

describe('in the source', () => {
  const root = new URL('../../../', import.meta.url).pathname
  const sources = (directory: string): [string, string][] =>
    readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|svelte)$/.test(name))
      .map((name) => [join(directory, name), readFileSync(join(root, directory, name), 'utf8')])
  // What runs before there is a program, and speaks of itself only.
  const electron = sources('electron').filter(([name]) => !name.startsWith('electron/setup/'))

  test('whoever writes to a terminal writes what is printable', () => {
    const written = electron.flatMap(([name, text]) =>
      [...text.matchAll(/(?:process\.std(?:out|err)\.write\(|console\.\w+\()(.*)/g)].map(([, rest = '']) => [
        name,
        rest,
      ]),
    )
    expect(written.length).toBeGreaterThan(5)
    expect(written.filter(([, rest = '']) => !/^printable\(|^$/.test(rest))).toEqual([])
  })

  test('the command line has one place that writes, and asks it for a terminal before it writes a file', () => {
    const cli = electron.filter(([name]) => name.startsWith('electron/cli/'))
    const streams = cli.filter(([, text]) => /\bstream\.write\((?!'')/.test(text)).map(([name]) => name)
    expect(streams).toEqual(['electron/cli/output.ts'])
    const raw = cli.flatMap(([name, text]) =>
      [...text.matchAll(/\bprintRaw\((.*)\)$/gm)].map(([, what]) => [name, what]),
    )
    expect(raw.length).toBeGreaterThan(2)
    for (const [name = '', what] of raw) expect(what, name).toMatch(/^process\.stdout\.isTTY \? printable\(/)
  })

  test('a title, and a note of ours in a terminal, is a plain line', () => {
    const all = [...electron, ...sources('renderer')]
    const titles = all.filter(([, text]) => /document\.title = |\.setTitle\(|onTitleChange/.test(text))
    expect(titles.map(([name]) => name)).toEqual([
      'electron/main/lab-window.ts',
      'renderer/film/FilmPage.svelte',
      'renderer/state/reactions.svelte.ts',
    ])
    for (const [name, text] of titles) expect(text, name).toContain('plainLine(title)')
    const [screen] = all.filter(([name]) => name === 'renderer/terminal/screen.ts')
    // The program's own output, what it had shown before a reload, and what we say.
    const writes = [...(screen?.[1] ?? '').matchAll(/this\.terminal\.write\((.*)/g)].map(([, what = '']) => what)
    expect(writes.filter((what) => !/^(?:data|shown)\b/.test(what) && !what.includes('plainLine('))).toEqual([])
  })
})
