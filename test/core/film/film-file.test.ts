import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FilmData } from '../../../electron/core/film/film.js'
import { filmHtml, filmPlace, isPage, labOfFilm } from '../../../electron/core/film/film-file.js'
import { fromBase64, toBase64 } from '../../../electron/core/packet/base64.js'
import { inEnglish } from '../../../electron/core/words/said.js'
import { en } from '../../../renderer/i18n/en.js'
import { film as english } from '../../../renderer/i18n/en/film.js'
import { film as chinese } from '../../../renderer/i18n/zh-CN/film.js'

const page = `<!doctype html>\n<body>${filmPlace}<script>0</script></body>`

const data = (text: string): FilmData => ({
  film: 1,
  application: 'Vethlab',
  lab: { name: 'x', title: 'x', text, layout: {} },
  trace: {},
  told: { time: 0, message: null, comparedWith: [], cause: null, ruledOut: [] },
  live: { revision: 0, namespaces: [] },
  pcapng: '',
})

describe('a film file', () => {
  test('gives the lab back byte for byte, whatever stands in it, and lets nothing out of its element', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('</script><script>alert(1)</script>', '<!--', "$& $' $`", '\u2028 é 中文', filmPlace),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const html = filmHtml(page, data(text))
        expect(labOfFilm(html)).toEqual({ ok: true, name: 'x', text })
        expect(html.match(/<\/script>/g)).toHaveLength(2)
        expect(isPage(html)).toBe(true)
      }),
    )
  })

  test.each([
    ['another page', '<!doctype html><p>hello'],
    ['one that was cut off', filmHtml(page, data('vethlab: 1')).slice(0, 120)],
    ['one whose data is no JSON', '<!doctype html><script type="application/json" id="vethlab-film">{</script>'],
    [
      'one without a lab',
      '<!doctype html><script type="application/json" id="vethlab-film">{"film":1,"lab":7}</script>',
    ],
    ['one of a newer program', filmHtml(page, { ...data('vethlab: 1'), film: 2 as 1 })],
  ])('%s is refused with a sentence', (_, html) => {
    const carried = labOfFilm(html)
    expect(carried.ok ? null : inEnglish(carried.said)).toMatch(/^(This|The) (page|film) /)
  })

  test('a lab file is no page', () => expect(isPage('vethlab: 1\nname: "<!doctype html>"\n')).toBe(false))

  test('base64 is what it was', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
      }),
    )
  })

  test('its words are in both languages, and none hides one of the window', () => {
    const names = (text: string): readonly string[] => text.match(/\{\w+\}/g)?.toSorted() ?? []
    for (const [key, sentence] of Object.entries(english)) {
      expect(names(chinese[key as keyof typeof english])).toEqual(names(sentence))
      expect(key in en).toBe(false)
    }
  })
})
