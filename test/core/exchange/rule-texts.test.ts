/** Rules in the words of their own programs survive the way to another form and back. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { importClab } from '../../../electron/core/exchange/clab/from-clab.js'
import { exportClab } from '../../../electron/core/exchange/clab/to-clab.js'
import { importScript } from '../../../electron/core/exchange/from-script.js'
import { exportScript } from '../../../electron/core/exchange/to-script.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { differences } from './same-network.js'

const fixture = new URL('../../fixtures/exchange/rule-texts.vethlab.yaml', import.meta.url)
const { labFile, lab } = parseLabText(readFileSync(fixture, 'utf8'), 'rule-texts')

test.each([
  ['a script', () => importScript(exportScript(lab!).text, 'back.sh')],
  ['containerlab', () => importClab(exportClab(lab!).text, 'back.clab.yml')],
])('%s gives back every text as it was, and the entries beside it', (form, back) => {
  const imported = back()
  const image = '"image" is left out: a namespace runs no image.'
  expect(imported.notices.map(({ message }) => message)).toEqual(form === 'a script' ? [] : [image])
  for (const [name, wanted] of Object.entries(labFile?.namespaces ?? {})) {
    const { iptables, ip6tables, nft } = imported.labFile?.namespaces?.[name] ?? {}
    expect({ iptables, ip6tables }).toEqual({ iptables: wanted?.iptables, ip6tables: wanted?.ip6tables })
    expect(nft?.replaceAll(/\s/g, '')).toBe(wanted?.nft?.replaceAll(/\s/g, ''))
  }
  expect(differences(lab!, normalise(imported.labFile!))).toEqual([])
})

const { text } = exportScript(lab!)
const typed = (...lines: readonly string[]) =>
  importScript(`${text}\n${lines.join('\n')}\n`, 'more.sh').labFile?.namespaces?.['a']

test('what is typed behind a text stands beside it, as long as it is behind all of it', () => {
  const behind = typed('ip netns exec a iptables -A INPUT -s 10.0.0.9 -j DROP')
  expect(behind?.firewall).toEqual([{ chain: 'input', source: '10.0.0.9/32', action: 'drop' }])
  expect(behind?.iptables).toBe(labFile?.namespaces?.['a']?.iptables)
})

test.each([
  ['a rule in front', '-I INPUT -s 10.0.0.9 -j DROP', /-A INPUT -s 10\.0\.0\.9 -j DROP\n\s*-A INPUT -i lo -j ACCEPT/],
  ['a rule less', '-D INPUT -i lo -j ACCEPT', /^(?![^]*-i lo)[^]*multiport/],
  ['another policy', '-P INPUT ACCEPT', /^(?![^]*:INPUT DROP)[^]*multiport/],
  ['a policy that drops', '-P FORWARD DROP', /:FORWARD DROP[^]*multiport/],
  ['a chain without rules', '-F WEB', /^(?![^]*-A WEB)[^]*:WEB - /],
  [
    'a rule that only a text says',
    '-A WEB -m mark --mark 7 -j RETURN',
    /prohibited\n-A WEB -m mark --mark 7 -j RETURN/,
  ],
])('%s makes another text of it', (_, command, wanted) => {
  const changed = typed(`ip netns exec a iptables ${command}`)
  expect(changed?.iptables).toMatch(wanted)
  expect(changed?.firewall).toBeUndefined()
})
