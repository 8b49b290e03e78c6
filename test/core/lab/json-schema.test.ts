import { readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { labJsonSchema, labJsonSchemaText } from '../../../electron/core/lab/json-schema.js'
import { openSource } from '../../../electron/core/lab/source.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { badLabs } from './bad-labs.js'
import { exampleText } from './example.js'

const file = new URL('../../../resources/schema/vethlab.schema.json', import.meta.url)

test('the published schema is the one the program uses (UPDATE_SCHEMA=1 rewrites it)', () => {
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(file, labJsonSchemaText())
  expect(readFileSync(file, 'utf8')).toBe(labJsonSchemaText())
})

describe('another validator agrees', () => {
  const validate = new Ajv2020({ strict: true, strictTypes: false, strictTuples: false }).compile(labJsonSchema())
  test('on the example', () => {
    validate(openSource(exampleText)?.value)
    expect(validate.errors).toBeNull()
  })
  test('on every bad lab that is YAML and not a lab by its schema', () => {
    const judged = badLabs.flatMap(({ name, content }) => {
      if (typeof content !== 'string' || content.length > 100_000) return []
      const source = openSource(content)
      const { labFile } = parseLabText(content, 'f')
      return source ? [[name, validate(source.value), labFile !== null] as const] : []
    })
    expect(judged.filter(([, theirs, ours]) => theirs !== ours)).toEqual([])
    expect(judged.length).toBeGreaterThan(80)
  })
})

test('the schema says what it is and describes its keys', () => {
  const schema = labJsonSchema()
  expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema')
  expect(schema['$id']).toMatch(/^urn:vethlab:/)
  expect(schema).toMatchObject({
    title: 'Vethlab lab file',
    type: 'object',
    required: ['vethlab', 'name'],
    additionalProperties: false,
  })
  for (const [key, property] of Object.entries(schema['properties'] as Record<string, { description?: string }>)) {
    expect([key, property.description]).toEqual([key, expect.stringMatching(/\.$/)])
  }
})
