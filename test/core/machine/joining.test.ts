import { expect, test } from 'vitest'
import type { Diagnosis } from '../../../electron/core/diagnosis/diagnosis.js'
import { english, say } from '../../../electron/core/diagnosis/words.js'
import { withJoining, type Joining } from '../../../electron/core/machine/joining.js'

const told = (connect: string): Diagnosis => {
  const message = say('kept-docker-apart', { namespace: 'host', table: 'filter', chain: 'X', rule: '-j DROP', connect })
  const rest = { namespace: 'host', interface: null, evidence: [], fix: null, ruledOut: [], ruledOutMessages: [] }
  return { code: 'firewall-drop', message, cause: english(message), ...rest }
}
const docker = 'docker network connect NETWORK CONTAINER'
const back = { engine: 'docker', name: 'shop_back', bridge: 'br-1', gateways: ['172.19.0.1'], members: ['172.19.0.2'] }
const db = { addresses: [{ address: '172.19.0.3/16' }], routes: [{ via: '172.19.0.1' }] } as never
const container = (engine: string, name: string) => ({ kind: 'container', engine, name, detail: null }) as const

const said = (diagnosis: Diagnosis, joining: Joining) => withJoining(diagnosis, joining).message.params['connect']

test('the container that asks, and the network of who is asked, by the names that the engine has for them', () => {
  const joining = { names: [container('docker', 'web')], target: db, networks: [back] }
  expect(withJoining(told(docker), joining).cause).toContain('(docker network connect shop_back web)')
  const hostile = { ...back, name: 'a b' }
  expect(said(told(docker), { ...joining, networks: [hostile] })).toBe("docker network connect 'a b' web")
})

test('what is not known, or another engine’s, is left to be filled in', () => {
  const joining = { names: [container('podman', 'web')], target: undefined, networks: [back] }
  expect(said(told(docker), joining)).toBe(docker)
  expect(said(told(docker), { ...joining, names: [container('docker', 'CONTAINER-$&')] })).toContain(
    "NETWORK 'CONTAINER-$&'",
  )
  expect(withJoining(told(''), joining)).toEqual(told(''))
})

test('containers that have a network in common, and may not talk on it, need another one', () => {
  const joining = { names: [container('docker', 'web')], target: db, networks: [back] }
  const apart = told(docker)
  const each = { ...apart, message: { ...apart.message, key: 'kept-docker-each-other' as const } }
  expect(withJoining(each, joining)).toEqual(each)
})
