import { describe, expect, it } from 'vitest'
import type { EmailLink } from '../src/content/email-link.ts'
import { toOrder } from '../src/content/order.ts'
import type { Refund } from '../src/content/refund.ts'
import { toEntry } from '../src/content/waiting-entry.ts'
import type { EventFacts } from '../src/db.ts'
import { ACCOUNT_KINDS, type AccountKind, composeAccountLetter } from '../src/letters/account-letter.ts'
import type { Letter, LetterDraft } from '../src/letters/letter.ts'
import { composeOrderLetter, ORDER_KINDS, type OrderKind } from '../src/letters/order-letter.ts'
import { composePaymentFailed } from '../src/letters/payment-failed.ts'
import { renderLetter } from '../src/letters/render-letter.ts'
import { composeWaitingJoined } from '../src/letters/waiting-joined.ts'
import { composeWaitingOffered } from '../src/letters/waiting-offered.ts'
import { composeWebhookOff } from '../src/letters/webhook-off.ts'
import english from '../src/messages/en.json' with { type: 'json' }
import french from '../src/messages/fr.json' with { type: 'json' }
import { textsOf } from '../src/messages/texts.ts'
import { writeLetter } from '../src/templates/write-letter.ts'
import { entryAnswer, orderAnswer, PUBLIC_URL } from './peers.ts'

const NOW = new Date('2027-01-10T09:00:00Z')
const SHOP = { name: 'Guichet', url: PUBLIC_URL }
const IDS = { id: 'ord_01kanw8f7re8ksz8zkz3q2x4vc', eventId: 'evt_01kanw8f7re8ksz8zkz3q2x4vd' }
const FACTS: Partial<Record<OrderKind, EventFacts>> = {
  'event-cancelled': {
    version: 5,
    cancellationReason: { en: 'The singer has lost her voice.', fr: 'La chanteuse est aphone.' },
  },
  'event-rescheduled': {
    version: 6,
    title: { en: 'Night at the Opera', fr: 'Nuit à l’Opéra' },
    startsAt: '2027-05-02T18:00:00.000Z',
    endsAt: '2027-05-02T21:00:00.000Z',
    timeZone: 'Europe/Paris',
    previousStartsAt: '2027-03-13T19:30:00.000Z',
    previous: {
      startsAt: '2027-03-13T19:30:00.000Z',
      endsAt: '2027-03-13T22:00:00.000Z',
      timeZone: 'Europe/Paris',
      venue: {
        name: 'Théâtre du Châtelet',
        address: '1 place du Châtelet',
        city: 'Paris',
        country: 'FR',
        online: false,
      },
    },
  },
  'event-moved': {
    version: 6,
    previous: {
      venue: {
        name: 'Théâtre du Châtelet',
        address: '1 place du Châtelet',
        city: 'Paris',
        country: 'FR',
        online: false,
      },
    },
  },
  'event-reminder': {
    note: {
      en: 'The doors open at 19:45. Bags are searched.',
      fr: 'Les portes ouvrent à 19 h 45. Les sacs sont fouillés.',
    },
  },
}

const REFUNDS: Partial<Record<OrderKind, Refund>> = {
  'order-refund': { amountMinor: 123_450, tickets: 3, reason: 'requested' },
  'order-partial-refund': { amountMinor: 61_725, tickets: 1, reason: 'requested' },
  'payment-refund': { amountMinor: 123_450, tickets: 0, reason: 'late-payment' },
}

const ANSWERS: Partial<Record<OrderKind, Record<string, unknown>>> = {
  'order-confirmation': {
    payment: { state: 'succeeded', provider: 'stripe', amountMinor: 123_450, currency: 'EUR', mode: 'live' },
    confirmedAt: '2027-01-10T08:58:00.000Z',
  },
  'transfer-instructions': {
    number: null,
    state: 'held',
    tickets: [],
    payment: {
      state: 'pending',
      instructions: {
        beneficiary: 'Opéra de Paris',
        iban: 'FR1420041010050500013M02606',
        bic: 'PSSTFRPPPAR',
        reference: 'RF18 5390 0754 7034',
        dueAt: '2027-01-17T09:00:00.000Z',
      },
    },
  },
}

function letterOf(kind: OrderKind, changes: Record<string, unknown> = {}): Letter {
  const order = toOrder(orderAnswer({ ...IDS, ...ANSWERS[kind], ...changes }))
  const context = { facts: FACTS[kind] ?? {}, refund: REFUNDS[kind], now: NOW, shop: SHOP }
  return written(composeOrderLetter(kind, order, context))
}

/** By the default template. */
const written = (draft: LetterDraft) => writeLetter(draft, { shop: SHOP })

const entryOf = (changes: Record<string, unknown> = {}) =>
  toEntry(entryAnswer({ id: 'wle_01kanw8f7re8ksz8zkz3q2x4ve', ...changes }))

/** An offer of two places, until half past ten in the evening where the event takes place. */
function offeredLetter(locale: string, changes: Record<string, unknown> = {}): Letter {
  const offer = { ...IDS, locale, number: '3Q2X4VC', state: 'held', expiresAt: '2027-01-10T21:30:00.000Z', tickets: [] }
  const order = toOrder(orderAnswer({ ...offer, lines: orderAnswer().lines.slice(0, 1) }))
  return written(composeWaitingOffered(entryOf({ locale, ...changes }), order, { now: NOW, shop: SHOP }))
}

/** Of a hold that ends in ten minutes. */
function failedLetter(locale: 'en' | 'fr'): Letter {
  const hold = { ...IDS, locale, number: '3Q2X4VC', state: 'held', expiresAt: '2027-01-10T09:10:00.000Z', tickets: [] }
  const order = toOrder(orderAnswer(hold))
  const input = { order, occasion: order.event, facts: {}, now: NOW, shop: SHOP, t: textsOf(locale) }
  return written(composePaymentFailed(input))
}

function linkFor(language: 'en' | 'fr', kind: AccountKind): EmailLink {
  const url = `${PUBLIC_URL}/${language}/confirm-email?token=abc`
  return {
    url,
    email: 'ada@example.org',
    name: 'Ada Martin',
    language,
    expiresAt: new Date(NOW.getTime() + (kind === 'email-changed' ? 7 : 1) * 86_400_000),
    organizer: { name: 'Opéra de Paris', role: 'manager' },
  }
}

const asText = async (letter: Letter) => `Subject: ${letter.subject}\n\n${(await renderLetter(letter)).text}`

const LANGUAGES = ['en', 'fr'] as const

function accountLetter(kind: AccountKind, language: 'en' | 'fr'): LetterDraft {
  const [link, context] = [linkFor(language, kind), { now: NOW, shop: SHOP }]
  if (kind !== 'webhook-endpoint-off') return composeAccountLetter(kind, link, context)
  return composeWebhookOff(link, { host: 'hooks.example.org', reason: 'gone' }, context)
}

function everyLetter(): [string, Letter][] {
  return LANGUAGES.flatMap((language) => [
    ...ORDER_KINDS.map((kind): [string, Letter] => [`${kind}.${language}`, letterOf(kind, { locale: language })]),
    ...ACCOUNT_KINDS.map((kind): [string, Letter] => [`${kind}.${language}`, written(accountLetter(kind, language))]),
    [
      `waiting-list-joined.${language}`,
      written(composeWaitingJoined(entryOf({ locale: language }), { now: NOW, shop: SHOP })),
    ],
    [`waiting-list-offered.${language}`, offeredLetter(language)],
    [`payment-failed.${language}`, failedLetter(language)],
  ])
}

describe('each letter, in English and in French', () => {
  it.each(everyLetter())('%s says what it said when it was last read', async (name, letter) => {
    await expect(await asText(letter)).toMatchFileSnapshot(`letters/${name}.txt`)
  })

  it.each(everyLetter())(
    '%s is an accessible document that needs no image and nothing from elsewhere',
    async (_name, letter) => {
      const { html } = await renderLetter(letter)
      expect(html).toMatch(new RegExp(`<html lang="${letter.language}" dir="ltr"`))
      expect(html).toMatch(/<title>[^<]+<\/title>/)
      expect(html.match(/<h1/g)).toHaveLength(1)
      expect(html).not.toMatch(/<img|<script|<link|url\(|@import|src=/i)
      expect(html).toContain('prefers-color-scheme: dark')
      expect(Buffer.byteLength(html)).toBeLessThan(100_000)
      // Layout tables are presentation; the one table of data has a caption and scoped headers.
      for (const table of html.match(/<table[^>]*>/g) ?? []) {
        if (!table.includes('role="presentation"')) expect(html).toContain('<caption')
      }
      for (const link of html.match(/href="[^"]*"/g) ?? []) expect(link).toMatch(/^href="http:\/\/localhost:4000/)
    },
  )

  it('has the same words in both catalogues', () => {
    expect(Object.keys(french).sort()).toEqual(Object.keys(english).sort())
  })
})

describe('French', () => {
  it('has its spaces, its dates and its law', async () => {
    const { text } = await renderLetter(letterOf('order-confirmation'))
    expect(text).toContain('1\u202f234,50\u00a0€')
    expect(text).toContain('samedi 13 mars 2027 à 20\u00a0h\u00a030')
    expect(text).toContain('Pas de droit de rétractation\u00a0: ')
    expect(text).not.toMatch(/[ \u00a0][;!?]|[^\u00a0]:(?!\/\/|\d)(?=\s)/)
  })

  it('does not speak of withdrawal where nothing was paid, nor in English', async () => {
    const free = { totalMinor: 0, lines: [] }
    expect((await renderLetter(letterOf('order-confirmation', free))).text).not.toContain('rétractation')
    expect((await renderLetter(letterOf('order-confirmation', { locale: 'en' }))).text).not.toMatch(/withdraw|L221/)
  })
})

describe('an offer', () => {
  it('tells the deadline in the venue’s time, with its zone, and how to say no', async () => {
    const { text } = await renderLetter(offeredLetter('en'))
    expect(text).toContain('kept for you until Sunday 10 January 2027 at 22:30 (Central European Time)')
    expect(text).toContain(`${PUBLIC_URL}/en/orders/${IDS.id}?key=the-secret_of-the-order`)
    expect(text).toContain(`${PUBLIC_URL}/en/waiting-list/wle_01kanw8f7re8ksz8zkz3q2x4ve?key=the-secret_of-the-entry`)
  })

  it('says when it is of fewer places than were asked for', async () => {
    expect((await renderLetter(offeredLetter('en'))).text).toContain('You asked for 3 places; 2 are free.')
    expect((await renderLetter(offeredLetter('en', { quantity: 2 }))).text).not.toContain('You asked for')
  })
})

describe('a letter that is sent late', () => {
  it('asks nobody for a transfer that has come, or is no longer awaited', () => {
    const instructions = null
    for (const late of [{ state: 'confirmed' }, { payment: { state: 'failed', instructions } }, { payment: null }]) {
      expect(() => letterOf('transfer-instructions', late)).toThrow('awaits no bank transfer')
    }
  })

  it('hands out no tickets of an order that was refunded since', async () => {
    const letter = letterOf('order-confirmation', { state: 'refunded', locale: 'en' })
    const { text } = await renderLetter(letter)
    expect(text).toContain('its tickets are no longer valid')
    expect(text).not.toContain('Open my tickets')
    expect(letter.attachments).toEqual([])
  })

  it('speaks of a refund as done, due or not needed', async () => {
    const refundIn = async (changes: object) =>
      (await renderLetter(letterOf('event-cancelled', { locale: 'en', ...changes }))).text
    expect(await refundIn({})).toContain('You will get back €1,234.50')
    expect(await refundIn({ state: 'refunded', payment: { state: 'refunded' } })).toContain(
      'You have got back €1,234.50',
    )
    expect(await refundIn({ totalMinor: 0 })).toContain('Your order was free')
  })
})

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '"><script>alert(1)</script>',
  '{{constructor.constructor("return 1")()}}',
  '{% raw %}',
  '{name, select, other {x}}',
  "<a href='javascript:alert(1)'>",
  '[x](javascript:alert(1))',
  '</title></head><body onload=alert(1)>',
]

describe('S-60: what others wrote', () => {
  it.each(HOSTILE)('%s stays text in every place that shows it', async (hostile) => {
    const texts = { en: hostile, fr: hostile }
    const answer = orderAnswer({
      ...IDS,
      number: hostile,
      locale: 'en',
      event: {
        ...orderAnswer().event,
        title: texts,
        venue: { name: hostile, address: hostile, city: hostile, country: hostile },
      },
      buyer: { name: hostile, email: 'zoe@example.org' },
      lines: [{ ticketTypeId: 'typ_1', name: texts, quantity: 1, unitPriceMinor: 100, totalMinor: 100 }],
      tickets: [{ id: 'tkt_1', typeName: texts, holderName: hostile, code: '', state: 'valid' }],
    })
    const own = tagsOf((await renderLetter(letterOf('order-confirmation', { locale: 'en' }))).html)
    for (const kind of ORDER_KINDS) {
      const facts = { cancellationReason: texts }
      const order = toOrder({ ...answer, ...ANSWERS[kind] })
      const letter = written(composeOrderLetter(kind, order, { facts, now: NOW, shop: SHOP }))
      const { html, text } = await renderLetter(letter)
      expect(text).toContain(hostile)
      expect(html).toContain(escaped(hostile))
      // Markdown leaves quotes as they are, where they are but text.
      const rest = html.replaceAll('&quot;', '&#34;').replaceAll(escaped(hostile), '').replaceAll(inProse(hostile), '')
      expect(rest).not.toContain('alert')
      for (const tag of tagsOf(rest)) expect(own).toContain(tag)
    }
  })
})

const inProse = (text: string) => escaped(text).replaceAll('&#34;', '"').replaceAll('&#39;', "'")
const tagsOf = (html: string) => [...new Set(html.match(/<\/?[a-z][a-z0-9]*/gi))]

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

describe('S-68: line ends and tricks in names', () => {
  it('become one clean line, cut to a sane length', async () => {
    const title = { en: `Concert\r\nBcc: all@example.org\u2028\u202etxet${'x'.repeat(500)}` }
    const letter = letterOf('order-confirmation', {
      locale: 'en',
      event: { ...orderAnswer().event, title },
      buyer: { name: 'Zoë\r\nBcc: x', email: 'zoe@example.org' },
    })
    expect(letter.subject).toMatch(/^Your tickets for Concert Bcc: all@example\.org txetx+…$/)
    expect(letter.subject.length).toBeLessThan(250)
    expect((await renderLetter(letter)).text).toContain('\nHello Zoë Bcc: x,\n')
  })

  it('greet by name, but make no link of one that a stranger chose', async () => {
    const greeting = async (name: string) =>
      (await renderLetter(letterOf('order-confirmation', { buyer: { name, email: 'z@example.org' } }))).text.split(
        '\n',
      )[2]
    const plain = await greeting('')
    for (const name of ['Zoë', "J. R. O'Neil", 'St. John']) expect(await greeting(name)).toContain(name)
    for (const name of ['Win at evil.example', 'http://evil.example/x', 'www.evil', 'a@evil.example']) {
      expect(await greeting(name), name).toBe(plain)
    }
  })
})

describe('the calendar file', () => {
  it('folds long lines, escapes what would be syntax, and keeps one uid through changes', () => {
    const title = { en: `A; B, C\\D ${'é'.repeat(60)}` }
    const event = { ...orderAnswer().event, title }
    const [confirmed = '', cancelled = ''] = (['order-confirmation', 'event-cancelled'] as const).map((kind) =>
      String(letterOf(kind, { locale: 'en', event }).attachments[0]?.content),
    )
    const lines = confirmed.split('\r\n')
    expect(lines.every((line) => Buffer.byteLength(line) <= 75)).toBe(true)
    const unfolded = confirmed.replace(/\r\n /g, '')
    expect(unfolded).toContain('SUMMARY:A\\; B\\, C\\\\D é')
    expect(unfolded).toContain('DTSTART:20270313T193000Z')
    expect(unfolded).not.toContain('the-secret')
    const uid = (content: string) => /UID:(.*)\r\n/.exec(content.replace(/\r\n /g, ''))?.[1]
    expect(uid(cancelled)).toBe(uid(confirmed))
    expect(cancelled).toContain('METHOD:CANCEL')
    expect(cancelled).toContain('SEQUENCE:5')
  })
})
