import { randomUUID } from 'node:crypto'
import { newUuid, parseId, toId } from '@guichet/server'
import { newOrganizerId } from '@guichet/testkit'
import { addressKey } from '../src/consent/address-key.ts'
import type { Fixture } from './fixture.ts'
import { type OrderAnswer, orderAnswer, type Peers } from './peers.ts'

/** An event of an organizer with so many confirmed orders. */
export function eventWithOrders(peers: Peers, count: number, changes: Record<string, unknown> = {}) {
  const [organizerId, eventId] = [newOrganizerId(), toId('evt', newUuid())]
  const add = (more: Record<string, unknown> = {}): OrderAnswer => {
    const order = orderAnswer({ organizerId, eventId, ...changes, ...more })
    peers.orders.set(order.id, order)
    return order
  }
  const orders = Array.from({ length: count }, () => add())
  return { organizerId, eventId, orders, add }
}

export type TestEvent = ReturnType<typeof eventWithOrders>

export const WORDS = {
  subject: { en: 'News of {{ event.title }}', fr: 'Des nouvelles de {{ event.title }}' },
  body: {
    en: '{{ greeting }}\n\nDoors open **early**.\n\n{% event %}\n\n{% button %}',
    fr: '{{ greeting }}\n\nLes portes ouvrent **tôt**.\n\n{% event %}\n\n{% button %}',
  },
}

/** Calls the API as a member of the organizer. */
export function callerOf(fixture: Fixture, organizerId: string) {
  return async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    more: { as?: string; token?: string | null; body?: object; headers?: Record<string, string> } = {},
  ) => {
    const token = more.token === undefined ? await fixture.token({ [organizerId]: more.as ?? 'owner' }) : more.token
    return fixture.app.inject({
      method,
      url,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
        ...more.headers,
      },
      ...(more.body ? { payload: more.body } : {}),
    })
  }
}

/** A draft; `more` replaces fields of it. */
export async function draft(fixture: Fixture, event: TestEvent, more: object = {}) {
  const body = { organizerId: event.organizerId, eventId: event.eventId, purpose: 'information', ...WORDS, ...more }
  const answer = await callerOf(fixture, event.organizerId)('POST', '/v1/bulk-messages', { body })
  if (answer.statusCode !== 201) throw new Error(`No draft: ${answer.body}`)
  return answer.json()
}

/** A draft that is sent now, or at `at`. */
export async function schedule(fixture: Fixture, event: TestEvent, more: object = {}, at?: string) {
  const { id, version } = await draft(fixture, event, more)
  const answer = await callerOf(fixture, event.organizerId)('POST', `/v1/bulk-messages/${id}/schedule`, {
    body: at ? { at } : {},
    headers: { 'if-match': `"v${version}"` },
  })
  if (answer.statusCode !== 200) throw new Error(`Not scheduled: ${answer.body}`)
  return answer.json()
}

export async function read(fixture: Fixture, event: TestEvent, id: string) {
  return (await callerOf(fixture, event.organizerId)('GET', `/v1/bulk-messages/${id}`)).json()
}

/** Somebody allows an organizer's messages, or forbids them. */
export async function wish(
  fixture: Fixture,
  organizerId: string,
  email: string,
  purpose: 'information' | 'marketing',
  granted: boolean,
) {
  const now = fixture.clock.now()
  await fixture.db
    .insertInto('consent')
    .values({
      id: newUuid(),
      organizer_id: parseId('org', organizerId) ?? '',
      channel: 'email',
      purpose,
      address_key: addressKey(fixture.context.keys, email),
      address: email,
      granted,
      source: 'checkout',
      source_key: newUuid(),
      wording: 'News of the organiser',
      wording_version: '1',
      language: 'fr',
      given_at: now,
      recorded_at: now,
    })
    .execute()
}
