import { randomUUID } from 'node:crypto'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { knownUser } from '../fixture.ts'
import { type Inbox, startInbox } from '../outside.ts'
import { type Peers, startPeers } from '../peers.ts'
import { startWithWebhooks, type WebhookFixture } from './fixture.ts'
import { type Receiver, startReceiver } from './receiver.ts'

let inbox: Inbox
let peers: Peers
let receiver: Receiver
let fixture: WebhookFixture

beforeAll(async () => {
  ;[inbox, peers, receiver] = await Promise.all([startInbox(), startPeers(), startReceiver()])
  fixture = await startWithWebhooks({ peers, smtpUrl: inbox.smtpUrl })
})
afterAll(async () => {
  await fixture?.end()
  await receiver?.close()
  await peers?.close()
  await inbox?.remove()
})
beforeEach(async () => {
  await fixture.db.deleteFrom('webhook_endpoint').execute()
  receiver.answer = (response) => void response.writeHead(410).end()
  peers.answer = () => 200
})

/** Somebody who owns the organizer, or whom accounts believes to have another role since. */
function owner(locale = 'en', role = 'owner') {
  const { userId, link } = knownUser(peers, 'console/organizers/org_1/messages/webhooks', { locale })
  Object.assign(link, { organizer: { name: 'Opéra de Paris', role } })
  return { userId, email: link.email }
}

async function goneEndpoint() {
  const endpoint = await fixture.endpoint(`${receiver.url}/${randomUUID()}`)
  await fixture.orderConfirmed()
  return endpoint
}

const subjects = async (email: string) => (await inbox.messages(email)).map(({ subject }) => subject)

const told = () =>
  eventually(async () => {
    const rows = (await fixture.deliveries()).filter((row) => row.kind === 'webhook-endpoint-off')
    return rows.length > 0 && rows.every((row) => ['sent', 'skipped', 'failed'].includes(row.state)) && rows
  })

describe('the owners of an organizer', () => {
  it('are told once, each in their language, that an endpoint was turned off, where it was and why', async () => {
    const [ada, zoe, left] = [owner('en'), owner('fr'), owner('en', 'viewer')]
    peers.owners.set(
      fixture.organizerId,
      [ada, zoe, left].map(({ userId }) => userId),
    )
    await goneEndpoint()
    await eventually(
      async () => (await inbox.messages(ada.email)).length + (await inbox.messages(zoe.email)).length === 2,
    )
    expect(await subjects(ada.email)).toEqual(['A webhook of Opéra de Paris was turned off'])
    expect(await subjects(zoe.email)).toEqual(['Un webhook de Opéra de Paris a été désactivé'])
    const [mail] = await inbox.messages(ada.email)
    expect(mail?.text).toContain(`${new URL(receiver.url).host} has answered that it wants no more webhooks`)
    expect(mail?.text).toContain('/messages/webhooks')
    await told()
    expect(await subjects(left.email)).toEqual([])
  })

  it('are told when accounts is back, and not when the endpoint is on again by then', async () => {
    const ada = owner()
    peers.owners.set(fixture.organizerId, [ada.userId])
    peers.answer = () => 503
    const endpoint = await goneEndpoint()
    const stays = await goneEndpoint()
    const isOff = async (id: string) => (await fixture.call('GET', `/v1/webhook-endpoints/${id}`)).json()
    await eventually(async () => !(await isOff(endpoint.id)).enabled && !(await isOff(stays.id)).enabled)
    const on = await fixture.call(
      'PATCH',
      `/v1/webhook-endpoints/${endpoint.id}`,
      { enabled: true },
      { 'if-match': '*' },
    )
    expect(on.statusCode).toBe(200)
    peers.answer = () => 200
    await eventually(async () => {
      fixture.clock.advance(16)
      return (await inbox.messages(ada.email)).length === 1
    })
    expect(await subjects(ada.email)).toHaveLength(1)
  })

  it('are not told of what a member turned off', async () => {
    const ada = owner()
    peers.owners.set(fixture.organizerId, [ada.userId])
    const { id } = await fixture.endpoint(receiver.url)
    await fixture.call('PATCH', `/v1/webhook-endpoints/${id}`, { enabled: false }, { 'if-match': '*' })
    const row = await fixture.db.selectFrom('webhook_endpoint').select(['enabled', 'owners_due_at']).executeTakeFirst()
    expect(row).toEqual({ enabled: false, owners_due_at: null })
  })
})
