/** A text with places that another program fills in (Jinja, Go templates) is not yet what it is called. */
import type { Notice } from './notice.js'
import { said } from '../words/said.js'

/** `{{ name }}`, `{{ .Name }}`, `{% if x %}`; a Go format in quotes behind `--format` is an argument like any other. */
const place = /\{\{-?\s*[.$A-Za-z_][^{}\n]*\}\}|\{%-?\s*\w[^{}\n]*%\}/g
const isFormat = /(?:--format[= ]|-f )\s*['"]?[^'"\n]*$/

export function templateIn(text: string): { readonly offset: number; readonly notice: Notice } | null {
  for (const { index, 0: found } of text.matchAll(place)) {
    const line = text.slice(text.lastIndexOf('\n', index) + 1, index)
    if (isFormat.test(line) || /^\s*#/.test(line)) continue
    return {
      offset: index,
      notice: {
        message: said`This is a template: another program puts something in for ${JSON.stringify(found.slice(0, 60))}.`,
        hint: said`Import what comes out of the template.`,
      },
    }
  }
  return null
}
