/** Every sentence that is marked with `said` in the program, found in its source. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

export interface Marked {
  readonly file: string
  readonly pattern: string
}

const root = new URL('../../../', import.meta.url).pathname

const sources = (): readonly string[] =>
  ['electron', 'renderer'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  )

function patternOf(template: ts.TemplateLiteral): string {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text
  return template.templateSpans.reduce(
    (pattern, { literal }, index) => `${pattern}{${index}}${literal.text}`,
    template.head.text,
  )
}

/** In the order of the source. */
export function markedSentences(): readonly Marked[] {
  return sources().flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    if (!text.includes('said`')) return []
    const found: Marked[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'said')
        found.push({ file, pattern: patternOf(node.template) })
      ts.forEachChild(node, visit)
    }
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))
    return found
  })
}
