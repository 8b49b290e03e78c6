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
})
