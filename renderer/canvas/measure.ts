/** Widths of text without a screen: good to a few units, always a little too wide rather than too narrow. */
import type { TextStyle } from './drawing.js'

/** Font size in canvas units by style; the same figures as in `ui/tokens.css`. */
const sizes: Record<TextStyle, number> = { ns: 13.5, nm: 12.5, ad: 12, cp: 11.5, cpm: 11.5, band: 11, nat: 11.5 }

/** Of a namespace's name. */
export const nameSize = sizes.ns

/** Every glyph of JetBrains Mono is 600/1000 em wide. */
const monoAdvance = 0.6
/** Inter's average over the words that stand on the canvas is 0.48 em. */
const sansAdvance = 0.5
/** Chinese, Japanese and Korean glyphs and full-width marks fill the em square. */
const isWide = (code: number): boolean => (code >= 0x2e80 && code <= 0xffdc) || code >= 0x1f300

export function textWidth(text: string, style: TextStyle): number {
  const advance = style === 'cp' || style === 'band' ? sansAdvance : monoAdvance
  let em = 0
  for (const glyph of text) em += isWide(glyph.codePointAt(0) as number) ? 1 : advance
  return em * sizes[style]
}

/** Shortens in the middle, where names differ least: both ends tell them apart. `max` counts glyphs. */
export function elide(text: string, max: number): string {
  const glyphs = [...text]
  if (glyphs.length <= max) return text
  const head = Math.ceil((max - 1) / 2)
  return `${glyphs.slice(0, head).join('')}…${glyphs.slice(glyphs.length - (max - 1 - head)).join('')}`
}
