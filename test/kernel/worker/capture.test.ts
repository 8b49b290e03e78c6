/** The worker's packet sockets: where they are, what they keep, and that nothing of them stays. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../support/until.js'
import { Sandbox, whyNot, type User } from './sandbox.js'
import { address, bridgeAdd, master, namespaceAdd, up, vethAdd } from './steps.js'

/** As the driver prints it. */
interface Printed {
  readonly namespace: string
  readonly ifindex: number
  readonly pkttype: number
  readonly timeNs: string
  readonly bytes: string
}
interface Taken {
  readonly frames: readonly Printed[]
  readonly dropped: number
  readonly beyond: number
  readonly untilNs: string
}

describe.each(['root', 'a user'] satisfies User[])('captures as %s', (user) => {
  const reason = whyNot(user)
  if (reason) {
    test.skip(`cannot run here: ${reason}`)
    return
  }
  let sandbox: Sandbox
  beforeEach(async () => {
    sandbox = await Sandbox.start(user)
    await sandbox.run(bridgeAdd('host', 'br0'), ...up('host', 'br0'))
    for (const [n, name] of ['a', 'b'].entries())
      await sandbox.run(
        namespaceAdd(name),
        vethAdd(`host:p${n}`, `${name}:eth0`),
        master('host', `p${n}`, 'br0'),
        ...up('host', `p${n}`),
        ...up(name, 'eth0'),
        address(name, 'eth0', `10.0.0.${n + 1}/24`),
      )
    // Neighbours are known before anything is captured.
    await sandbox.output('a', 'ping -q -c 1 -W 5 10.0.0.2')
  })
  afterEach(() => sandbox.stop())

  const start = async (maxFrames: number): Promise<number> =>
    (await sandbox.request('capture-start', { maxFrames })).capture
  const take = async (capture: number): Promise<Taken> =>
    (await sandbox.request('capture-take', { capture })) as unknown as Taken
  const stop = async (capture: number): Promise<Taken> =>
    (await sandbox.request('capture-stop', { capture })) as unknown as Taken
  const ping = (count: number, more = ''): Promise<string> =>
    sandbox.output('a', `ping -q -f -c ${count} -W 5 ${more} 10.0.0.2`)
  /** Without what interfaces say of themselves when they come up: IPv6, and IGMP (protocol 2), by which a bridge joins a group. */
  const ipv4 = (frames: readonly Printed[]): Printed[] =>
    frames.filter(({ bytes }) => bytes.slice(24, 28) === '0800' && bytes.slice(46, 48) !== '02')
  /** ICMP sequence numbers at one place: behind 14 bytes of Ethernet, 20 of IP and 6 of ICMP. */
  const sequences = (frames: readonly Printed[], namespace: string, pkttype: number): number[] =>
    ipv4(frames)
      .filter(
        (frame) => frame.namespace === namespace && frame.pkttype === pkttype && frame.bytes.slice(46, 48) === '01',
      )
      .map(({ bytes }) => Number.parseInt(bytes.slice(80, 84), 16))

  test('every frame at every interface; then every socket is closed', async () => {
    const files = await sandbox.steadyFiles()
    const capture = await start(5000)
    // The host, a and b.
    await sandbox.untilOpen(files + 3)
    await ping(20)
    const first = await take(capture)
    // Echo and answer: out and in at both ends of two cables.
    expect([ipv4(first.frames).length, first.dropped, first.beyond]).toEqual([20 * 2 * 4, 0, 0])
    // What an interface says of itself may come while frames are taken, and is later than the moment up to which all were.
    for (const { timeNs } of ipv4(first.frames)) expect(BigInt(timeNs) <= BigInt(first.untilNs)).toBe(true)
    expect(ipv4((await take(capture)).frames)).toEqual([])
    await ping(5)
    expect(ipv4((await stop(capture)).frames)).toHaveLength(5 * 2 * 4)
    await sandbox.untilOpen(files)
    await expect(sandbox.request('capture-take', { capture })).rejects.toThrow(`There is no capture ${capture}`)
    await expect(stop(capture)).rejects.toThrow(`There is no capture ${capture}`)
  })

  test('what is kept is bounded, and what is beyond is counted', async () => {
    const capture = await start(50)
    await ping(100)
    const { frames, dropped, beyond } = await stop(capture)
    expect(frames).toHaveLength(50)
    expect(50 + dropped + beyond).toBeGreaterThanOrEqual(100 * 2 * 4)
  })

  test('a namespace that comes is captured in, and one that goes is let go', async () => {
    const files = await sandbox.steadyFiles()
    const capture = await start(5000)
    await sandbox.run(namespaceAdd('late'), vethAdd('host:p2', 'late:eth0'), ...up('late', 'eth0'))
    await sandbox.run(address('late', 'eth0', '10.0.0.3/24'), master('host', 'p2', 'br0'), ...up('host', 'p2'))
    await sandbox.output('late', 'ping -q -c 1 -W 5 10.0.0.2')
    const { frames } = await take(capture)
    expect(sequences(frames, 'late', 4)).toEqual([1])
    await sandbox.request('drop', { namespaces: ['late'] })
    await sandbox.until('its end is told', () => sandbox.namespace('late') === undefined)
    await sandbox.until('the cable is gone with it', () =>
      (sandbox.namespace('host')?.links ?? []).every(({ name }) => name !== 'p2'),
    )
    await stop(capture)
    await until('the sockets are closed', async () => (await sandbox.openFiles()) <= files + 1)
  })

  test('one of so many is kept, and it is the same one everywhere, with its answer', async () => {
    const capture = await start(50_000)
    const oneOf = 4
    await sandbox.request('capture-sample', { capture, oneOf, vxlanPorts: [4789] })
    await ping(400)
    const { frames } = await take(capture)
    // The filter's own arithmetic: a number is spread over 32 bits, and the upper half of it decides.
    const kept = Array.from({ length: 400 }, (_, n) => n + 1).filter(
      (sequence) => Math.imul(sequence, 0x9e3779b1) >>> 16 < 0x10000 / oneOf,
    )
    expect(kept.length).toBeGreaterThan(60)
    for (const [namespace, pkttype] of [
      ['a', 4],
      ['b', 0],
      ['b', 4],
      ['a', 0],
    ] as const)
      expect(sequences(frames, namespace, pkttype)).toEqual(kept)
    // Fragments stay together, whichever of them are kept.
    await ping(40, '-s 4000')
    const pieces = (await take(capture)).frames.filter(({ namespace, pkttype }) => namespace === 'b' && pkttype === 0)
    const counts = new Map<string, number>()
    for (const { bytes } of ipv4(pieces)) {
      const id = bytes.slice(36, 40)
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    for (const count of counts.values()) expect(count % 3).toBe(0)
    await sandbox.request('capture-sample', { capture, oneOf: 1, vxlanPorts: [] })
    await ping(10)
    expect(sequences((await stop(capture)).frames, 'b', 0)).toHaveLength(10)
  })
})
