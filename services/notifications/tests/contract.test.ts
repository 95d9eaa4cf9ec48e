import { dumpSchema, openapiYaml, tokenAttackSuite } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fixture, startNotifications } from './fixture.ts'

let fixture: Fixture

beforeAll(async () => {
  fixture = await startNotifications({ started: false })
})
afterAll(() => fixture?.end())

describe('what others build on', () => {
  it('the HTTP contract is the one that is committed', async () => {
    await expect(await openapiYaml(fixture.app)).toMatchFileSnapshot('../../../contracts/http/notifications.yaml')
  })

  it('schema.sql is what the migrations make', async () => {
    await expect(await dumpSchema(fixture.databaseUrl)).toMatchFileSnapshot('../schema.sql')
  })
})

describe('every operation', () => {
  tokenAttackSuite(() => ({
    app: fixture.app,
    tokens: fixture.tokens,
    audience: 'notifications',
    now: fixture.clock.now,
  }))
})
