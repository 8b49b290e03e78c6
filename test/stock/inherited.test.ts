/**
 * A lab means the same on every machine: what the machine's first namespace would hand on to new ones reaches neither the
 * checks of the starter labs nor the settings of their namespaces. Proven under Debian's stock kernel.
 */
import { expect, test } from 'vitest'
import type { Inherited } from './inherited.js'
import { boot } from './boot.js'

test('what a machine hands on to new namespaces is not seen in a lab', async (context) => {
  const booted = await boot<Inherited>('stock-inherited')
  if ('reason' in booted) return context.skip(booted.reason)
  const { kernel, own, fresh, handedOn, plain, changed } = booted.seen
  expect(kernel).toMatch(/-amd64$/)
  expect(handedOn).toBe('1\n2\n')
  expect(fresh).toBe(own)
  expect(Object.keys(plain).length).toBeGreaterThan(7)
  for (const [name, study] of Object.entries(plain)) expect(changed[name], name).toEqual(study)
  const whole = Object.entries(plain).filter(([name]) => !name.includes('.broken'))
  expect(
    whole.flatMap(([name, { checks }]) =>
      checks.filter((each) => !/: true /.test(each)).map((each) => `${name} ${each}`),
    ),
  ).toEqual([])
})
