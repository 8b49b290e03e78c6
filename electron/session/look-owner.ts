/** Looks at this machine for a window: from when it asks until it goes, and tells it what has become otherwise. */
import { failure } from '../core/failure.js'
import { merge } from '../core/machine/merge.js'
import { mergeLive, type MachineShown, type Readers } from '../core/machine/shown.js'
import { namespaceId } from '../core/machine/view.js'
import type { Params, Result, Results } from '../core/rpc.js'
import { said } from '../core/words/said.js'
import { whyUnread } from './look-view.js'
import { eachChange, startLookers, whoReads, type Looked, type Looker, type LookersStart } from './look.js'

type Lookers = Extract<LookersStart, { readonly ok: true }>

const closed = failure('not-looking', said`Nobody looks at this machine now; open This machine again.`)

export class LookOwner {
  private starting: Promise<LookersStart> | null = null
  private readers: Readers = new Map()
  private shown: MachineShown | null = null
  private told = ''

  constructor(private readonly tell: (shown: MachineShown) => void) {}

  /** Starts whoever looks, if nobody does. */
  async open(): Promise<Result<{ readonly shown: MachineShown }>> {
    const fresh = this.starting === null
    const starting = (this.starting ??= startLookers())
    const started = await starting
    if (!started.ok) {
      if (this.starting === starting) this.starting = null
      return started
    }
    await this.look(started)
    if (this.starting !== starting || this.shown === null) return { ok: false, failure: closed }
    if (fresh) void this.follow(starting, started)
    return { ok: true, shown: this.shown }
  }

  async explain(params: Params<'machine/explain'>): Promise<Results['machine/explain']> {
    const lookers = await this.running()
    if (!lookers) return { ok: false, failure: closed }
    const from = this.readers.get(params.from)
    const looker = from === undefined ? whoReads(lookers.lookers, [params.from]) : lookers.lookers[from.reader]
    const to = this.readers.get(params.to)
    return (looker ?? lookers.lookers[0]).session.request('machine/explain', {
      ...params,
      from: this.idOf(params.from) ?? params.from,
      ...(to && to.reader === from?.reader && { to: this.idOf(params.to) ?? params.to }),
    })
  }

  async twin({ only }: Params<'machine/twin'>): Promise<Results['machine/twin']> {
    const lookers = await this.running()
    if (!lookers) return { ok: false, failure: closed }
    const ids = only?.map((name) => this.idOf(name) ?? name)
    const { session } = whoReads(lookers.lookers, ids)
    return session.request('machine/twin', ids === undefined ? {} : { only: ids })
  }

  /** Ends whoever looks; resolves when they are gone. */
  async close(): Promise<void> {
    const { starting } = this
    this.starting = null
    this.shown = null
    this.told = ''
    const started = await starting
    if (started?.ok) await started.close()
  }

  /** Names in the picture are of its own making; several namespaces may have the same from elsewhere. */
  private idOf(name: string): string | null {
    const inode = this.shown?.live.namespaces.find((each) => each.name === name)?.inode
    return inode === undefined ? null : namespaceId(inode)
  }

  private async running(): Promise<Lookers | null> {
    const started = await this.starting
    return started?.ok ? started : null
  }

  private async look({ lookers }: Lookers): Promise<void> {
    const all = await Promise.all(
      lookers.map(({ session }: Looker) =>
        session.request('machine/look', { live: true, watch: true }).catch(() => null),
      ),
    )
    // Whoever has ended has nothing to tell; the others have.
    const looked: (Looked | null)[] = all.map((each) => (each?.ok ? each : null))
    const there = looked.flatMap((each) => each ?? [])
    const { namespaces, unread } = merge(there)
    const { live, readers } = mergeLive(looked.map((each) => each?.live ?? null))
    const { reason, command } = whyUnread(unread, there)
    this.readers = readers
    this.shown = { namespaces, live, unread, reason, command }
  }

  private async follow(starting: Promise<LookersStart>, lookers: Lookers): Promise<void> {
    this.told = JSON.stringify(this.shown)
    await eachChange(lookers.lookers, async () => {
      if (this.starting !== starting) return false
      await this.look(lookers)
      if (this.starting !== starting || this.shown === null) return false
      const text = JSON.stringify(this.shown)
      if (text !== this.told) this.tell(this.shown)
      this.told = text
      return true
    })
    // They have ended by themselves: whoever opens it again starts others.
    if (this.starting === starting) this.starting = null
  }
}
