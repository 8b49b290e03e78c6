/** What a window asks and hears of the uplink: the shell that desktop and browser share, for somebody who is not root. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { applyChanges } from '../../../electron/core/live/apply.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { Said } from '../../../electron/core/words/said.js'
import { until } from '../support/until.js'
import { World } from '../support/world.js'
import { root } from '../support/build.js'
import { cutOff, missingHere } from './cut-off.js'
import { buildDriver, DrivenShell } from './shell.js'

const reason = missingHere()

describe.skipIf(reason !== null)(
  `a window and its uplink${reason === null ? '' : ` (cannot run here: ${reason})`}`,
  () => {
    let world: World
    let driver: string
    let shell: DrivenShell
    let live: LiveState
    beforeAll(async () => {
      world = await World.ofUser()
      driver = await buildDriver(world)
    })
    beforeEach(async () => {
      shell = new DrivenShell(
        world.start([process.execPath, driver, join(world.home, 'state')], { before: cutOff, limitMs: 60_000 }),
      )
      shell.on('live/changed', ({ revision, changes }) => {
        if (revision > live.revision) live = applyChanges(live, revision, changes)
      })
      expect((await shell.ask('shell/open', {})).uplink).toBeNull()
      expect(await shell.ask('helper/start', {})).toMatchObject({ ok: true })
      live = (await shell.request('session/open', { protocol: 1 })).live
    })
    afterEach(async () => {
      await shell.close().catch(() => {})
      await world.untilNothingIsLeft()
    })
    afterAll(() => world.dispose())

    const links = (): readonly string[] =>
      live.namespaces.find(({ name }) => name === 'host')?.links.map(({ name, kind }) => `${name} ${kind}`) ?? []
    const slirps = (): number[] =>
      world.processes().flatMap(({ pid, command }) => (command.includes('slirp4netns --configure') ? [pid] : []))
    const plug = async (): Promise<void> => {
      expect(await shell.ask('uplink/plug', {})).toMatchObject({ ok: true, uplink: { interface: 'eth0' } })
      await until('eth0 is told of', () => links().includes('eth0 tun'))
    }

    test('is plugged in and out by a request each; eth0 comes and goes in the live state', async () => {
      await plug()
      expect(await shell.ask('uplink/plug', {})).toMatchObject({ ok: true })
      expect(slirps()).toHaveLength(1)
      expect((await shell.ask('shell/open', {})).uplink).toMatchObject({ address: '10.0.2.100/24' })
      expect(await shell.ask('uplink/unplug', {})).toEqual({ ok: true })
      expect(slirps()).toEqual([])
      await until('eth0 is gone', () => !links().includes('eth0 tun'))
      expect(await shell.ask('uplink/unplug', {})).toEqual({ ok: true })
      expect(shell.uplinks.map(({ uplink, ended }) => [uplink?.interface ?? null, ended])).toEqual([
        ['eth0', null],
        [null, null],
      ])
    })

    test('is kept apart from the lab: deploying and stopping leave it, and a lab that asks for it plans nothing for it', async () => {
      await plug()
      const text = readFileSync(join(root, 'test/fixtures/labs/uplink.vethlab.yaml'), 'utf8')
      const { labFile } = parseLabText(text, 'uplinked')
      if (labFile === null) throw new Error('no lab')
      expect(await shell.request('lab/apply', { lab: labFile, former: 'everything' })).toMatchObject({ ok: true })
      const checked = await shell.request('lab/check', {})
      expect(checked.ok && checked.checks.map(({ ok }) => ok)).toEqual([true, true])
      expect(await shell.request('lab/clear', {})).toMatchObject({ ok: true })
      expect(links()).toEqual(['lo loopback', 'eth0 tun'])
      expect(live.namespaces[0]?.addresses.some(({ address }) => address === '10.0.2.100/24')).toBe(true)
    })

    test('kill -9 of slirp4netns is told with a sentence, and it can be plugged in again', async () => {
      await plug()
      process.kill(slirps()[0] as number, 'SIGKILL')
      await until('it is told', () => shell.uplinks.length === 2)
      expect(shell.uplinks[1]).toEqual({
        uplink: null,
        ended: {
          code: 'uplink-ended',
          message:
            'The uplink ended by itself: slirp4netns is gone, and eth0 with it. The lab goes on without it; plug it in again.',
          said: expect.any(Object) as Said,
          where: 'uplink',
          output: null,
        },
      })
      await until('eth0 is gone', () => !links().includes('eth0 tun'))
      await plug()
    })

    test('goes with its sandbox, in order or not', async () => {
      await plug()
      expect(await shell.ask('helper/stop', {})).toEqual({ ok: true })
      expect(slirps()).toEqual([])
      expect(await shell.ask('uplink/plug', {})).toMatchObject({ ok: false, failure: { code: 'no-sandbox' } })

      expect(await shell.ask('helper/start', {})).toMatchObject({ ok: true })
      live = (await shell.request('session/open', { protocol: 1 })).live
      await plug()
      const ended = new Promise((resolve) => shell.on('helper/ended', resolve))
      const helper = world
        .processes()
        .find(({ command }) => /node \S+helper\.js/.test(command) && !/sandbox-init/.test(command))
      process.kill(helper?.pid as number, 'SIGKILL')
      await ended
      await until('slirp4netns is gone', () => slirps().length === 0)
      await until('it is told', () => shell.uplinks.at(-1)?.uplink === null)
      // The death of the sandbox has its own message.
      expect(shell.uplinks.at(-1)?.ended).toBeNull()
    })

    test('kill -9 of the shell leaves nothing', async () => {
      await plug()
      process.kill(shell.running.pid, 'SIGKILL')
      await world.untilNothingIsLeft()
    })

    test('an eth0 that is there already is named, not replaced', async () => {
      const { labFile } = parseLabText(readFileSync(join(root, 'resources/labs/08-nat.vethlab.yaml'), 'utf8'), 'nat')
      if (labFile === null) throw new Error('no lab')
      expect(await shell.request('lab/apply', { lab: labFile, former: 'everything' })).toMatchObject({ ok: true })
      expect(await shell.ask('uplink/plug', {})).toMatchObject({
        ok: false,
        failure: { code: 'uplink-name-taken', where: 'uplink' },
      })
      expect(slirps()).toEqual([])
      expect(links()).toContain('eth0 veth')
    })
  },
)
