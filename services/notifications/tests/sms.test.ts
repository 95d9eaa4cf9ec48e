import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toOrder } from '../src/content/order.ts'
import { composeOrderSms } from '../src/letters/order-sms.ts'
import { toGsm7 } from '../src/sms/gsm7.ts'
import { createSms } from '../src/sms/provider.ts'
import { type Fixture, knownOrder, startNotifications } from './fixture.ts'
import { type Inbox, startInbox, startSmsSink } from './outside.ts'
import { orderAnswer, type Peers, startPeers } from './peers.ts'

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
    const provider = createSms(pathToFileURL(file).href, 'Guichet')
    const send = (key: string) =>
      provider?.send({ to: '+33612345678', text: 'Bonjour', key }, AbortSignal.timeout(1_000))
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
    expect(toGsm7(text)).toBe(expected)
  })

  it('an SMS stays within three parts, whatever the title', () => {
    const order = toOrder(orderAnswer({ event: { ...orderAnswer().event, title: { fr: '{}€'.repeat(200) } } }))
    expect(composeOrderSms(order, { name: 'Guichet', url: '' }).length).toBeLessThan(306)
  })
})
