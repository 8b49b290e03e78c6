import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRoot } from '../support/user.js'
import { World } from '../support/world.js'
import { FoundMachine } from './found-machine.js'
import { composeHost, hostFaults, type HostFault } from './host-faults.js'
import { startLooker, type Looker } from './looker.js'

interface Host {
  readonly machine: FoundMachine
  readonly looker: Looker
}

/** Most of the time is spent waiting for answers that do not come: several hosts wait at once, as vitest runs tests. */
const hostsAtOnce = 5

let world: World
let idle: Host[] = []
beforeAll(async () => {
  world = await World.ofSelf()
  idle = await Promise.all(Array.from({ length: hostsAtOnce }, startHost))
})
afterAll(async () => {
  await Promise.all(idle.map(({ looker }) => looker.close()))
  world.killAll()
  world.dispose()
})

async function startHost(): Promise<Host> {
  const machine = await FoundMachine.start(world, composeHost)
  await Promise.all([
    machine.serve('app', 80),
    machine.serve('db', 5432),
    machine.serve('db', 6379, '127.0.0.1'),
    machine.rest(),
  ])
  return { machine, looker: await startLooker(machine.into) }
}

async function onHost(use: (host: Host) => Promise<void>): Promise<void> {
  const host = idle.pop()
  if (!host) throw new Error('more tests at once than hosts')
  try {
    await use(host)
  } finally {
    idle.push(host)
  }
}

async function explain({ looker }: Host, { probe: [from, to, port], rules }: Pick<HostFault, 'probe' | 'rules'>) {
  const asked = port === undefined ? { from, to } : { from, to, port, protocol: 'tcp' as const }
  const answer = await looker.ask('machine/explain', { ...asked, rules: rules ?? false })
  if (!answer.ok) throw new Error(answer.failure.message)
  return answer.trace
}

test.concurrent('on a host that is whole, what should pass does', () =>
  onHost(async (host) => {
    const outcomes: string[] = []
    for (const probe of [
      ['app', '198.51.100.1'],
      ['app', 'db', 5432],
      ['client', '198.51.100.2', 8080],
    ] as const)
      outcomes.push((await explain(host, { probe })).outcome)
    expect(outcomes).toEqual(['reply', 'connected', 'connected'])
  }),
)

test('the table has the twenty-five faults that were wanted', () => {
  expect(new Set(hostFaults.map(({ name }) => name)).size).toBeGreaterThanOrEqual(25)
})

test.concurrent.each(hostFaults.filter(({ needsRoot }) => isRoot || !needsRoot))('$name: $code', (fault) =>
  onHost(async (host) => {
    const { machine } = host
    try {
      await machine.sh(fault.break)
      const { diagnosis } = await explain(host, fault)
      const { code, namespace } = fault
      expect(diagnosis).toMatchObject({ code, namespace, cause: expect.stringMatching(fault.says) })
      expect(diagnosis?.evidence).not.toEqual([])
    } finally {
      await machine.sh(fault.mend)
    }
  }),
)
