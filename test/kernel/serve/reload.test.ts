/** A window that is loaded again finds everything as it was: sandbox, lab, terminals and what they showed. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { errorCodes } from '../../../electron/core/rpc.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { applyChanges } from '../../../electron/core/live/apply.js'
import { pair } from '../cli/labs.js'
import { until } from '../support/until.js'
import { Screen } from '../terminal/screen.js'
import { testBrowser, type TestBrowser } from './browser.js'
import { Window } from './window.js'

let server: TestBrowser
let window: Window

beforeEach(async () => {
  server = await testBrowser()
  window = await Window.open(server.browser.newAddress())
})

afterEach(() => server.close())

async function start(): Promise<void> {
  expect(await window.ask('helper/start', {})).toMatchObject({ ok: true, capabilities: { mode: 'sandbox' } })
}

async function applyPair(): Promise<void> {
  const { labFile } = parseLabText(pair(), 'pair')
  if (labFile === null) throw new Error('no lab')
  expect(await window.request('lab/apply', { lab: labFile, former: 'everything' })).toMatchObject({ ok: true })
}

async function reload(): Promise<Window> {
  const { secret } = window.shell
  await window.close()
  window = await Window.open(`http://127.0.0.1:${server.browser.port}/`, secret ?? '')
  return window
}

test('the lab, its terminals and their scrollback are there after a reload', async () => {
  await start()
  await window.request('session/open', { protocol: 1 })
  await applyPair()
  const screen = await Screen.open(window, 'ns0', 90, 30)
  await screen.run('echo before the reload; cd /tmp')
  const again = await reload()
  expect(again.shell.running).toBe(true)
  // Starting again is no second sandbox.
  expect(await again.ask('helper/start', {})).toMatchObject({ ok: true })
  const opened = await again.request('session/open', { protocol: 1 })
  expect(opened.lab?.name).toBe('pair')
  expect(opened.live.namespaces.map(({ name }) => name)).toEqual(['host', 'ns0', 'ns1'])
  expect(opened.terminals).toEqual([{ id: screen.id, namespace: 'ns0', columns: 90, rows: 30, ended: null }])
  let shown = ''
  let attached = false
  again.on('terminal/data', ({ data }) => void (attached && (shown += data)))
  const { scrollback } = (await again.request('terminal/attach', { terminal: screen.id }).then((answer) => {
    attached = true
    return answer
  })) as { scrollback: string }
  expect(scrollback).toContain('before the reload')
  await again.request('terminal/input', { terminal: screen.id, data: 'pwd; ip -br link show veth0\r' })
  await until('the same shell answers', () => shown.includes('/tmp\r\n') && shown.includes('veth0@'))
})

test('a terminal that prints all the time goes on behind a reload, without a gap', async () => {
  await start()
  await window.request('session/open', { protocol: 1 })
  const screen = await Screen.open(window)
  await screen.type('i=0; while sleep 0.005; do echo n=$((i++))=; done\r')
  await screen.shows('n=40=')
  const again = await reload()
  await again.request('session/open', { protocol: 1 })
  // As a page does: what comes before the answer is in the answer.
  let text: string | null = null
  again.on('terminal/data', ({ data, terminal }) => {
    if (text === null) return
    text += data
    // It prints on while the window is closed.
    again.request('terminal/acknowledge', { terminal, characters: data.length }).catch(() => {})
  })
  const answer = await again.request('terminal/attach', { terminal: screen.id }).then((attached) => {
    if (attached.ok) text = attached.scrollback
    return attached
  })
  expect(answer.ok).toBe(true)
  const latest = (): number => Number([...(text ?? '').matchAll(/n=(\d+)=/g)].at(-1)?.[1] ?? 0)
  const from = latest()
  await until('it has gone on', () => latest() > from + 60)
  const numbers = [...(text ?? '').matchAll(/n=(\d+)=\r\n/g)].map(([, number]) => Number(number))
  expect(numbers).toEqual(numbers.map((_, index) => index))
})

test('changes made in a terminal reach the window as they do in the kernel', async () => {
  await start()
  const { live } = await window.request('session/open', { protocol: 1 })
  let state = live
  window.on('live/changed', ({ revision, changes }) => (state = applyChanges(state, revision, changes)))
  const screen = await Screen.open(window)
  await screen.run('ip netns add made && ip -n made link set lo up && ip link add br9 type bridge')
  await until('the window knows', () => {
    const made = state.namespaces.find(({ name }) => name === 'made')
    const bridge = state.namespaces[0]?.links.some(({ name }) => name === 'br9')
    return made?.links[0]?.up === true && bridge === true
  })
})

test('without a sandbox, requests for it say so; unknown ones are told apart', async () => {
  await expect(window.request('live/refresh', {})).rejects.toMatchObject({ code: errorCodes.notOpen })
  await start()
  await expect(window.request('no/such' as 'live/refresh', {})).rejects.toMatchObject({
    code: errorCodes.unknownMethod,
  })
  await window.request('session/open', { protocol: 1 })
  await expect(window.request('terminal/open', { namespace: '../x', columns: 80, rows: 24 })).rejects.toMatchObject({
    code: errorCodes.invalidParams,
  })
  await expect(window.ask('file/read', { path: '' })).rejects.toMatchObject({ code: errorCodes.invalidParams })
})

test('stopping ends the sandbox, and another one can be started', async () => {
  await start()
  await window.request('session/open', { protocol: 1 })
  await applyPair()
  expect(await window.ask('helper/stop', {})).toEqual({ ok: true })
  await expect(window.request('live/refresh', {})).rejects.toMatchObject({ code: errorCodes.notOpen })
  await start()
  const { live, lab } = await window.request('session/open', { protocol: 1 })
  expect(lab).toBeNull()
  expect(live.namespaces.map(({ name }) => name)).toEqual(['host'])
})

test('a sandbox that dies is told of, in words, and can be started anew', async () => {
  await start()
  await window.request('session/open', { protocol: 1 })
  const screen = await Screen.open(window)
  const told = new Promise<string>((resolve) => void window.on('helper/ended', ({ message }) => resolve(message)))
  // The helper is the parent of the shell; root of the sandbox may kill it.
  const typed = screen.type('kill -9 $PPID\r').catch((error: unknown) => error)
  expect(await told).toContain('Deploy again')
  // Answered in time, or told the same.
  expect([{ ok: true }, expect.objectContaining({ code: errorCodes.notOpen })]).toContainEqual(await typed)
  await start()
  await window.request('session/open', { protocol: 1 })
})

test('starting twice at once makes one sandbox', async () => {
  const children = (): number =>
    readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean).length
  const before = children()
  const answers = await Promise.all([window.ask('helper/start', {}), window.ask('helper/start', {})])
  expect(answers.map(({ ok }) => ok)).toEqual([true, true])
  expect(children()).toBe(before + 1)
})

test('the doctor reports on this machine', async () => {
  const report = await window.ask('doctor/run', {})
  expect(report.ok).toBe(true)
  const found = (name: string): unknown => report.findings.find((finding) => finding.name === name)
  expect(found('sandbox')).toMatchObject({ ok: true, hint: null })
  expect(found('ip')).toMatchObject({
    ok: true,
    found: { params: { '0': expect.stringContaining('iproute2') as string } },
  })
  for (const finding of report.findings) expect(finding.ok || finding.hint !== null).toBe(true)
})
