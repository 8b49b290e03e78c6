/** Rules that a lab says as texts, in the kernel: loaded in one go, read back, edited, refused, taken back. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import type { Session } from '../../../electron/session/session.js'
import { until } from '../support/until.js'
import { apply, expectAsSaid, throughAll } from './edited.js'
import { inside, openSession } from './sandbox.js'

type Own = NonNullable<NonNullable<LabFile['namespaces']>[string]>

const labOf = (own: Own): LabFile => ({
  vethlab: 1,
  name: 'texts',
  namespaces: { r: { interfaces: { e0: { addresses: ['10.0.1.1/24'] } }, ...own }, a: {} },
  links: [['r:e0', 'a:e0']],
})

/** As vocabularies of rules go: sets, maps, chains that jump, one line, another family, a name that iptables uses, too. */
const nft = [
  'table inet filter { chain forward { type filter hook forward priority 0; policy drop; ct state established,related accept; tcp dport 80 accept } }\n',
  `# numbers and words
define web = { 80, 443 }
table inet mine {
  set bad { type ipv4_addr; flags interval; elements = { 10.9.0.0/16, 10.8.0.1 } }
  map ports { type inet_service : verdict; elements = { 22 : accept, 23 : jump slow } }
  chain slow { limit rate 1/second accept; log prefix "slow # {"; drop; }
  chain input { type filter hook input priority 0; policy accept; ip saddr @bad drop; tcp dport vmap @ports; tcp dport $web accept; }
}
`,
  'table ip filter {\n  chain input { type filter hook input priority 0; policy accept;\n    icmp type echo-request drop\n  }\n}\nadd table ip nat\nadd chain ip nat post { type nat hook postrouting priority 100 ; }\nadd rule ip nat post oifname e0 masquerade\n',
]
const iptables = [
  '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:WEB - [0:0]\n-A INPUT -p tcp --dport 80 -j WEB\n-A WEB -s 10.0.9.1 -m comment --comment "a b" -j DROP\nCOMMIT\n*nat\n-A POSTROUTING -s 10.0.1.0/24 -j MASQUERADE\nCOMMIT\n',
  '*mangle\n-A PREROUTING -i e0 -j MARK --set-mark 7\nCOMMIT\n',
]
const firewall: NonNullable<Own['firewall']> = [
  { chain: 'output', policy: 'drop' },
  { chain: 'input', source: '10.0.8.0/24', action: 'drop' },
]

const own: fc.Arbitrary<Own> = fc
  .record({
    nft: fc.constantFrom(undefined, ...nft),
    iptables: fc.constantFrom(undefined, ...iptables),
    firewall: fc.constantFrom(undefined, firewall, firewall.slice(1)),
  })
  .map((each) => {
    const isShared = each.nft?.includes('ip filter') === true
    return {
      ...(each.nft === undefined ? {} : { nft: each.nft }),
      ...(each.iptables === undefined || isShared ? {} : { iptables: each.iptables }),
      ...(each.firewall === undefined || isShared ? {} : { firewall: each.firewall }),
    }
  })

/** The tables of `lab`, in whatever order. */
const rulesOf = async (session: Session): Promise<string> =>
  (await inside(session, 'r', 'nft', '-s', 'list', 'table', 'inet', 'mine')) +
  (await inside(session, 'r', 'iptables-save')).replace(/^#.*$/gm, '')

test('random texts are loaded, edited into one another, read back and taken away again', async () => {
  const session = await openSession()
  await throughAll(session, 'texts', fc.sample(own.map(labOf), { numRuns: 10, seed: 20261201 }), async (lab) => {
    await expectAsSaid(session, lab)
    const built = labFromLive(session.live, 'back').lab
    await apply(session, { ...built, name: 'texts' })
    await expectAsSaid(session, lab)
  })
})

test('a text that is refused changes nothing, and what was before it is put back', async () => {
  const session = await openSession()
  const lab = labOf({ nft: nft[1] ?? '', iptables: iptables[0] ?? '', firewall })
  await apply(session, lab)
  const before = await rulesOf(session)
  for (const wrong of [
    { nft: 'table inet mine { chain c { tcp dport nonsense accept; } }\n' },
    {
      nft: nft[0] ?? '',
      iptables: '*filter\n-A INPUT -j DROP\nCOMMIT\n*nat\n-A POSTROUTING -j NOSUCHTARGET\nCOMMIT\n',
    },
  ]) {
    const applied = await session.request('lab/apply', { lab: labOf({ firewall, ...wrong }), former: 'standing' })
    expect(applied).toMatchObject({ ok: false, failure: { code: 'step-refused' } })
    expect(await rulesOf(session)).toBe(before)
  }
  await expectAsSaid(session, lab)
})

test('what somebody adds in a terminal is seen, and the text is loaded again', async () => {
  const session = await openSession()
  const lab = labOf({ nft: nft[1] ?? '' })
  await apply(session, lab)
  await expectAsSaid(session, lab)
  await inside(session, 'r', 'nft', 'add', 'rule', 'inet', 'mine', 'input', 'udp', 'dport', '7', 'drop')
  await until('the change has come', () => diff(normalise(lab), session.live, { former: null }).length === 1)
  expect(labFromLive(session.live, 'back').lab.namespaces?.['r']?.nft).toContain('udp dport 7 drop')
  await apply(session, lab)
  await expectAsSaid(session, lab)
})

test('no file is read, whatever the text, and however broken the lab says it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'more')
  writeFileSync(file, 'table inet stolen { }\n')
  const session = await openSession()
  await apply(session, labOf({}))
  const texts: readonly Own[] = [
    { nft: `include "${file}"\n` },
    { nft: `table inet x {\n}\ninclude "${file}"\n` },
    { nft: `" \ninclude "${file}"\n` },
    { nft: `# include "${file}"` },
    { iptables: `*filter\n-A INPUT -m bpf --object-pinned ${file} -j DROP\nCOMMIT\n` },
    { iptables: `*filter\n-A INPUT -M ${file} -j DROP\nCOMMIT\n` },
    { iptables: `*filter\n#${'x'.repeat(10_239)}-A INPUT --modprobe=${file}\nCOMMIT\n` },
  ]
  for (const text of texts) {
    const answer = await session
      .request('lab/apply', { lab: { ...labOf(text), broken: true }, former: 'standing' })
      .then(({ ok }) => ok)
      .catch(() => false)
    // The comment is only a comment.
    expect(answer).toBe(text.nft?.startsWith('#') ?? false)
    expect(await inside(session, 'r', 'nft', 'list', 'ruleset')).not.toContain('stolen')
  }
  expect(existsSync(file)).toBe(true)
})
