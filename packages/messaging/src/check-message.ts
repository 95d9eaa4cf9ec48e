import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { isMessage } from './message.ts'
import { readEnvelope, readMessageContracts } from './message-contracts.ts'

export interface Fault {
  /** JSON pointer. */
  pointer: string
  detail: string
}

interface Schemas {
  envelope: ValidateFunction
  data: Map<string, ValidateFunction>
}

let schemas: Promise<Schemas> | undefined

async function compile(): Promise<Schemas> {
  const ajv = formats.default(new Ajv2020({ allErrors: true, allowUnionTypes: true }))
  const contracts = await readMessageContracts()
  return {
    envelope: ajv.compile((await readEnvelope()).schema),
    data: new Map(contracts.map(({ type, schema }) => [type, ajv.compile(schema)])),
  }
}

/**
 * What is wrong with a message by the contracts in `contracts/messages`; nothing when it may be put into a queue. For
 * what a person has written, and for tests of what services publish: the bus itself checks no message.
 */
export async function checkMessage(message: unknown): Promise<Fault[]> {
  schemas ??= compile()
  const { envelope, data } = await schemas
  const faults = faultsOf(envelope, message, '')
  if (faults.length > 0 || !isMessage(message)) return faults
  const schema = data.get(message.type)
  if (!schema) return [{ pointer: '/type', detail: 'is not a type of a known contract' }]
  return faultsOf(schema, message.data, '/data')
}

function faultsOf(validate: ValidateFunction, value: unknown, base: string): Fault[] {
  validate(value)
  return (validate.errors ?? []).slice(0, 20).map(({ instancePath, message }) => ({
    pointer: `${base}${instancePath}` || '/',
    detail: message ?? 'is not valid',
  }))
}
