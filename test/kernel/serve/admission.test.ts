/** Only the user's own page gets in, once by its address, and again by what it was given. */
import { execFile } from 'node:child_process'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { errorCodes } from '../../../electron/core/rpc.js'
import { until } from '../support/until.js'
import { isRoot, unprivilegedUser, type User } from '../support/user.js'
import { testBrowser, type TestBrowser } from './browser.js'
import { connectTo, tokenOf, Window } from './window.js'

let server: TestBrowser
let url: string

beforeEach(async () => {
  server = await testBrowser()
  url = server.browser.newAddress()
})

afterEach(() => server.close())

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port: server.browser.port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** The statuses that another user's program is given for wrong tokens, one after the other. */
function guessAs({ uid, gid }: User, address: string, times: number): Promise<number[]> {
  const program = `
    const { connect } = require('node:net')
    const { port, origin, host } = new URL(process.argv[1])
    const one = () => new Promise((resolve) => {
      const socket = connect(Number(port), '127.0.0.1')
      let text = ''
      socket.on('error', () => {})
      socket.on('data', (data) => {
        const first = text === ''
        text += data.toString('latin1')
        // A text frame of two masked bytes (RFC 6455): no token at all.
        if (first && text.includes(' 101 ')) socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x7b, 0x7d]))
        // It has been answered.
        if (!first) socket.destroy()
      })
      socket.on('close', () => resolve(Number(text.split(' ')[1])))
      socket.write('GET /session HTTP/1.1\\r\\nHost: ' + host + '\\r\\nOrigin: ' + origin +
        '\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\\r\\n\\r\\n')
    })
    void (async () => {
      const statuses = []
      for (let n = 0; n < Number(process.argv[2]); n += 1) statuses.push(await one())
      console.log(JSON.stringify(statuses))
    })()`
  return new Promise((resolve, reject) => {
    execFile(
      'setpriv',
      [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', process.execPath, '-e', program, address, String(times)],
      { cwd: '/', timeout: 60_000 },
      (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout) as number[])),
    )
  })
}

const refusal = (code: number): object => expect.objectContaining({ code })

describe('the address', () => {
  test('opens the window once, and what the window was given opens it again', async () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[A-Za-z0-9_-]{43}$/)
    const first = await Window.open(url)
    expect(first.shell).toMatchObject({ shell: 'browser', running: false, file: null, fileFailure: null })
    const { secret } = first.shell
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(secret).not.toBe(tokenOf(url))
    await expect(Window.open(url)).rejects.toEqual(refusal(errorCodes.notAdmitted))
    await first.close()
    await expect(Window.open(url)).rejects.toEqual(refusal(errorCodes.notAdmitted))
    const again = await Window.open(url, secret ?? '')
    expect(again.shell.secret).toBe(secret)
    await again.close()
  })

  test('a second client without it neither gets in nor pushes the first one out', async () => {
    const first = await Window.open(url)
    for (const token of ['', 'x', tokenOf(url), `${first.shell.secret}x`, 'A'.repeat(43)]) {
      await expect(Window.open(url, token)).rejects.toEqual(refusal(errorCodes.notAdmitted))
    }
    expect(await first.ask('file/recent', {})).toEqual({ files: [] })
    expect(server.turnedAway.length).toBe(5)
    await first.close()
  })

  test('a new one moves the window, and ends what the former was given', async () => {
    const first = await Window.open(url)
    const second = await Window.open(server.browser.newAddress())
    expect(await first.ended).toMatchObject({ code: 1000 })
    await expect(Window.open(url, first.shell.secret ?? '')).rejects.toEqual(refusal(errorCodes.notAdmitted))
    expect(await second.ask('file/recent', {})).toEqual({ files: [] })
    await second.close()
  })

  test('cannot be guessed at speed, and who guesses keeps nobody else out', async () => {
    for (let attempt = 0; attempt < 10; attempt++) {
      await expect(Window.open(url, `guess-${attempt}`)).rejects.toEqual(refusal(errorCodes.notAdmitted))
    }
    // After so many, a wrong one is not even answered.
    const { socket, opened, ended } = connectTo(url)
    expect(await opened).toBeNull()
    let answered = false
    socket.on('message', () => (answered = true))
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'shell/open', params: { token: 'guess' } }))
    expect(await ended).toMatchObject({ code: 1006 })
    expect(answered).toBe(false)
    await (await Window.open(url)).close()
  })

  test.skipIf(!isRoot)('of another user who guesses: they wait, the window comes in', async () => {
    const user = unprivilegedUser()
    onTestFinished(() => user.dispose())
    const statuses = await guessAs(user, url, 14)
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(101))
    expect(statuses.at(-1)).toBe(429)
    await (await Window.open(url)).close()
  })
})

describe('a connection', () => {
  test.each([
    ['of another page', { Origin: 'http://evil.example' }],
    ['of a page on another port', { Origin: 'http://127.0.0.1:1' }],
    ['of a page over TLS', { Origin: 'https://127.0.0.1' }],
    ['of a sandboxed page', { Origin: 'null' }],
    ['by a name that was rebound to this machine', { Host: 'evil.example:80', Origin: 'http://evil.example:80' }],
    ['whose host and page differ', { Host: 'localhost:PORT', Origin: 'http://127.0.0.1:PORT' }],
  ])('%s is refused before it says a word', async (_, headers) => {
    const here = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', String(server.browser.port))]),
    )
    expect(await connectTo(url, here).opened).toMatchObject({ status: 403 })
    // The address is still good: nobody has used it.
    await (await Window.open(url)).close()
  })

  test('from no page at all is refused', async () => {
    const socket = connect(server.browser.port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => (answer += String(chunk)))
    socket.write(
      `GET /session HTTP/1.1\r\nHost: 127.0.0.1:${server.browser.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    )
    await until('it is answered', () => answer.includes('\r\n\r\n'))
    expect(answer).toMatch(/^HTTP\/1\.1 403 /)
    socket.destroy()
  })

  test('by the name localhost works as well', async () => {
    const window = await Window.open(url.replace('127.0.0.1', 'localhost'))
    await window.close()
  })

  test('elsewhere than where the page asks is refused', async () => {
    expect(await connectTo(url, {}, '/other').opened).toMatchObject({ status: 404 })
  })

  test('that says nothing is ended after five seconds', async () => {
    const { opened, ended } = connectTo(url)
    expect(await opened).toBeNull()
    const started = performance.now()
    expect(await ended).toMatchObject({ code: 1006 })
    expect(performance.now() - started).toBeGreaterThan(4000)
  })

  test('that sends a megabyte before it says who it is is cut off at once', async () => {
    const { socket, opened, ended } = connectTo(url)
    expect(await opened).toBeNull()
    socket.send('x'.repeat(1024 * 1024))
    expect(await ended).toMatchObject({ code: expect.any(Number) as number })
    await (await Window.open(url)).close()
  })

  test.each([
    ['no JSON', 'hello'],
    ['another request', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'file/recent', params: {} })],
    ['a notification', JSON.stringify({ jsonrpc: '2.0', method: 'shell/open', params: { token: 'x' } })],
    [
      'more than the contract has',
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'shell/open', params: { token: 'x', more: 1 } }),
    ],
  ])('that begins with %s is ended', async (_, text) => {
    const { socket, opened, ended } = connectTo(url)
    expect(await opened).toBeNull()
    socket.send(text)
    expect(await ended).toMatchObject({ code: 1008 })
  })

  test('that says nothing keeps the window out in no number', async () => {
    for (let round = 0; round < 4; round += 1) {
      const silent = Array.from({ length: 8 }, () => connectTo(url))
      expect(await Promise.all(silent.map(({ opened }) => opened))).toEqual(Array(8).fill(null))
    }
    const bare = Array.from({ length: 100 }, () => connect(server.browser.port, '127.0.0.1').on('error', () => {}))
    await (await Window.open(url)).close()
    for (const socket of bare) socket.destroy()
    expect(server.turnedAway.filter((reason) => reason.includes('said nothing')).length).toBeGreaterThan(20)
  })

  test('of the window outlives the silent ones', async () => {
    const window = await Window.open(url)
    let closed = 0
    const bare = Array.from({ length: 100 }, () =>
      connect(server.browser.port, '127.0.0.1')
        .on('error', () => {})
        .on('close', () => (closed += 1))
        .resume(),
    )
    // There is room for 64; the others have pushed the first ones out.
    await until('the oldest are gone', () => closed >= 36)
    expect(await window.ask('file/recent', {})).toEqual({ files: [] })
    for (const socket of bare) socket.destroy()
    await window.close()
  })
})

describe('a page', () => {
  test('comes with headers that keep scripts and pages of others out', async () => {
    const { status, headers, body } = await ask('/')
    expect(status).toBe(200)
    expect(body).toContain('<title>Vethlab</title>')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${server.browser.port}`)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect((await ask('/assets/a.js')).headers['content-type']).toMatch(/javascript/)
  })

  test.each([
    '/nothing',
    '/../package.json',
    '/%2e%2e/state',
    '/assets/../../state',
    '/.hidden',
    '/index.html/x',
    '//etc/passwd',
  ])('that is not there is not found: %s', async (path) => {
    const { status, body } = await ask(path)
    expect(status).toBe(404)
    expect(body).toBe('There is no such page.\n')
  })

  test('is not given to another host name, and takes no other method', async () => {
    expect((await ask('/', { Host: 'evil.example' })).status).toBe(421)
    expect((await ask('/', {}, 'POST')).status).toBe(405)
    expect((await ask('/', {}, 'HEAD')).status).toBe(200)
  })

  test('that vanished since the start leaves the server running', async () => {
    const { rmSync } = await import('node:fs')
    rmSync(`${server.directory}/renderer/assets/a.js`)
    await ask('/assets/a.js').catch(() => null)
    expect((await ask('/')).status).toBe(200)
  })
})

test('a request head that never ends is cut off', async () => {
  const socket = connect(server.browser.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ')
  socket.resume()
  await new Promise((resolve) => socket.on('close', resolve))
})
