import { afterAll, beforeAll, expect, it } from 'vitest'
import { forgetKeys } from '../src/jobs/forget-keys.ts'
import { type EventsFixture, eventsFixture } from './fixture.ts'

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture?.stop())

it('the answer to a key is forgotten after the time that the settings say, and not before', async () => {
  const { context } = fixture.service
  const { db, now } = context
  const keys = async () => {
    const rows = await db.selectFrom('idempotency_key').select('key').orderBy('key').execute()
    return rows.map(({ key }) => key)
  }
  const answered = (key: string, created_at: Date) => ({
    ...{ scope: 'test', key, request_hash: Buffer.from(key), status: 201, body: '{}', created_at },
  })
  const old = Array.from({ length: 1_500 }, (_, index) => answered(`old ${index}`, now()))
  await db.insertInto('idempotency_key').values(old).execute()
  fixture.clock.advance(30 * 24 * 3_600)
  await db.insertInto('idempotency_key').values(answered('young', now())).execute()
  await forgetKeys(context)
  expect(await keys()).toHaveLength(1_501)
  fixture.clock.advance(2 * 24 * 3_600)
  await forgetKeys(context)
  expect(await keys()).toEqual(['young'])
})
