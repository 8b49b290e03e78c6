/** More cables in one namespace than the kernel lists namespaces in one datagram, and links that change while they are read. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { thorough } from '../../support/thorough.js'
import { Sandbox, whyNot } from './sandbox.js'
import { namespaceAdd, vethAdd } from './steps.js'

const count = 1000
const names = Array.from({ length: count }, (_, at) => `n${at}`)

/** Reads while links come and go. */
const reads = thorough ? 40 : 10
/** Links made and deleted meanwhile, each an announcement that the list has changed. */
const changes = 4000

describe.skipIf(whyNot('root') !== null)(`${count} cables in one namespace`, () => {
  let sandbox: Sandbox

  beforeAll(async () => {
    sandbox = await Sandbox.start('root')
    await sandbox.run(...names.map(namespaceAdd), ...names.map((name, at) => vethAdd(`host:v${at}`, `${name}:eth0`)))
  })
  afterAll(() => sandbox?.stop())

  const cablesOf = async () => {
    const { namespaces } = await sandbox.request('read', { namespaces: ['host'] })
    return namespaces.find(({ name }) => name === 'host')?.links.filter(({ kind }) => kind === 'veth') ?? []
  }

  test('each has its other end', async () => {
    const cables = await cablesOf()
    expect(cables).toHaveLength(count)
    const wrong = cables.filter(({ name, peer }) => peer?.namespace !== `n${name.slice(1)}`)
    expect(wrong).toEqual([])
  })

  test('none is missing, and none there twice, while links come and go', async () => {
    const batch = `for i in $(seq ${changes}); do echo "link add busy$i type ifb"; echo "link delete busy$i"; done`
    const ended = sandbox.shell(`(${batch}) | ip -force -batch - >/dev/null 2>&1`)
    let going = true
    void ended.then(() => (going = false))
    for (let read = 0; read < reads && going; read += 1) {
      // On a busy machine links may change in every attempt: then it is refused, never a part of it taken for all.
      const cables = await cablesOf().catch((error: Error) => {
        expect(error.message).toContain('did not come whole')
        return null
      })
      if (cables === null) continue
      expect(new Set(cables.map(({ name }) => name)).size).toBe(count)
      expect(cables).toHaveLength(count)
      expect(cables.filter(({ peer }) => peer?.namespace === null)).toEqual([])
    }
    await sandbox.shell('for pid in $(pidof ip); do kill $pid; done')
    await ended
    expect(await cablesOf()).toHaveLength(count)
  })
})
