/** What the learner did, step by step: the kernel keeps what was made, and forgets what was only sent or looked at. */
import { SvelteMap } from 'svelte/reactivity'
import type { MissingPart } from '../../electron/core/guide/missing-parts.js'
import { isSameCommand, isSameProbe, probeOf } from '../../electron/core/guide/typed-command.js'
import type { Probe, Typed } from '../../electron/core/guide/typed-command.js'
import { hostNamespace } from '../../electron/core/lab/lab.js'
import type { GuideStep } from '../../electron/core/lab/schema.js'

function unsentPart({ kind, from, target, port }: Probe): MissingPart {
  if (kind === 'dns') return { code: 'lookup', values: { namespace: from, name: target } }
  if (kind === 'ping') return { code: 'ping', values: { namespace: from, address: target } }
  return { code: 'connection', values: { namespace: from, address: target, port: String(port) } }
}

/** The commands of a guide are typed in the host's terminal. */
const inHost = (line: string): Typed => ({ namespace: hostNamespace, line })

export class Acts {
  /** Lines that were sent off in terminals, by the step that was in view. */
  private readonly typed = new SvelteMap<number, readonly Typed[]>()

  constructor(private readonly steps: () => readonly GuideStep[]) {}

  /** By step, the pings, lookups and connections that it asks for. */
  private readonly probes: readonly (readonly Probe[])[] = $derived.by(() =>
    this.steps().map(({ commands }) => (commands ?? []).flatMap((line) => probeOf(inHost(line)) ?? [])),
  )

  /** @returns the commands of the line */
  add(step: number, { namespace, line }: Typed): readonly Typed[] {
    const commands = line.split(/;|&&/).map((each) => ({ namespace, line: each }))
    this.typed.set(step, [...(this.typed.get(step) ?? []), ...commands])
    return commands
  }

  clear(): void {
    this.typed.clear()
  }

  has(step: number, line: string): boolean {
    return (this.typed.get(step) ?? []).some((each) => isSameCommand(each, inHost(line)))
  }

  /** The step asks for a packet to be sent. */
  asked(step: number): boolean {
    return (this.probes[step]?.length ?? 0) > 0
  }

  /** What it asks for and nobody has sent. That it would be answered is no proof: the step asks for the act. */
  unsent(step: number): readonly MissingPart[] {
    const sent = (this.typed.get(step) ?? []).flatMap((each) => probeOf(each) ?? [])
    return (this.probes[step] ?? []).filter((probe) => !sent.some((each) => isSameProbe(each, probe))).map(unsentPart)
  }
}
