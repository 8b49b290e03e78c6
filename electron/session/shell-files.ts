/** The window's file requests, answered: lab files, recent files, unsaved work, guides. */
import type { Result } from '../core/rpc.js'
import type { Fingerprint, OpenedFile, ShellParams, ShellResults } from '../core/rpc-shell.js'
import { browse } from './files/browse.js'
import { Guides } from './files/guides.js'
import { withFolder } from './files/foreign-folder.js'
import { fingerprintOf, readBytes, readLabFile } from './files/lab-text.js'
import { RecentFiles } from './files/recent.js'
import { fileFailure } from './files/refusal.js'
import { saveLabFile } from './files/save.js'
import { starterLabs } from './files/starters.js'
import { Stamps } from './files/stamps.js'
import { stateDirectory } from './files/state.js'
import { StartFolder } from './files/start-folder.js'
import { UnsavedWork } from './files/unsaved.js'
import { FileWatch } from './files/watch.js'

type Name = Exclude<
  Extract<keyof ShellResults, `file/${string}` | `guide/${string}` | `stamp/${string}`>,
  'file/choose'
>

export class ShellFiles {
  private readonly recent: RecentFiles
  /** Where dialogs begin. */
  readonly startFolder: StartFolder
  private readonly guides: Guides
  private readonly unsaved: UnsavedWork
  private readonly stamps = new Stamps()
  private readonly watch: FileWatch
  private replaceable: string | null = null

  constructor(
    changed: (path: string) => void,
    private readonly directory = stateDirectory(),
  ) {
    this.recent = new RecentFiles(directory)
    this.startFolder = new StartFolder(this.recent)
    this.guides = new Guides(directory)
    this.unsaved = new UnsavedWork(directory)
    this.watch = new FileWatch(changed)
  }

  readonly answers: { readonly [N in Name]: (params: ShellParams<N>) => Promise<ShellResults[N]> } = {
    'file/starters': async () => ({ labs: await starterLabs() }),
    'file/recent': async () => ({ files: await this.recent.list() }),
    'file/read': ({ path }) => this.read(path),
    'file/write': async ({ path, text, base, agreed }) => {
      const isAgreed = base === null && path === this.replaceable
      this.replaceable = null
      const saved = await saveLabFile(path, text, isAgreed ? await fingerprintAt(path) : base, agreed)
      if (saved.ok) {
        this.watch.expect(path, saved.fingerprint)
        await this.remember(path)
      }
      return saved
    },
    'file/browse': async ({ directory }) => browse(directory ?? (await this.startFolder.get())),
    'file/watch': ({ path, known }) => this.watch.set(path, known ?? null),
    'file/keep': (params) => this.told(() => this.unsaved.keep(params)),
    'file/recover': async () => ({ recovered: await this.unsaved.recover() }),
    'stamp/list': async () => ({ stamps: await this.stamps.list() }),
    'stamp/save': ({ name, text }) =>
      this.stamps.save(name, text).catch((error) => fileFailure('save', this.stamps.directory, error)),
    'stamp/remove': ({ name }) => this.told(() => this.stamps.remove(name)),
    'guide/read': async () => ({ progress: await this.guides.read() }),
    'guide/write': (params) => this.told(() => this.guides.write(params)),
  }

  /** The user has agreed that this file is replaced. That holds for the next thing that is written; null: for nothing. */
  mayReplace(path: string | null): void {
    this.replaceable = path
  }

  /** Reads a file that the user asked for, and remembers that he did. */
  async read(path: string): Promise<Result<{ readonly file: OpenedFile }>> {
    const read = await readLabFile(path)
    if (read.ok) {
      if (read.file.fingerprint !== null) this.watch.expect(path, read.file.fingerprint)
      await this.remember(path)
    }
    return read.ok ? withFolder(path, read.file) : read
  }

  private remember(path: string): Promise<void> {
    this.startFolder.used(path)
    return this.recent.add(path)
  }

  /** The window is gone: nobody wants to know any more. */
  stopWatching(): void {
    this.watch.stop()
  }

  private async told(work: () => Promise<void>): Promise<Result<object>> {
    try {
      await work()
      return { ok: true }
    } catch (error) {
      return fileFailure('save', this.directory, error)
    }
  }
}

/** Of what is there now; null where that cannot be read, or nothing is there. */
async function fingerprintAt(path: string): Promise<Fingerprint | null> {
  const read = await readBytes(path)
  return read.ok ? fingerprintOf(read.bytes) : null
}
