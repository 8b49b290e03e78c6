/** The fonts of the app that a picture needs, as text of a style sheet that carries them. */

/** Stands last in every list of fonts: it has Latin letters too, which nobody sees. */
const fallback = 'Noto Sans SC'

/** One range of `unicode-range` (CSS Fonts 4, 4.5): `U+26`, `U+0-7F`, or with wildcards, `U+4??`. */
function holds(range: string, point: number): boolean {
  const [from = '', to] = range.trim().replace(/^u\+/i, '').split('-')
  const first = Number.parseInt(from.replaceAll('?', '0'), 16)
  const last = Number.parseInt(to ?? from.replaceAll('?', 'F'), 16)
  return point >= first && point <= last
}

/** Whether a face says it has one of the characters; one without a range has all. */
function serves(ranges: string, points: Iterable<number>): boolean {
  if (ranges.trim() === '') return true
  const list = ranges.split(',')
  for (const point of points) if (list.some((range) => holds(range, point))) return true
  return false
}

interface Face {
  readonly rule: CSSFontFaceRule
  readonly url: string
}

function facesOfPage(): Face[] {
  const faces: Face[] = []
  const collect = (rules: CSSRuleList, base: string): void => {
    for (const rule of rules)
      if (rule instanceof CSSImportRule && rule.styleSheet)
        collect(rule.styleSheet.cssRules, rule.styleSheet.href ?? base)
      else if (rule instanceof CSSFontFaceRule) {
        const source = /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue('src'))?.[1]
        if (source !== undefined) faces.push({ rule, url: new URL(source, base).href })
      }
  }
  for (const sheet of document.styleSheets) collect(sheet.cssRules, sheet.href ?? document.baseURI)
  return faces
}

const described = ({ style }: CSSFontFaceRule): { family: string; weight: string; ranges: string } => ({
  family: style.getPropertyValue('font-family'),
  weight: style.getPropertyValue('font-weight'),
  ranges: style.getPropertyValue('unicode-range'),
})

async function base64Of(url: string): Promise<string | null> {
  const response = await fetch(url).catch(() => null)
  if (!response?.ok) return null
  const bytes = new Uint8Array(await response.arrayBuffer())
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * `@font-face` rules with the fonts in them, so that a picture looks the same where they are not installed: of the app's own
 * fonts those parts that hold a character of the text. A font that cannot be read is left out.
 */
export async function fontFaces(text: string): Promise<string> {
  const points = [...new Set([...text].map((character) => character.codePointAt(0) ?? 0))]
  const faces = facesOfPage().map((face) => ({ ...face, ...described(face.rule) }))
  // A face that names no range may have a character or not; it does not answer for any.
  const first = faces.filter(({ family, ranges }) => !family.includes(fallback) && ranges !== '')
  const left = points.filter((point) => !first.some(({ ranges }) => serves(ranges, [point])))
  const wanted = faces.filter(({ family, ranges }) => serves(ranges, family.includes(fallback) ? left : points))
  const written = await Promise.all(
    wanted.map(async ({ family, weight, ranges, url }) => {
      const data = await base64Of(url)
      if (data === null) return ''
      const only = ranges ? `;unicode-range:${ranges}` : ''
      return `@font-face{font-family:${family};font-weight:${weight}${only};src:url(data:font/woff2;base64,${data}) format('woff2')}`
    }),
  )
  return written.join('')
}
