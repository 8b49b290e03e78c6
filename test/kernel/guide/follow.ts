/**
 * Follows a guide in a sandbox as a learner would, and fails where a command or a step does not do what it claims. Without
 * a test runner: the emulated machine follows guides, too.
 */
import type { Lab } from '../../../electron/core/lab/lab.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { isQuieting } from '../../../electron/core/plan/sysctls.js'
import { hasParts, missingParts, type MissingPart } from '../../../electron/core/guide/missing-parts.js'
import type { CheckEntry, GuideStep, LabFile } from '../../../electron/core/lab/schema.js'
import type { CheckResult } from '../../../electron/core/rpc.js'
import type { Session } from '../../../electron/session/session.js'
import { patiently, until } from '../support/until.js'
import { sayings } from './sayings.js'

export interface Ran {
  readonly ok: boolean
  /** What the terminal shows: both streams. */
  readonly shown: string
}

/** One command of the host's terminal. */
export type Type = (command: string) => Promise<Ran>

/** For a shell: what it shows ends with the status of the command. */
export const withStatus = (command: string): string => `exec 2>&1\n${command}\nprintf '\\n%s' "$?"`

export function ranOf(shown: string): Ran {
  const at = shown.lastIndexOf('\n')
  return { ok: shown.slice(at + 1) === '0', shown: shown.slice(0, at) }
}

/**
 * Checks of a step, or goals, on the network as it is: those that failed.
 * @param explain whether they say why; looking for that tries fixes, and one of them is to listen on a port that is closed
 */
export async function failedChecks(
  session: Session,
  { vethlab, name, namespaces, links, tunnels }: LabFile,
  checks: readonly CheckEntry[],
  explain = true,
): Promise<readonly CheckResult[]> {
  const network = { ...(namespaces && { namespaces }), ...(links && { links }), ...(tunnels && { tunnels }) }
  const lab = { vethlab, name, ...network, checks: [...checks] }
  const answer = await session.request('lab/check', { lab, explain })
  if (!answer.ok) throw new Error(answer.failure.message)
  if (answer.checks.length !== checks.length) throw new Error(`${answer.checks.length} of ${checks.length} checks ran`)
  return answer.checks.filter(({ ok }) => !ok)
}

/** Whether a step waits for something that the network must have; others only ask, or look. */
const builds = ({ done }: GuideStep): boolean => done?.namespaces !== undefined || done?.links !== undefined

/** `instead` replaces commands, by their text. */
export async function follow(
  session: Session,
  type: Type,
  file: LabFile,
  instead: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const [index, step] of (file.guide ?? []).entries()) {
    const where = `step ${index + 1} of ${file.name}`
    const { done } = step
    if (done && builds(step) && hasParts(done, session.live)) throw new Error(`${where} is done before it began`)
    for (const [number, written] of (step.commands ?? []).entries()) {
      const command = instead[written] ?? written
      // A port forwards when the kernel has seen its carrier, which it looks at once a second (linkwatch), and an address of IPv6
      // is used when nobody has claimed it for a second (RFC 4862, 5.4): people type slower.
      const background = (step.commands ?? []).slice(0, number).some((each) => each.endsWith('&'))
      // A program in the background listens when it has started, and cannot where a fix that is being tried does.
      if (background && command.includes('/dev/tcp/'))
        await patiently(async () => (await failedChecks(session, file, done?.checks ?? [], false)).length === 0)
      if (/\bping\b/.test(command)) {
        // What the command before has done may not have been told yet.
        await session.request('live/refresh', {})
        await until(
          'all ports to forward, and all addresses to be used',
          () => portsForward(session) && isSettled(session),
        )
      }
      asClaimed(file.name, `${index + 1}.${number + 1}`, command, await type(command))
    }
    if (!done) continue
    // Nobody can tell a client that was typed from an address by hand: Debian's script gives it without an end.
    const isTyped = ({ values }: MissingPart): boolean => values['key']?.endsWith(' dhcp4') === true
    await until(`${where} is recognised as done`, () => missingParts(done, session.live).every(isTyped))
    const failed = await failedChecks(session, file, done.checks ?? [])
    if (failed.length > 0) throw new Error(`${where}: ${failed.map(told).join('; ')}`)
  }
}

function asClaimed(lab: string, number: string, command: string, { ok, shown }: Ran): void {
  const saying = sayings[lab]?.[number]
  const claimed = saying ? `${saying.fails ? 'fails' : 'succeeds'} and says "${saying.words}"` : 'succeeds'
  if (ok === (saying?.fails ?? false) || !shown.includes(saying?.words ?? ''))
    throw new Error(`${lab} ${number}: ${command} ${claimed}; it ${ok ? 'succeeded' : 'failed'}:\n${shown}`)
}

export const told = ({ name, expected, actual, detail, diagnosis }: CheckResult): string =>
  `${name}: ${expected} wanted, ${actual} came (${detail ?? '-'}; ${diagnosis?.cause ?? 'no cause'})`

const portsForward = ({ live }: Session): boolean =>
  live.namespaces.every(({ links }) =>
    links.every(({ up, carrier, port }) => port === null || !up || !carrier || port.state === 'forwarding'),
  )

const isSettled = ({ live }: Session): boolean =>
  live.namespaces.every(({ addresses }) => addresses.every(({ flags }) => !flags.includes('tentative')))

const ownPrograms: ReadonlySet<string> = new Set(['dnsmasq-start', 'dhcp-start', 'service-start'])

/** Commands between what was typed and the lab: those that are missing, and those that would take away what is too much. */
export async function betweenHereAnd(
  lab: Lab,
  session: Session,
): Promise<{ readonly missing: readonly string[]; readonly beyond: readonly string[] }> {
  const plan = () => diff(lab, session.live, { former: null })
  // Vethlab keeps its wires quiet, and br_netfilter off its bridges; nobody who builds by hand types that. Of servers and
  // clients it knows its own alone.
  const missing = () =>
    plan()
      .filter((planned) => !isQuieting(lab, planned) && !ownPrograms.has(planned.step.op))
      .map(({ text }) => text)
  await patiently(() => missing().length === 0)
  const left = plan().map(({ text }) => text)
  const strict = diff(lab, session.live, { former: 'everything' }).map(({ text }) => text)
  return { missing: missing(), beyond: strict.filter((text) => !left.includes(text)) }
}
