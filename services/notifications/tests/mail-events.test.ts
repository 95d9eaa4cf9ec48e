import { connect } from 'node:net'
import { newUuid, parseId, toId } from '@guichet/server'
import { eventually, freePort, newOrganizerId, selfSigned } from '@guichet/testkit'
import nodemailer from 'nodemailer'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressKey } from '../src/consent/address-key.ts'
import { withoutAddresses } from '../src/deliveries/record-outcome.ts'
import { deliveryOfReturnPath, returnPathOf } from '../src/mail/return-path.ts'
import { readReturnedMail } from '../src/mail-events/returned-mail.ts'
import { takeReturnedMail } from '../src/mail-events/take-returned-mail.ts'
import { addRow, type Fixture, startNotifications } from './fixture.ts'
import { arf, dsn } from './returned-mails.ts'

const SECRET = `whsec_${Buffer.from('a secret of this test, thirty-two b').toString('base64')}`
const ORGANIZER = newOrganizerId()
const BOUNCES = 'bounces@guichet.localhost'

let fixture: Fixture
let smtpPort: number

beforeAll(async () => {
  smtpPort = await freePort()
  fixture = await startNotifications({
    config: { bounceAddress: BOUNCES, bounceSmtpPort: smtpPort },
    secrets: { mailEventsSecret: SECRET },
  })
})
afterAll(() => fixture?.end())

const messageIdOf = (id: string) => `<${id}@guichet.localhost>`

async function tell(
  type: string,
  id: string,
  { diagnostic = null as string | null, secret = SECRET, sentAt = new Date() } = {},
) {
  const body = JSON.stringify({
    type,
    timestamp: sentAt.toISOString(),
    data: { messageId: messageIdOf(id), diagnostic },
  })
  const webhookId = `msg_${newUuid()}`
  return fixture.app.inject({
    method: 'POST',
    url: '/v1/mail-events',
    headers: {
      'content-type': 'application/json',
      'webhook-id': webhookId,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(webhookId, sentAt, body),
    },
    payload: body,
  })
}

async function rowOf(id: string) {
  return fixture.db
    .selectFrom('delivery')
    .select(['state', 'sent_at', 'delivered_at', 'bounced_at', 'provider_reply', 'last_error', 'lease'])
    .where('id', '=', parseId('dlv', id) ?? '')
    .executeTakeFirstOrThrow()
}

async function suppressed(address: string) {
  const key = addressKey(fixture.context.keys, address)
  const found = await fixture.db
    .selectFrom('suppression')
    .select('reason')
    .where('address_key', '=', key)
    .executeTakeFirst()
  return found?.reason
}

const sent = (recipient = `${newUuid()}@example.org`) =>
  addRow(fixture, { organizerId: ORGANIZER, state: 'sent', recipient })

describe('receiveMailEvent', () => {
  it('says that a mail has arrived, once, however often it is told', async () => {
    const id = await sent()
    expect((await tell('mail.delivered', id)).statusCode).toBe(204)
    const first = await rowOf(id)
    expect(first).toMatchObject({ state: 'delivered', delivered_at: fixture.clock.now() })
    await tell('mail.delivered', id)
    expect(await rowOf(id)).toEqual(first)
  })

  it('keeps the words of the server that would not have it, without the address, and remembers the address', async () => {
    const recipient = `Gone.${newUuid()}@example.org`
    const id = await sent(recipient)
    await tell('mail.bounced', id, { diagnostic: `550 5.1.1 <${recipient}>: no such user` })
    expect(await rowOf(id)).toMatchObject({
      state: 'bounced',
      provider_reply: '550 5.1.1 <…>: no such user',
      bounced_at: fixture.clock.now(),
    })
    expect(await suppressed(recipient.toLowerCase())).toBe('bounced')
  })

  it.each([
    ['550 5.1.1 no such user', 'bounced'],
    ['550 No such user here', 'bounced'],
    [null, 'bounced'],
    ['552 5.2.2 mailbox full', undefined],
    ['552 mailbox full', undefined],
    ['550 5.7.1 your server 5.10.20.30 is on a list', undefined],
    ['4.4.7 delivery time expired', undefined],
  ])('remembers the address when a bounce says so, not what may be over tomorrow: %j', async (diagnostic, reason) => {
    const recipient = `${newUuid()}@example.org`
    const id = await sent(recipient)
    await tell('mail.bounced', id, diagnostic === null ? {} : { diagnostic })
    expect(await rowOf(id)).toMatchObject({ state: 'bounced' })
    expect(await suppressed(recipient)).toBe(reason)
  })

  it.each([
    [['mail.delivered', 'mail.bounced']],
    [['mail.bounced', 'mail.delivered']],
    [['mail.delayed', 'mail.bounced', 'mail.delayed', 'mail.delivered', 'mail.bounced']],
  ])('ends the same whatever comes first: %j', async (types) => {
    const id = await sent()
    for (const type of types) expect((await tell(type, id)).statusCode).toBe(204)
    expect(await rowOf(id)).toMatchObject({ state: 'bounced' })
  })

  it('knows from it that a mail arrived whose acceptance was lost, so that no second one is sent', async () => {
    const id = await addRow(fixture, { organizerId: ORGANIZER, state: 'retrying' })
    await tell('mail.delivered', id)
    expect(await rowOf(id)).toMatchObject({ state: 'delivered', sent_at: fixture.clock.now() })
  })

  it('remembers a complaint, and leaves the mail as it was', async () => {
    const recipient = `${newUuid()}@example.org`
    const id = await sent(recipient)
    await tell('mail.complained', id)
    expect(await rowOf(id)).toMatchObject({ state: 'sent' })
    expect(await suppressed(recipient)).toBe('complained')
  })

  it.each([[['mail.bounced', 'mail.complained']], [['mail.complained', 'mail.bounced']]])(
    'remembers a complaint for good, beside a bounce of the same address: %j',
    async (types) => {
      const recipient = `${newUuid()}@example.org`
      for (const type of types) await tell(type, await sent(recipient))
      expect(await suppressed(recipient)).toBe('complained')
    },
  )

  it('waits for the sender that is about to write its own outcome', async () => {
    const id = await addRow(fixture, { organizerId: ORGANIZER, state: 'sending' })
    expect((await tell('mail.bounced', id)).json()).toMatchObject({ status: 409, code: 'being-sent' })
    expect(await rowOf(id)).toMatchObject({ state: 'sending' })
  })

  it('believes nobody without the secret, and nothing that is old', async () => {
    const id = await sent()
    const forged = await tell('mail.bounced', id, { secret: `whsec_${Buffer.alloc(32).toString('base64')}` })
    expect(forged.json()).toMatchObject({ status: 401, code: 'unauthenticated' })
    const old = await tell('mail.bounced', id, { sentAt: new Date(Date.now() - 3_600_000) })
    expect(old.statusCode).toBe(401)
    expect((await fixture.app.inject({ method: 'POST', url: '/v1/mail-events', payload: {} })).statusCode).toBe(401)
    expect(await rowOf(id)).toMatchObject({ state: 'sent' })
  })

  it('refuses what is no mail event, and takes what is about nothing of ours', async () => {
    expect((await tell('mail.eaten', await sent())).json()).toMatchObject({ code: 'request-invalid' })
    expect((await tell('mail.bounced', toId('dlv', newUuid()))).statusCode).toBe(204)
    expect((await tell('mail.bounced', 'somebody-else')).statusCode).toBe(204)
  })

  it('is not there without a secret', async () => {
    const bare = await startNotifications({ started: false })
    const answer = await bare.app.inject({ method: 'POST', url: '/v1/mail-events', payload: {} })
    expect(answer.statusCode).toBe(404)
    await bare.end()
  })
})

describe('the way back of a mail', () => {
  it('names its message in any case of letters, and nobody else can make one', () => {
    const { links } = fixture.context.keys
    const id = newUuid()
    const path = returnPathOf(links, BOUNCES, id)
    expect(path.length).toBeLessThanOrEqual(254)
    expect(path.split('@')[0]?.length).toBeLessThanOrEqual(64)
    expect(deliveryOfReturnPath(links, path)).toBe(id)
    expect(deliveryOfReturnPath(links, path.toUpperCase())).toBe(id)
    const other = returnPathOf(links, BOUNCES, newUuid())
    const swapped = path.replace(/-[0-9a-f]+@/, /-[0-9a-f]+@/.exec(other)?.[0] ?? '')
    expect(deliveryOfReturnPath(links, swapped)).toBeUndefined()
    expect(deliveryOfReturnPath(Buffer.alloc(32), path)).toBeUndefined()
  })
})

describe('returned mail', () => {
  const giveBack = async (to: string, raw: string) => {
    const transport = nodemailer.createTransport({ host: '127.0.0.1', port: smtpPort, ignoreTLS: true })
    await transport.sendMail({ envelope: { from: '', to: [to] }, raw })
  }
  const wayBack = (id: string) => returnPathOf(fixture.context.keys.links, BOUNCES, parseId('dlv', id) ?? '')

  it('that was not delivered is a bounce, by the envelope alone', async () => {
    const id = await sent()
    await giveBack(wayBack(id), dsn({ action: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 User unknown' }))
    expect(await rowOf(id)).toMatchObject({ state: 'bounced', provider_reply: '550 5.1.1 User unknown' })
  })

  it('that is only late is no bounce', async () => {
    const id = await sent()
    await giveBack(wayBack(id), dsn({ action: 'delayed', status: '4.4.1', diagnostic: '451 greylisted' }))
    expect(await rowOf(id)).toMatchObject({ state: 'sent', provider_reply: '451 greylisted' })
  })

  it.each(['Return-Path: <', 'X-Guichet-Return: '])(
    'is known by the header of what it returns, when the envelope says nothing: %s',
    async (field) => {
      const id = await sent()
      const returned = { action: 'failed', status: '5.2.2', diagnostic: '552 full', messageId: messageIdOf(id) }
      await giveBack(BOUNCES, dsn({ ...returned, header: `${field}${wayBack(id)}` }))
      expect(await rowOf(id)).toMatchObject({ state: 'bounced' })
    },
  )

  it.each([
    ['header', 'Return-Path: '],
    ['field', 'Original-Mail-From: '],
  ])('that complains is a complaint, by a %s "%s"', async (where, field) => {
    const recipient = `${newUuid()}@example.org`
    const id = await sent(recipient)
    await giveBack(BOUNCES, arf({ feedback: 'abuse', messageId: messageIdOf(id), [where]: `${field}<${wayBack(id)}>` }))
    expect(await suppressed(recipient)).toBe('complained')
  })

  it.each([
    ['a bounce', (messageId: string) => dsn({ action: 'failed', status: '5.1.1', messageId })],
    ['a delivery', (messageId: string) => dsn({ action: 'delivered', status: '2.0.0', messageId })],
    ['a complaint', (messageId: string) => arf({ feedback: 'abuse', messageId })],
  ])('that knows a Message-ID alone is believed by nobody, since anybody can write it: %s', async (_, write) => {
    const recipient = `${newUuid()}@example.org`
    const [id, other] = [await sent(recipient), await sent()]
    const before = await rowOf(id)
    await giveBack(BOUNCES, write(messageIdOf(id)))
    // The same with a mark that was made up, and with that of another message, which tells of that one alone.
    const forged = wayBack(id).replace(/-[0-9a-f]+@/, '-0123456789abcdef@')
    await giveBack(BOUNCES, `To: ${forged}\r\n${write(messageIdOf(id))}`)
    await giveBack(BOUNCES, `To: ${wayBack(other)}\r\n${write(messageIdOf(id))}`)
    expect(await rowOf(id)).toEqual(before)
    expect(await suppressed(recipient)).toBeUndefined()
  })

  it('is taken for nobody else, and nothing happens of an answer that a person wrote', async () => {
    const id = await sent()
    await expect(giveBack('postmaster@guichet.localhost', dsn({ action: 'failed', status: '5.1.1' }))).rejects.toThrow(
      '550',
    )
    const forged = wayBack(id).replace(/-[0-9a-f]+@/, '-0123456789abcdef@')
    await expect(giveBack(forged, dsn({ action: 'failed', status: '5.1.1' }))).rejects.toThrow('550')
    await giveBack(wayBack(id), 'Subject: I am away\r\nAuto-Submitted: auto-replied\r\n\r\nUntil Monday.\r\n')
    expect(await rowOf(id)).toMatchObject({ state: 'sent' })
  })

  it('with words of any length holds nobody up', async () => {
    const id = await sent()
    const before = performance.now()
    await giveBack(wayBack(id), dsn({ action: 'failed', status: '5.1.1', diagnostic: `550 ${'a'.repeat(200_000)}` }))
    expect(performance.now() - before).toBeLessThan(30_000)
    expect(await rowOf(id)).toMatchObject({ state: 'bounced' })
  })

  it.each([
    ['550 <zoe@example.org>: unknown', '550 <…>: unknown'],
    ["Twilio: The 'To' number +33612345678 is not valid. (21211)", "Twilio: The 'To' number … is not valid. (21211)"],
    ['250 2.0.0 queued as 1234567890', '250 2.0.0 queued as 1234567890'],
  ])('and refusals are shown without the recipient: %s', (said, shown) => {
    expect(withoutAddresses(said)).toBe(shown)
  })

  it('comes by TLS where there is a certificate, and without it from who knows none', async () => {
    const certificate = selfSigned()
    const port = await freePort()
    const { cert, key } = certificate
    const taker = await takeReturnedMail(fixture.context, {
      ...{ port, host: '127.0.0.1', bounceAddress: BOUNCES },
      tls: { cert, key },
    })
    const bring = async (id: string, how: object) => {
      const transport = nodemailer.createTransport({ host: '127.0.0.1', port, ...how })
      await transport.sendMail({
        envelope: { from: '', to: [wayBack(id)] },
        raw: dsn({ action: 'failed', status: '5.1.1' }),
      })
    }
    const [secure, plain] = [await sent(), await sent()]
    await bring(secure, { requireTLS: true, tls: { ca: cert } })
    await bring(plain, { ignoreTLS: true })
    await expect(bring(plain, { requireTLS: true })).rejects.toThrow(/self-signed/)
    for (const id of [secure, plain]) expect(await rowOf(id)).toMatchObject({ state: 'bounced' })
    await taker.stop()
  })

  it('that breaks off leaves the taker alive', async () => {
    const socket = connect(smtpPort, '127.0.0.1')
    await new Promise((resolve) => socket.once('data', resolve))
    socket.write('EHLO x\r\nMAIL FROM:<>\r\n')
    socket.destroy()
    const id = await sent()
    await giveBack(wayBack(id), dsn({ action: 'failed', status: '5.1.1' }))
    await eventually(async () => (await rowOf(id)).state === 'bounced')
  })

  it.each([
    ['not-spam', undefined],
    ['fraud', 'complained'],
  ])('of the feedback type %s is %s', async (feedback, what) => {
    const id = newUuid()
    const raw = Buffer.from(arf({ feedback, messageId: messageIdOf(toId('dlv', id)) }))
    expect((await readReturnedMail(fixture.context.keys.links, raw))?.what).toBe(what)
  })
})
