import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { asyncapi } from '../src/asyncapi.ts'
import { readEnvelope, readMessageContracts } from '../src/message-contracts.ts'

const ROOT = new URL('../../../', import.meta.url)
const ajv = addFormats.default(new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }))
const contracts = await readMessageContracts()

function faults(schema: object, value: unknown): unknown {
  const validate = ajv.compile(schema)
  validate(value)
  return validate.errors ?? []
}

describe('contracts/messages', () => {
  it('has an envelope whose example is valid', async () => {
    const { schema, example } = await readEnvelope()
    expect(faults(schema, example)).toEqual([])
    expect(faults(schema, { ...(example as object), id: 'x', type: 'nonsense' })).toHaveLength(2)
  })

  it.each(contracts.map((contract) => [contract.type, contract] as const))(
    '%s: its example is valid',
    (type, contract) => {
      expect(contract.schema).toMatchObject({ $id: `urn:guichet:message:${type}`, title: type, type: 'object' })
      expect(contract.schema.description).toBeTruthy()
      expect(faults(contract.schema, contract.example)).toEqual([])
      // A schema that takes anything would make the line above worthless.
      expect(faults(contract.schema, {})).not.toEqual([])
    },
  )

  it.each(contracts.map((contract) => [contract.type, contract] as const))(
    '%s: consumers may meet fields that they do not know',
    (_, contract) => {
      expect(faults(contract.schema, { ...(contract.example as object), laterField: 1 })).toEqual([])
    },
  )

  it.each(contracts.map(({ type, consumers }) => [type, consumers] as const))(
    '%s: the services listed as consumers handle it, for what nobody consumes is never delivered',
    async (type, consumers) => {
      expect(consumers).not.toEqual([])
      for (const service of consumers) expect(await handles(service, type), `${service} handles ${type}`).toBe(true)
    },
  )

  it('lists no consumer of a message that does not exist', async () => {
    const listed = JSON.parse(await readFile(new URL('contracts/messages/consumers.json', ROOT), 'utf8'))
    expect(Object.keys(listed).sort()).toEqual(contracts.map(({ type }) => type))
  })

  it('is what contracts/asyncapi.yaml says', async () => {
    expect(await readFile(new URL('contracts/asyncapi.yaml', ROOT), 'utf8')).toBe(await asyncapi())
  })
})

/** Queues that are not named like the service that consumes them. */
const OWNERS: Record<string, string> = { webhooks: 'notifications' }

/** Whether the code of the queue's service names the type, or takes it with the token cut-offs of @guichet/server. */
async function handles(queue: string, type: string): Promise<boolean> {
  const folder = new URL(`services/${OWNERS[queue] ?? queue}/src/`, ROOT)
  const files = (await readdir(fileURLToPath(folder), { recursive: true })).filter((file) => file.endsWith('.ts'))
  const text = (await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))).join('\n')
  const byCutoffs = ['accounts.sessions-revoked.v1', 'accounts.membership-changed.v1'].includes(type)
  return text.includes(`'${type}'`) || (byCutoffs && /tokenCutoffs/i.test(text))
}
