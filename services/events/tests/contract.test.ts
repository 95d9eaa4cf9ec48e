import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { dumpSchema, eventually, openapiYaml } from '@guichet/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { access } from '../src/permissions.ts'
import { type EventsFixture, eventsFixture } from './fixture.ts'

const contracts = fileURLToPath(new URL('../../../contracts/', import.meta.url))
const messages = ['published', 'updated', 'rescheduled', 'cancelled', 'deleted'].map(
  (fact) => `events.event-${fact}.v1`,
)

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture.stop())

async function validatorOf(type: string) {
  const ajv = formats.default(new Ajv2020({ allErrors: true, strict: false }))
  return ajv.compile(JSON.parse(await readFile(`${contracts}messages/${type}.json`, 'utf8')))
}

describe('the contracts', () => {
  it('sends what is announced to the bus, under its own name and once', async () => {
    const { id } = await fixture.createPublished()
    const found = () => fixture.bus.publishedOf('events.event-published.v1').filter(({ subject }) => subject === id)
    await eventually(() => found().length > 0)
    expect(found()).toHaveLength(1)
    expect(found()[0]).toMatchObject({ specversion: '1.0', source: 'events', data: { eventId: id, version: 2 } })
  })

  it('schema.sql is what the migrations make', async () => {
    await expect(await dumpSchema(fixture.databaseUrl)).toMatchFileSnapshot('../schema.sql')
  })

  it('contracts/http/events.yaml is what the service answers', async () => {
    await expect(await openapiYaml(fixture.service.app)).toMatchFileSnapshot(`${contracts}http/events.yaml`)
  })

  it('has a row in the access table for each route, and no row without a route', async () => {
    const document = fixture.service.app.swagger() as unknown as {
      paths: Record<string, Record<string, { operationId: string }>>
    }
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path).map((at) => at.operationId))
    expect(operations.sort()).toEqual(Object.keys(access.routes).sort())
  })

  it('has a schema and a fitting example for each message', async () => {
    const files = (await readdir(`${contracts}messages`)).filter((name) => name.startsWith('events.'))
    expect(files.sort()).toEqual(messages.flatMap((type) => [`${type}.example.json`, `${type}.json`]).sort())
    for (const type of messages) {
      const validate = await validatorOf(type)
      const example = JSON.parse(await readFile(`${contracts}messages/${type}.example.json`, 'utf8'))
      expect(validate(example), JSON.stringify(validate.errors)).toBe(true)
    }
  })

  it('announces every kind of message in the shape of its schema', async () => {
    const { id } = await fixture.createPublished()
    const change = (body: object) => fixture.call('PATCH', `/v1/events/${id}`, body, { ifMatch: '*' })
    await change({ title: { en: 'Another night' } })
    await change({ startsAt: '2027-05-01T17:00:00Z' })
    await fixture.call('POST', `/v1/events/${id}/cancellation`, { reason: { fr: 'Grève' } })
    await fixture.call('DELETE', `/v1/events/${id}`)
    const announced = await fixture.announced(id)
    expect(announced.map(({ type }) => type)).toEqual(messages)
    for (const { type, data } of announced) {
      const validate = await validatorOf(type)
      expect(validate(data), `${type} ${JSON.stringify(validate.errors)}`).toBe(true)
    }
    const versions = announced.map(({ data }) => Number(data.version))
    expect(versions).toEqual([...versions].sort((a, b) => a - b))
    expect(new Set(versions).size).toBe(versions.length)
  })
})
