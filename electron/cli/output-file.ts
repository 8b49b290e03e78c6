/** A result that goes to a file: all of it, or the file as it was; and never in the place of what the command reads. */
import { fstatSync, realpathSync, statSync, type Stats } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { replaceFile } from '../session/files/replace.js'
import type { Failure } from '../core/rpc.js'
import { shellQuote } from '../core/plan/shell-quote.js'
import { failure } from './failure.js'
import { protectionOf } from '../session/files/write-protected.js'

/** Permission bits of a new file, before the umask. */
const newMode = 0o666

/** The options that name a file to write, each with a name that such a file has. */
const examples = {
  '-o': 'film.html',
  '--html': 'film.html',
  '--pcapng': 'trace.pcapng',
  '--junit': 'report.xml',
  '--csv': 'grades.csv',
} as const

type Flag = keyof typeof examples
type What = 'film' | 'capture' | 'report' | 'grades'

/** What people write by hand or hand in. No result has such a name, so that one that stands there was not meant. */
const written = /\.(?:ya?ml|vethlab-result)$/i

/** A file that a command was asked to write. Made before the work, so that a wrong name costs nothing but a sentence. */
export class OutputFile {
  private constructor(
    private readonly flag: Flag,
    private readonly what: What,
    readonly path: string,
  ) {}

  /**
   * Null where none is asked for.
   * @param path as it was given
   * @param read the files that the command reads, `-` for standard input: by whatever name, none of them is replaced
   */
  static named(flag: Flag, what: What, path: string, read: readonly string[]): OutputFile | Failure
  static named(flag: Flag, what: What, path: string | undefined, read: readonly string[]): OutputFile | Failure | null
  static named(flag: Flag, what: What, path: string | undefined, read: readonly string[]): OutputFile | Failure | null {
    if (path === undefined) return null
    const refuse = (code: string, message: string): Failure => failure(code, message, flag)
    const another = `Give another name, for instance ${flag} ${examples[flag]}.`
    if (path === '' || path === '-') {
      const why = path === '' ? 'an empty name is none' : '"-" is none'
      return refuse('no-output', `${flag} takes the name of a file, and ${why}. ${another}`)
    }
    const there = statOf(path)
    if (!there?.isFile()) return new OutputFile(flag, what, path)
    const same = read.find((each) => isSame(there, each === '-' ? fstatSync(0) : statOf(each)))
    if (same !== undefined) {
      const name = same === '-' ? 'standard input' : same
      const message = `${flag} ${path} is the file that is read (${name}), and the ${what} would take its place. ${another}`
      return refuse('output-is-input', message)
    }
    if (written.test(realpathSync(path))) {
      const message = `There is a file ${path} already, which is no ${what} by its name, and would be lost. ${another}`
      return refuse('output-is-lab', message)
    }
    const protection = protectionOf(path, there)
    if (protection !== null) {
      const [why, next] =
        protection === 'mode'
          ? ['is write-protected', `Allow writing to it with: chmod u+w ${shellQuote(path)}, or give another name`]
          : ['belongs to another user, who does not let you write to it', 'Give another name']
      const message = `There is a file ${path} already, which ${why}. ${next}, for instance ${flag} ${examples[flag]}.`
      return refuse('write-protected', message)
    }
    return new OutputFile(flag, what, path)
  }

  /** Why both cannot be written; null where they can. */
  static clash(one: OutputFile | null, other: OutputFile | null): Failure | null {
    if (one === null || other === null) return null
    const there = statOf(one.path)
    const isOne = there?.isFile() ? isSame(there, statOf(other.path)) : resolve(one.path) === resolve(other.path)
    if (!isOne || (there !== null && !there.isFile())) return null
    const message = `${one.flag} ${one.path} and ${other.flag} ${other.path} are one file, and the second would replace the first. Give each a name of its own.`
    return failure('outputs-are-one', message, other.flag)
  }

  /** Null where it is written; a pipe or a device takes what it gets, and so does a file that alone may be written. */
  async write(content: string | Uint8Array): Promise<Failure | null> {
    const { what, path, flag } = this
    try {
      await write(path, content)
      return null
    } catch (error) {
      const message = `The ${what} cannot be written to ${path}. Choose another place with ${flag}.`
      return failure('unwritable', message, path, (error as Error).message)
    }
  }
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  const there = statOf(path)
  if (there && !there.isFile()) return writeFile(path, content)
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  try {
    await replaceFile(there ? realpathSync(path) : resolve(path), bytes, there, newMode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // The directory takes no new file, but this one is ours to write.
    if (there && (code === 'EACCES' || code === 'EPERM')) await writeFile(path, bytes)
    else throw error
  }
}

const isSame = (one: Stats, other: Stats | null): boolean =>
  other !== null && one.dev === other.dev && one.ino === other.ino

/** Null where nothing is there that can be looked at; writing says what is wrong with it. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null
  } catch {
    return null
  }
}
