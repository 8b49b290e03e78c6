/** Where a command reads from and writes to. */
import type { Redirection } from 'unbash'
import { fileKey, leftOut, type Context } from '../commands/command.js'
import { writeFile } from '../commands/printers.js'
import { contextOf, sayOutcome } from './command-context.js'
import { expandParts, expandText } from './expand.js'
import type { Interpreter, Io } from './interpret.js'
import { Input, Output } from './values.js'
import { said } from '../../words/said.js'

export interface Redirected {
  readonly inner: Io
  /** To be called when the command is done: what it printed goes into its file. */
  finish(): void
}

export function redirect(shell: Interpreter, redirects: readonly Redirection[], io: Io, pos: number): Redirected {
  let inner = io
  const finishers: (() => void)[] = []
  for (const each of redirects) {
    if (each.type === 'HereDoc') inner = { ...inner, input: hereDocument(shell, each) }
    else if (each.type === 'HereString') {
      const text = expandText(each.target, shell.around)
      inner = { ...inner, input: new Input(text === null ? null : `${text}\n`) }
    } else if (each.operator === '<') {
      const [part] = each.target?.parts ?? []
      if (part?.type === 'ProcessSubstitution' && part.script) {
        inner = { ...inner, input: new Input(shell.capture(part.script)) }
        continue
      }
      const path = expandText(each.target, shell.around)
      const text = path === '/dev/null' ? '' : path === null ? null : (shell.files.get(fileKey(path)) ?? null)
      inner = { ...inner, input: new Input(text) }
    } else if (isOutput(each)) {
      const path = expandText(each.target, shell.around)
      const raw = each.target?.text ?? ''
      if (path === null) {
        // A file of the lab's own folder matters to nobody; a setting does.
        if (/^["']?\/(?:proc|sys|etc)\//.test(raw))
          shell.tell(shell.place(each.pos), {
            message: said`Where this is written to is not known here: ${raw}`,
            hint: null,
          })
        inner = { ...inner, output: null }
      } else if (/^\/dev\//.test(path)) inner = { ...inner, output: null }
      else {
        const output = new Output()
        inner = { ...inner, output }
        const file = { text: path, offset: shell.place(each.target?.pos ?? each.pos) }
        const append = each.operator.includes('>>')
        finishers.push(() => write(contextOf(shell, io), file, output.text, append, shell, pos))
      }
    }
  }
  return { inner, finish: () => finishers.forEach((finish) => finish()) }
}

const isOutput = (each: Extract<Redirection, { type: 'Redirect' }>): boolean =>
  /^(?:>|>>|>\||&>|&>>)$/.test(each.operator) &&
  (each.descriptor === undefined || (each.descriptor.type === 'FileDescriptor' && each.descriptor.value === 1))

function write(
  context: Context,
  file: { readonly text: string; readonly offset: number },
  text: string | null,
  append: boolean,
  shell: Interpreter,
  pos: number,
): void {
  const unknown = text === null && /^\/(?:proc|sys|etc)\//.test(file.text)
  const outcome = unknown
    ? leftOut(said`What is written to ${JSON.stringify(file.text)} is not known here.`, null, file)
    : writeFile(context, file, text, append)
  sayOutcome(shell, outcome, shell.place(pos))
}

/** Its text stands in the file letter by letter, unless values are put in or tabs taken away. */
function hereDocument(shell: Interpreter, { body, operator }: Extract<Redirection, { type: 'HereDoc' }>): Input {
  const stripped = operator === '<<-'
  const strip = (text: string): string => (stripped ? text.replace(/^\t+/gm, '') : text)
  const isLiteral = (body.parts ?? []).every((part) => part.type === 'Literal' && part.value === part.text)
  const offset = shell.place(body.pos)
  const isExact = isLiteral && !stripped && shell.place(body.pos + 1) === offset + 1
  if (isLiteral) return new Input(strip(body.text), isExact ? offset : null)
  const text = expandParts(body.parts ?? [], shell.around)
  return new Input(text === null ? null : strip(text))
}
