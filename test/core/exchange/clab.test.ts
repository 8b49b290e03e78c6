import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exportClab } from '../../../electron/core/exchange/clab/to-clab.js'
import { importClab } from '../../../electron/core/exchange/clab/from-clab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { expressibleLab } from './expressible.js'
import { differences } from './same-network.js'
import { starterLabs } from './starters.js'

/** Milliseconds; a hundred random labs take some seconds, ten times that on a busy machine. */
const patience = { timeout: 120_000 }

/** All that an export says which no lab has words for. */
const imageIsLeftOut = ['"image" is left out: a namespace runs no image.']

describe('a lab exported to containerlab and imported again', patience, () => {
  test('is the same network, for any lab', () => {
    fc.assert(
      fc.property(expressibleLab, (lab) => {
        const { labFile: back, notices } = importClab(exportClab(lab).text, 'back.clab.yml')
        expect(notices.map(({ message }) => message)).toEqual(imageIsLeftOut)
        if (back === null) expect(lab.namespaces.size).toBe(1)
        else expect(differences(lab, normalise(back))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  test.each(starterLabs())('is the same network: %s', (_, lab) => {
    const { labFile: back, notices, problems } = importClab(exportClab(lab).text, 'back.clab.yml')
    expect(notices.map(({ message }) => message)).toEqual(imageIsLeftOut)
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(back?.name).toBe(lab.name)
    expect(differences(lab, normalise(back ?? { vethlab: 1, name: 'none' }))).toEqual([])
  })
})
