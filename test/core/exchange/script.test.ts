import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importScript } from '../../../electron/core/exchange/from-script.js'
import { exportScript } from '../../../electron/core/exchange/to-script.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { expressibleLab } from './expressible.js'
import { starterLabs } from './starters.js'
import { differences } from './same-network.js'

/** Milliseconds; a hundred random labs take a second or two, ten times that on a busy machine. */
const patience = { timeout: 120_000 }

describe('a lab exported as a script and imported again', patience, () => {
  test('is the same network, for any lab', () => {
    fc.assert(
      fc.property(expressibleLab, (lab) => {
        const { labFile: back, notices } = importScript(exportScript(lab).text, 'back.sh')
        expect(notices.map(({ message }) => message)).toEqual([])
        if (back === null) expect(lab.namespaces.size).toBe(1)
        else expect(differences(lab, normalise(back))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  test.each(starterLabs())('is the same network: %s', (_, lab) => {
    const { labFile: back, notices, problems } = importScript(exportScript(lab).text, 'back.sh')
    expect(notices.map(({ message }) => message)).toEqual([])
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(differences(lab, normalise(back ?? { vethlab: 1, name: 'none' }))).toEqual([])
  })

  test('what a new namespace has anyway is no setting of the lab', () => {
    const lab = normalise({
      ...{ vethlab: 1, name: 'plain' },
      namespaces: {
        a: { forwarding: true, interfaces: { e0: { addresses: ['10.0.0.1/24'] } } },
        b: { interfaces: { e0: { addresses: ['10.0.0.2/24'] } } },
      },
      links: [['a:e0', 'b:e0']],
    })
    const { text } = exportScript(lab)
    expect(text).toContain('net.ipv4.conf.all.rp_filter=0')
    const { a, b, host } = importScript(text, 'back.sh').labFile?.namespaces ?? {}
    expect([a?.forwarding, a?.sysctls, b?.forwarding, b?.sysctls, host]).toEqual([true, ...Array(4).fill(undefined)])
  })
})
