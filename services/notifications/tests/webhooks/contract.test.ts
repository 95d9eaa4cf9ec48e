import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { webhooksContract } from '../../src/webhooks/contract.ts'
import { exampleData, PUBLIC_EVENTS, PUBLIC_TYPES, publicData } from '../../src/webhooks/public-events.ts'

const ORGANIZER = 'org_01kanw8f7pe6kbzs7gdn2h5w0a'
const ajv = formats.default(new Ajv2020({ strict: false, allErrors: true }))
const faults = (schema: object, data: unknown) => {
  const validate = ajv.compile(schema)
  validate(data)
  return validate.errors ?? []
}

describe('the public contract', () => {
  it('is the one that is committed', async () => {
    const head = '# Generated from services/notifications/src/webhooks (its tests, with vitest -u). Do not edit.\n'
    const document = JSON.parse(JSON.stringify(webhooksContract()))
    await expect(head + stringify(document, { aliasDuplicateObjects: false, lineWidth: 120 })).toMatchFileSnapshot(
      '../../../../contracts/webhooks.yaml',
    )
  })

  it.each(PUBLIC_TYPES)(
    '%s: what is made of its message’s example is as it says, and holds no more than it says',
    async (type) => {
      const { from, data: schema } = PUBLIC_EVENTS[type]
      const file = new URL(`../../../../contracts/messages/${from}.example.json`, import.meta.url)
      const message = JSON.parse(await readFile(file, 'utf8'))
      const data = publicData(type, { ...message, buyerEmail: 'canary@example.org', secret: 'canary' })
      expect(faults(schema, data)).toEqual([])
      expect(faults(schema, {})).not.toEqual([])
      expect(JSON.stringify(data)).not.toContain('canary')
    },
  )

  it.each(PUBLIC_TYPES)('%s: a test event is as it says', (type) => {
    expect(faults(PUBLIC_EVENTS[type].data, exampleData(type, ORGANIZER))).toEqual([])
  })
})
