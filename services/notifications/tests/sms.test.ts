import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createLog, toId } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toOrder } from '../src/content/order.ts'
import { composeOrderSms } from '../src/letters/order-sms.ts'
import { toGsm7 } from '../src/sms/gsm7.ts'
import { parseSmsPrices, priceOf } from '../src/sms/prices.ts'
import { createSms } from '../src/sms/provider.ts'
import { encodeSms } from '../src/sms/segments.ts'
import { type Fixture, knownOrder, startNotifications } from './fixture.ts'
import { type Inbox, startInbox, startSmsSink } from './outside.ts'
import { orderAnswer, type Peers, PUBLIC_URL, startPeers } from './peers.ts'

let inbox: Inbox
let sink: Awaited<ReturnType<typeof startSmsSink>>
let peers: Peers
let fixture: Fixture

beforeAll(async () => {
  ;[inbox, sink, peers] = await Promise.all([startInbox(), startSmsSink(), startPeers()])
  fixture = await startNotifications({ peers, smtpUrl: inbox.smtpUrl, smsUrl: sink.url })
})
afterAll(async () => {
  await fixture?.end()
  await peers?.close()
  await Promise.all([inbox?.remove(), sink?.remove()])
})

let numbers = 600_000_000

function orderWithPhone(phone = `+33${++numbers}`) {
  return knownOrder(peers, { buyer: { name: 'Zoë', email: `z${numbers}@example.org`, phone } })
}

async function smsOf(phone: string | undefined) {
  return (await sink.messages()).filter((message) => message.to === phone)
}

describe('an order with a telephone number', () => {
  it('gets a mail and one short SMS in GSM-7', async () => {
    const order = orderWithPhone()
    await fixture.deliverOrder(order)
    await eventually(async () => (await smsOf(order.buyer?.phone)).length > 0)
    const [sms] = await smsOf(order.buyer?.phone)
    expect(sms).toMatchObject({ encoding: 'GSM-7' })
    expect(sms?.text).toBe(
      "Guichet: 3 billets pour Nuit à l'Opéra, samedi 13 mars 2027 à 20 h 30. Commande 2026-000042. Vos billets sont dans vos e-mails.",
    )
    expect(await eventually(async () => (await inbox.messages(order.buyer?.email ?? '')).length)).toBe(1)
  })

  it('gets no second SMS when the mail address is corrected', async () => {
    const order = orderWithPhone()
    await fixture.deliverOrder(order)
    await eventually(async () => (await smsOf(order.buyer?.phone)).length > 0)
    const { id: orderId, eventId, organizerId } = order
    if (order.buyer) order.buyer.email = `corrected.${order.buyer.email}`
    const data = { orderId, eventId, organizerId, number: 1 }
    await fixture.bus.deliver({ type: 'tickets.order-recipient-changed.v1', data, subject: orderId })
    await eventually(async () => (await inbox.messages(order.buyer?.email ?? '')).length > 0)
    // Were there a second one, it would be planned before its mail is sent.
    const planned = (await fixture.deliveries()).filter((row) => row.channel === 'sms' && row.order_id !== null)
    expect(planned.filter((row) => toId('ord', row.order_id ?? '') === orderId)).toHaveLength(1)
  })

  it.each(['500-after', 'timeout-after', '500-before', '429'])(
    'and a provider that answers %s is one SMS',
    async (fault) => {
      const order = orderWithPhone()
      await sink.order(fault)
      await fixture.deliverOrder(order)
      const own = async () =>
        (await fixture.deliveries()).filter(
          (row) => row.channel === 'sms' && row.recipient_address === order.buyer?.phone,
        )
      await eventually(async () => (await own())[0]?.state === 'retrying')
      fixture.clock.advance(15)
      await eventually(async () => (await own())[0]?.state === 'sent')
      expect(await smsOf(order.buyer?.phone)).toHaveLength(1)
    },
  )

  it('that is none gets the mail alone', async () => {
    for (const phone of ['0612345678', '+33 6 12', '+0611111111', "+336'; drop"]) {
      const order = orderWithPhone(phone)
      await fixture.deliverOrder(order)
      await eventually(async () => (await inbox.messages(order.buyer?.email ?? '')).length > 0)
      const rows = (await fixture.deliveries()).filter((row) => row.channel === 'sms')
      expect(rows.filter((row) => row.recipient_address === phone)).toEqual([])
    }
  })
})

describe('the file adapter', () => {
  it('writes each key once, however often and however many at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'guichet sms '))
    const file = join(folder, 'sms.jsonl')
    const provider = createSms(pathToFileURL(file).href, {
      sender: 'Guichet',
      publicUrl: PUBLIC_URL,
      log: createLog('sms', 'silent'),
      now: () => new Date(),
    })
    const send = (key: string) =>
      provider?.send(
        { to: '+33612345678', content: encodeSms('Bonjour', true), key, unsureSince: undefined },
        AbortSignal.timeout(1_000),
      )
    await Promise.all(['a', 'b', 'a', 'a', 'b'].map(send))
    const lines = (await readFile(file, 'utf8')).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).key).sort()).toEqual(['a', 'b'])
    await rm(folder, { recursive: true })
  })
})

describe('GSM-7', () => {
  it.each([
    ['1\u202f234,50\u00a0€ « à l’œuvre »\u202f!', '1 234,50 € " à l\'oeuvre "!'],
    ['ça, ô, ï, Ç', 'ca, o, i, Ç'],
    ['Zoë 🎟 東京', 'Zoe ? ??'],
    ['a\u0000b\u200bc', 'a?b?c'],
  ])('%j becomes %j', (text, expected) => {
    expect(toGsm7(text)).toEqual({ text: expected, lossy: expected.includes('?') })
  })

  it('an SMS stays within three parts, whatever the title', () => {
    const order = toOrder(orderAnswer({ event: { ...orderAnswer().event, title: { fr: '{}€'.repeat(200) } } }))
    expect(encodeSms(composeOrderSms(order, { name: 'Guichet', url: '' }), false).parts.length).toBeLessThanOrEqual(3)
  })
})

describe('the parts of an SMS', () => {
  it.each([
    ['160 plain characters', 'a'.repeat(160), 'GSM-7', 1],
    ['161 plain characters', 'a'.repeat(161), 'GSM-7', 2],
    ['80 signs that cost two', '€'.repeat(80), 'GSM-7', 1],
    ['a pair that would be cut', `${'a'.repeat(152)}€${'b'.repeat(10)}`, 'GSM-7', 2],
    ['70 letters of another alphabet', 'Ж'.repeat(70), 'UCS-2', 1],
    ['71 of them', 'Ж'.repeat(71), 'UCS-2', 2],
    ['an emoji that would be cut', `${'Ж'.repeat(66)}🎫${'Ж'.repeat(10)}`, 'UCS-2', 2],
  ])('%s travel as they must', (_name, text, encoding, count) => {
    const encoded = encodeSms(text, true)
    expect([encoded.encoding, encoded.parts.length]).toEqual([encoding, count])
    expect(encoded.parts.join('')).toBe(encoded.text)
    expect(encoded.text).toBe(text)
    const longest = encoded.encoding === 'GSM-7' ? 160 : 70
    for (const part of encoded.parts) expect(part.length).toBeLessThanOrEqual(longest)
  })

  it('are never more than GSM-7 needs where the settings say so', () => {
    expect(encodeSms('Билет 42', false)).toEqual({ text: '????? 42', encoding: 'GSM-7', parts: ['????? 42'] })
  })

  it('cost what the longest beginning of the number says', () => {
    const prices = parseSmsPrices('EUR 33=7 336=5 *=12')
    expect(priceOf(prices, '+33612345678', 2)).toEqual({ minor: 10, currency: 'EUR' })
    expect(priceOf(prices, '+33712345678', 2)).toEqual({ minor: 14, currency: 'EUR' })
    expect(priceOf(prices, '+4412345678', 1)).toEqual({ minor: 12, currency: 'EUR' })
    expect(priceOf(undefined, '+33612345678', 1)).toBeUndefined()
    for (const bad of ['', 'EUR', 'eur 33=7', 'EUR 33:7', 'EUR 33=7.5']) expect(parseSmsPrices(bad)).toBeUndefined()
  })
})
