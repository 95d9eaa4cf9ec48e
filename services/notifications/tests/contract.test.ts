import { readFile } from 'node:fs/promises'
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

  it('only its own tables are in its database', async () => {
    const schema = await readFile(new URL('../schema.sql', import.meta.url), 'utf8')
    expect(schema.match(/^create table \w+/gm)).toEqual([
      'create table announcement',
      'create table delivery',
      'create table idempotency_key',
      'create table inbox',
      'create table outbox',
      'create table token_cutoff',
    ])
  })
})

describe('every operation', () => {
  tokenAttackSuite(() => ({ app: fixture.app, tokens: fixture.tokens, audience: 'notifications' }))
})
