import { describe, expect, test } from 'vitest'
import { missingParts } from '../../../electron/core/guide/missing-parts.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import {
  descendantsOfTest,
  dump,
  inside,
  loadStarter,
  loadText,
  openSession,
  skipLacking,
  starterLabs,
} from './sandbox.js'
import { patiently, until } from '../support/until.js'
import { expectSameNetwork } from './same-network.js'

describe.each(starterLabs)('%s', (name) => {
  test('is built, holds what it claims, reads back as itself, and leaves nothing', async (context) => {
    const session = await openSession()
    const { file, lab } = loadStarter(name)
    skipLacking(context, session, file)
    const empty = await dump(session)

    const applied = await session.request('lab/apply', { lab: file, former: 'everything' })
    expect(applied).toMatchObject({ ok: true })
    expect(diff(lab, session.live, { former: 'everything' }).map(({ text }) => text)).toEqual([])

    const checked = await session.request('lab/check', {})
    expect(checked.ok && checked.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(checked.ok && checked.checks.length).toBe(lab.checks.length)

    // A guide that asked for all of it would be done.
    const { namespaces = {}, links = [] } = file
    await until('every part is found', () => missingParts({ namespaces, links }, session.live).length === 0)

    const { lab: labFile, unexpressed } = labFromLive(session.live, 'read-back')
    expect(unexpressed).toEqual([])
    const again = loadText(createLabText(labFile))
    expect(diff(again.lab, session.live, { former: 'everything' }).map(({ text }) => text)).toEqual([])

    const cleared = await session.request('lab/clear', {})
    expect(cleared).toMatchObject({ ok: true })
    await until('the host is as it was at first', async () => {
      const now = (await dump(session))['host'] as { links: unknown }
      return JSON.stringify(now.links) === JSON.stringify((empty['host'] as { links: unknown }).links)
    })
    // Settings that a lab turned are turned back; the first reading of IPv6 and forwarding must come again.
    expect((await dump(session))['host']).toEqual(empty['host'])
    expect((await inside(session, 'host', 'ls', '/run/netns')).trim()).toBe('')

    expect(descendantsOfTest()).not.toEqual([])
    await session.close()
    expect(descendantsOfTest()).toEqual([])
  })
})

/** A lab to repair is its rung but for an entry or two. */
const wholeLabs = starterLabs.filter((name) => loadStarter(name).file.goal === undefined)

/** By hand the machine's own script for leases gives addresses, and the bridge makes itself one of a MAC by chance. */
const bringsOwn = (name: string): boolean => name.startsWith('17-')

describe.each(wholeLabs.filter((name) => !bringsOwn(name)))('%s', (name) => {
  test('is the same network when its script is run by hand', async (context) => {
    const { file, lab } = loadStarter(name)
    const { planScript } = await import('../../../electron/core/plan/script.js')
    const { emptyLive } = await import('../../../electron/core/plan/empty.js')
    const built = await openSession()
    skipLacking(context, built, file)
    expect(await built.request('lab/apply', { lab: file, former: 'everything' })).toMatchObject({ ok: true })
    const scripted = await openSession()
    const script = planScript(lab, diff(lab, emptyLive(), { former: null }))
    await inside(scripted, 'host', 'bash', '--norc', '-c', script)
    await expectSameNetwork(scripted, built)
    // The watch has seen all of it, made by strangers, and plans nothing but the services that only it can keep.
    const left = () =>
      diff(lab, scripted.live, { former: 'everything' })
        .filter(({ step }) => step.op !== 'service-start' && step.op !== 'dnsmasq-start')
        .map(({ text }) => text)
    await patiently(() => left().length === 0)
    expect(left()).toEqual([])
  })
})
