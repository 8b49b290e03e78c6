/** Recorded captures (see test/fixtures/frames/record.sh), as stitching takes them. */
import { readFileSync, readdirSync } from 'node:fs'
import type { CapturedFrame, ProbeIdentity, TracedHop } from '../../../electron/core/packet/hop.js'
import { stitch } from '../../../electron/core/packet/stitch.js'
import type { TopologyNamespace } from '../../../electron/core/packet/topology.js'

const folder = new URL('../../fixtures/frames/', import.meta.url)

interface Recorded {
  readonly scenario: string
  readonly probe: { readonly marker?: string } & Omit<ProbeIdentity, 'marker'>
  readonly namespaces: readonly TopologyNamespace[]
  readonly frames: readonly (readonly [string, number, number, number, number, string])[]
}

export interface Recording {
  readonly scenario: string
  readonly probe: ProbeIdentity
  readonly namespaces: readonly TopologyNamespace[]
  readonly frames: readonly CapturedFrame[]
}

export const scenarios = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -'.json'.length))

export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

export function load(scenario: string): Recording {
  const recorded = JSON.parse(readFileSync(new URL(`${scenario}.json`, folder), 'utf8')) as Recorded
  const { marker, ...probe } = recorded.probe
  return {
    scenario,
    probe: { ...probe, marker: marker === undefined ? null : bytesOf(marker) },
    namespaces: recorded.namespaces,
    frames: recorded.frames.map(([namespace, ifindex, pkttype, timeNs, originalLength, hex]) => {
      return { namespace, ifindex, pkttype, timeNs, originalLength, bytes: bytesOf(hex) }
    }),
  }
}

/** Stitches a recording; parts of the probe, or all frames, may be replaced. */
export function trace(
  scenario: string,
  probe: Partial<ProbeIdentity> = {},
  frames?: readonly CapturedFrame[],
): TracedHop[] {
  const recording = load(scenario)
  const { namespaces } = recording
  return stitch({ frames: frames ?? recording.frames, namespaces, probe: { ...recording.probe, ...probe } })
}

/** One line per hop: `request sent ns0:veth0 out`, worked-out hops in brackets. */
export function story(hops: readonly TracedHop[], legs?: readonly string[]): string[] {
  return hops
    .filter(({ leg }) => legs === undefined || legs.includes(leg))
    .map((hop) => {
      const place = hop.interface === null ? hop.namespace : `${hop.namespace}:${hop.interface}`
      const text = `${hop.leg} ${hop.event} ${place}${hop.direction === null ? '' : ` ${hop.direction}`}`
      return hop.observed ? text : `(${text})`
    })
}
