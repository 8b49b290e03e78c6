/** What the table, the packet pane, the route lookup and the comparison say. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LiveRoute } from '../../../electron/core/live/state.js'
import { en } from '../../../renderer/i18n/en.js'
import { zhCN } from '../../../renderer/i18n/zh-CN.js'
import { format, type Message } from '../../../renderer/i18n/catalogue.js'
import { buildAxis } from '../../../renderer/trace/axis.js'
import { compareTraces } from '../../../renderer/trace/compare.js'
import { buildFilm, type Film } from '../../../renderer/trace/film.js'
import { lookupOf } from '../../../renderer/trace/lookup-subject.js'
import { changesOf } from '../../../renderer/trace/packet-changes.js'
import { hexRows, viewPacket } from '../../../renderer/trace/packet-view.js'
import { asksBefore } from '../../../renderer/trace/question.js'
import { fragmentOf, packetIdOf, titleOf } from '../../../renderer/trace/packets.js'
import { spanText } from '../../../renderer/trace/duration.js'
import { rewriteAt } from '../../../renderer/trace/rewrite.js'
import { lookUp } from '../../../renderer/trace/route-lookup.js'
import { sayHop, timeText } from '../../../renderer/trace/say.js'
import { suggestTargets } from '../../../renderer/trace/targets.js'
import { whyAt } from '../../../renderer/trace/why.js'
import { labN } from '../canvas/fixtures/labs.js'
import { scenarios } from '../packet/fixtures.js'
import { canvasOf, filmOf, find, recorded } from './fixtures.js'

const trace = recorded('nat-again')
const film = buildFilm(trace.hops)
const { live } = canvasOf(labN)
const words = (of: Film, n: number): string => {
  const hop = of.byNumber.get(n)?.hop
  if (!hop) throw new Error(`no hop ${n}`)
  const { key, values, ttl } = sayHop(hop, { film: of, live })
  const text = format(en[key] as Message, 'en', values)
  return ttl ? `${text} TTL ${ttl[0]} → ${ttl[1]}` : text
}

describe('the table', () => {
  test.each(scenarios)(
    '%s: every hop of every recording can be said in both languages, nothing left in braces',
    (scenario) => {
      const any = filmOf(scenario)
      for (const { hop } of any.hops) {
        const { key, values } = sayHop(hop, { film: any, live })
        for (const text of [format(en[key] as Message, 'en', values), format(zhCN[key], 'zh-CN', values)])
          expect(text).toMatch(/^[^{}]+$/)
        // The packet, too, has a name in Chinese: what is English has no two small words in a row.
        const title = titleOf(any, hop)
        for (const said of [{ key, values }, title])
          expect(format(zhCN[said.key], 'zh-CN', said.values)).not.toMatch(/[a-z]{3,} [a-z]{3,}/)
      }
    },
  )

  test('tells the way of a ping through NAT in the words of the design', () => {
    expect(film.hops.map(({ hop }) => words(film, hop.n))).toEqual([
      'Emitted echo request',
      'Entered bridge0, port 1',
      'Bridge passed it up to host',
      'Routed, TTL 64 → 63',
      'NAT rewrote source',
      'Sent on by eth0',
      'Received, TTL 63',
      'Delivered in internet',
      'Emitted echo reply',
      'Received by host',
      'NAT restored dst',
      'Routed, TTL 64 → 63',
      'host handed it to the bridge',
      'Bridge forwarded to port 1',
      'Received echo reply, TTL 63',
      'Delivered in ns0',
    ])
  })

  test('gives a moment to what was captured and a range to what was worked out', () => {
    const [received, routed] = [
      find(film, 'request', 'received', 'host:bridge0'),
      find(film, 'request', 'routed', 'host'),
    ]
    const text = (n: number): string =>
      timeText(film.byNumber.get(n)?.hop ?? (trace.hops[0] as (typeof trace.hops)[number]))
    expect(text(received)).toMatch(/^\d+\.\d µs$/)
    expect(text(routed)).toMatch(/^\d+\.\d–\d+\.\d µs$/)
    expect([spanText(633_541_900, 633_541_900), spanText(900_000, 1_053_200_100)]).toEqual([
      '633.542 ms',
      '0.001–1.053 s',
    ])
  })

  test('tints what changed and nothing else', () => {
    const changed = film.hops.flatMap(({ hop }) => {
      const names = Object.entries(changesOf(film, hop.n)).flatMap(([name, yes]) => (yes ? [name] : []))
      return names.length > 0 ? [[hop.event, hop.leg, ...names].join(' ')] : []
    })
    expect(changed).toEqual([
      'routed request ttl',
      'nat request source',
      'sent request mac',
      'nat reply destination',
      'routed reply ttl',
      'sent reply mac',
    ])
  })
})

describe('the packet pane', () => {
  const sent = find(film, 'request', 'sent', 'host:eth0')
  const view = viewPacket(trace, film, sent)

  test('compares a captured hop with the capture before, field by field', () => {
    const changed = view.layers.flatMap((layer) => layer.fields.filter(({ hue }) => hue !== null))
    expect(changed.map(({ path, hue }) => `${path} ${hue}`)).toEqual([
      'eth.dst l2',
      'eth.src l2',
      'ip.ttl l3',
      'ip.checksum l3',
      'ip.src nat',
    ])
    expect(view.changed).toBe(5)
    expect(view.comparedWith?.interface).toBe('bridge0')
    expect(changed.find(({ path }) => path === 'ip.src')).toMatchObject({ value: '172.16.0.157', was: '192.168.1.2' })
    expect(view).toMatchObject({ size: 98, payload: 56 })
  })

  test('tints just the bytes of those fields', () => {
    const rows = hexRows(view.bytes ?? new Uint8Array(), view.tints)
    expect(rows).toHaveLength(7)
    const tinted = rows.flatMap(({ runs }) => runs.filter(({ hue }) => hue !== null))
    expect(tinted.filter(({ hue }) => hue === 'nat').map(({ text }) => text)).toEqual(['ac 10 00 9d'])
    expect(tinted.find(({ hue }) => hue === 'l3')?.text).toBe('3f')
    expect(tinted.filter(({ hue }) => hue === 'l2').reduce((sum, { text }) => sum + text.split(/\s+/).length, 0)).toBe(
      12,
    )
  })

  test('a narrow dump has eight bytes in a row', () => {
    const rows = hexRows(view.bytes ?? new Uint8Array(), [], 8)
    expect(rows).toHaveLength(13)
    expect(rows.slice(0, 3).map(({ offset }) => offset)).toEqual(['0000', '0008', '0010'])
    expect(rows[0]?.runs.map(({ text }) => text).join('')).toMatch(/^([0-9a-f]{2} ){7}[0-9a-f]{2}$/)
  })

  test('a hex dump loses and invents no byte', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        fc.array(fc.record({ from: fc.nat(80), length: fc.nat(9) }), { maxLength: 5 }),
        (bytes, tints) => {
          const rows = hexRows(
            bytes,
            tints.map(({ from, length }) => ({ from, to: from + length, hue: 'l2' as const })),
          )
          const text = rows.map(({ runs }) => runs.map((run) => run.text).join('')).join(' ')
          expect(text.split(/\s+/).filter(Boolean)).toEqual(
            [...bytes].map((byte) => byte.toString(16).padStart(2, '0')),
          )
        },
      ),
    )
  })

  test('between two captures there is neither a frame nor a checksum, but the rewritten address', () => {
    const rewritten = viewPacket(trace, film, find(film, 'request', 'nat', 'host'))
    const fields = rewritten.layers.flatMap((layer) => layer.fields)
    expect(rewritten.bytes).toBeNull()
    expect(fields.some(({ layer, name }) => layer === 'ethernet' || name === 'checksum')).toBe(false)
    expect(fields.filter(({ hue }) => hue).map(({ path, value, was }) => [path, value, was])).toEqual([
      ['ip.src', '172.16.0.157', '192.168.1.2'],
    ])
  })

  test('says which rule did it and where it is undone', () => {
    const why = whyAt(film, sent)
    expect(why?.reason?.rule).toContain('MASQUERADE')
    expect(why).toMatchObject({ kind: 'swap', counterpart: find(film, 'reply', 'nat', 'host') })
    const back = whyAt(film, find(film, 'reply', 'nat', 'host'))
    expect(back).toMatchObject({ kind: 'undo', counterpart: find(film, 'request', 'nat', 'host') })
  })

  test('the callout of the rewriting names the namespace, the hook, addresses and the TTL that routing took', () => {
    expect(rewriteAt(film, find(film, 'request', 'nat', 'host'))).toMatchObject({
      kind: 'nat',
      namespace: 'host',
      hook: 'POSTROUTING',
      what: 'rewroteSource',
      source: ['192.168.1.2', '172.16.0.157'],
      destination: ['203.0.113.10', '203.0.113.10'],
      ttl: [64, 63],
    })
  })

  test('a published port: PREROUTING gives the new destination, port included, and routing is told by itself', () => {
    const published = filmOf('dnat-tcp')
    const rewritten = rewriteAt(published, find(published, 'request', 'nat', 'host'))
    expect(rewritten).toMatchObject({ kind: 'nat', namespace: 'host', hook: 'PREROUTING', what: 'rewroteDestination' })
    expect(rewritten?.source[0]).toBe(rewritten?.source[1])
    expect(rewritten?.destination).toEqual([
      expect.stringMatching(/^[\d.]+:\d+$/),
      expect.stringMatching(/^[\d.]+:\d+$/),
    ])
    expect(rewritten?.destination[0]).not.toBe(rewritten?.destination[1])
    const routed = rewriteAt(published, find(published, 'request', 'routed', 'host'))
    expect(routed).toMatchObject({ kind: 'routed', hook: null, ttl: [64, 63] })
    expect(routed?.destination[0]).toBe(routed?.destination[1])
    expect(rewriteAt(published, find(published, 'reply', 'nat', 'host'))).toMatchObject({
      hook: 'POSTROUTING',
      what: 'restoredSource',
    })
  })
})

describe('packets', () => {
  const titles = (of: Film): string[] => {
    let packet = ''
    return of.hops.flatMap(({ hop }) => {
      const own = packetIdOf(of, hop)
      if (own === packet) return []
      packet = own
      const { key, values } = titleOf(of, hop)
      return [format(en[key], 'en', values)]
    })
  }

  test('each has one heading: the question, its answer, what was sent and what came back', () => {
    expect(titles(film)).toEqual([
      'echo request, 192.168.1.2 → 203.0.113.10',
      'echo reply, 203.0.113.10 → 172.16.0.157',
    ])
    expect(titles(buildFilm(recorded('router').hops)).slice(0, 2)).toEqual([
      expect.stringMatching(/^Who has [\d.]+\? Asked by [\d.]+$/),
      expect.stringMatching(/^[\d.]+ is at [0-9a-f:]{17}$/),
    ])
  })

  test('through a bridge, too, ARP says who has and is at', () => {
    const bridged = filmOf('bridge-arp')
    const about = bridged.hops.flatMap(({ hop }) => {
      if (hop.leg !== 'arp' || hop.namespace !== 'host') return []
      const said = sayHop(hop, { film: bridged, live }).about
      return [said && format(en[said.key], 'en', said.values)]
    })
    expect(about.length).toBeGreaterThan(4)
    for (const text of about) expect(text).toMatch(/^who has |is at /)
  })

  test('a fragment is named by its place among those of its packet', () => {
    const cut = filmOf('router-fragments')
    const sent = cut.hops.filter(({ hop: { leg, event, namespace } }) => {
      return leg === 'request' && event === 'sent' && namespace === 'ns-router'
    })
    expect(sent.length).toBeGreaterThan(1)
    expect(sent.map(({ hop }) => fragmentOf(cut, hop))).toMatchObject(
      sent.map((_, index) => ({ index: index + 1, count: sent.length })),
    )
    const second = sent[1]?.hop
    if (!second) throw new Error('no second fragment')
    expect(format(en[titleOf(cut, second).key], 'en', titleOf(cut, second).values)).toMatch(
      new RegExp(`^ICMP, fragment 2 of ${sent.length} from byte \\d+, `),
    )
  })
})

describe('a question', () => {
  test('is asked before NAT, with the right answer among wrong ones', () => {
    const cold = buildFilm(recorded('nat').hops)
    const step = cold.byNumber.get(find(cold, 'request', 'nat', 'host'))?.step ?? 0
    expect(asksBefore(cold, step)).toMatchObject({
      field: 'source',
      leaves: 'eth0',
      answer: '172.16.0.157',
      options: ['172.16.0.157', '192.168.1.1', '192.168.1.2'],
    })
    const back = cold.byNumber.get(find(cold, 'reply', 'nat', 'host'))?.step ?? 0
    expect(asksBefore(cold, back)).toMatchObject({ field: 'destination', answer: '192.168.1.2' })
  })

  test('is not asked where no address changes', () => {
    const routed = buildFilm(recorded('router').hops)
    expect(routed.steps.map(({ index }) => asksBefore(routed, index)).filter(Boolean)).toEqual([])
  })
})

describe('a route lookup', () => {
  const route = (to: string, via: string | null, dev: string): LiveRoute => ({
    family: to.includes(':') ? 'ipv6' : 'ipv4',
    to,
    via,
    dev,
    src: null,
    metric: 0,
    type: 'unicast',
    protocol: 'boot',
    scope: 'global',
    table: 254,
    mtu: null,
    weight: null,
    flags: [],
  })

  test('shows the range of each route and the default that is missing', () => {
    const rows = lookUp([route('192.168.1.0/24', null, 'veth0')], '203.0.113.10')
    expect(rows).toMatchObject([
      { route: '192.168.1.0/24', covers: '192.168.1.0 – .255', match: 'outside' },
      { route: 'default', covers: null, match: 'missing' },
    ])
  })

  test('the longest prefix wins, others that fit say so', () => {
    const routes = [
      route('0.0.0.0/0', '10.0.0.1', 'a'),
      route('10.0.0.0/8', '10.0.0.2', 'b'),
      route('10.1.0.0/16', null, 'c'),
    ]
    expect(lookUp(routes, '10.1.2.3').map(({ dev, covers, match }) => [dev, covers, match])).toEqual([
      ['c', '10.1.0.0 – .255.255', 'best'],
      ['b', '10.0.0.0 – .255.255.255', 'shorter'],
      ['a', null, 'shorter'],
    ])
    expect(lookUp(routes, '10.9.9.9').find(({ match }) => match === 'best')?.dev).toBe('b')
  })

  test('keeps the families apart and takes no nonsense', () => {
    const routes = [route('fd00::/64', null, 'a'), route('0.0.0.0/0', '10.0.0.1', 'b')]
    expect(lookUp(routes, 'fd00::1').map(({ route: to, match }) => `${to} ${match}`)).toEqual([
      'fd00::/64 best',
      'default missing',
    ])
    expect(lookUp(routes, 'nonsense')).toEqual([])
  })

  test('is offered for a missing route, in the namespace that lacks it', () => {
    const subject = lookupOf(recorded('nat-no-route'), live)
    expect([subject?.namespace.name, subject?.target]).toEqual(['ns0', '203.0.113.10'])
    expect(lookupOf(recorded('nat'), live)).toBeNull()
    expect(lookupOf(recorded('nat-forwarding-off'), live)).toBeNull()
  })
})

describe('two traces', () => {
  const rowsOf = ({ packets }: ReturnType<typeof compareTraces>) => packets.flatMap(({ rows }) => rows)

  test('of the same network are alike, and who had to be asked in one of them only is said to be just that', () => {
    const { packets, first } = compareTraces(recorded('nat'), recorded('nat-again'))
    expect(first).toBeNull()
    const asked = packets.filter(({ isChance }) => isChance)
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.every(({ a, b }) => a?.leg === 'arp' && b === null)).toBe(true)
    const compared = packets.filter(({ isChance }) => !isChance)
    expect(compared.map(({ a, b }) => [a?.leg, b?.leg])).toEqual([
      ['request', 'request'],
      ['reply', 'reply'],
    ])
    expect(compared.flatMap(({ rows }) => rows)).toHaveLength(16)
  })

  test('part where the rule is missing: there is no rewriting, and the source stays', () => {
    const comparison = compareTraces(recorded('nat'), recorded('nat-missing'))
    expect([comparison.first?.a?.event, comparison.first?.b]).toEqual(['nat', null])
    const sent = rowsOf(comparison).find(({ a, b }) => a?.interface === 'eth0' && a.leg === 'request' && b !== null)
    expect(sent?.differs).toContain('ip.src')
    expect(rowsOf(comparison).some(({ a, b }) => a === null && b?.event === 'dropped')).toBe(true)
  })
})

describe('the time axis', () => {
  test('is linear while nothing is silent', () => {
    const axis = buildAxis([0, 10_000, 55_100])
    expect(axis.gaps).toEqual([])
    expect(axis.toFraction(27_550)).toBeCloseTo(0.5)
    expect(axis.ticks(7).map(({ ns }) => ns)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000])
  })

  test('cuts a second of silence among microseconds', () => {
    const axis = buildAxis([0, 50_000, 1_000_000_000, 1_000_060_000])
    expect(axis.gaps).toEqual([{ fromNs: 50_000, toNs: 1_000_000_000 }])
    expect(axis.toFraction(50_000)).toBeGreaterThan(0.35)
    expect(axis.toFraction(1_000_000_000)).toBeLessThan(0.6)
  })

  test('forth and back is where it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4_000_000_000 }), { minLength: 2, maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (times, at) => {
          const axis = buildAxis(times)
          if (Math.max(...times) === Math.min(...times)) return
          expect(axis.toFraction(axis.toNs(at))).toBeCloseTo(at, 5)
          for (const ns of times) {
            expect(axis.toFraction(ns)).toBeGreaterThanOrEqual(0)
            expect(axis.toFraction(ns)).toBeLessThanOrEqual(1 + 1e-9)
          }
        },
      ),
    )
  })
})

describe('the address field', () => {
  test('suggests everything of the lab that can be reached, the sender last', () => {
    const all = suggestTargets(live, 'ns0', '')
    expect(all.map(({ value }) => value)).toContain('203.0.113.10')
    expect(all.some(({ value }) => value.startsWith('127.'))).toBe(false)
    expect(all.at(-1)?.namespace).toBe('ns0')
    expect(
      suggestTargets(live, 'ns0', 'intern')
        .map(({ value }) => value)
        .sort(),
    ).toEqual(['172.16.0.1', '203.0.113.10'])
    expect(suggestTargets(live, 'ns0', '203.0.113.10').length).toBe(all.length)
  })
})
