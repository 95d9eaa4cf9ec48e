import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { textsOf } from '../src/messages/catalogue.server.ts'
import { readEndpoint } from '../src/messaging/webhook-form.server.ts'
import { WEBHOOK_TYPES } from '../src/messaging/webhooks.ts'

const t = textsOf('en')
const read = (values: Record<string, string>) => readEndpoint({ url: 'https://example.org/hook', ...values }, t)

describe('the form of a webhook address', () => {
  it('asks for all types unless some are chosen', () => {
    expect(read({}).terms).toEqual({ url: 'https://example.org/hook', description: '', types: null })
    expect(read({ which: 'all', 'type:order.confirmed': 'on' }).terms.types).toBeNull()
    const some = { which: 'some', 'type:order.confirmed': 'on', 'type:event.cancelled': 'on', 'type:nonsense': 'on' }
    expect(read(some).terms.types).toEqual(['order.confirmed', 'event.cancelled'])
  })

  it.each([
    [{ url: '' }, 'url'],
    [{ url: 'example.org' }, 'url'],
    [{ url: 'ftp://example.org' }, 'url'],
    [{ which: 'some' }, 'which-some'],
  ])('names the field of what is missing: %j', (values, field) => {
    const { check } = read(values)
    expect(check.faults.map((fault) => fault.field)).toEqual([field])
  })

  it('knows the types of the contract, all of them', async () => {
    const contract = await readFile(new URL('../../contracts/webhooks.yaml', import.meta.url), 'utf8')
    const types = [...contract.matchAll(/^ {2}([a-z_]+\.[a-z_]+):$/gm)].map((match) => match[1])
    expect(types).toEqual([...WEBHOOK_TYPES])
  })
})
