import { createLog, newUuid, toId } from '@guichet/server'
import { freePort } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NotSent } from '../../src/deliveries/not-sent.ts'
import { createSms, type SmsAccepted, type SmsProvider } from '../../src/sms/provider.ts'
import { encodeSms } from '../../src/sms/segments.ts'
import { NOWHERE } from '../fixture.ts'
import { startSmsSink } from '../outside.ts'
import { startSmsc } from './smsc.ts'
import { startTwilio } from './twilio-fake.ts'

const SETTINGS = {
  sender: 'Guichet',
  publicUrl: 'https://tickets.example.org',
  log: createLog('sms', 'silent'),
  now: () => new Date(),
}
const FAULTS = ['refused-now', 'error-before', 'error-after', 'lost-before', 'lost-after'] as const
type Fault = (typeof FAULTS)[number]

interface Outside {
  url: string
  /** Nobody listens there. */
  nowhere: string
  order(fault: Fault): unknown
  texts(to: string): Promise<string[]>
  stop(): Promise<unknown>
}

const OUTSIDES: Record<string, () => Promise<Outside>> = {
  async sink() {
    const sink = await startSmsSink()
    const names = {
      'refused-now': '429',
      'error-before': '500-before',
      'error-after': '500-after',
      'lost-before': '500-before',
      'lost-after': '500-after',
    }
    return {
      url: sink.url,
      nowhere: NOWHERE,
      order: (fault) => sink.order(names[fault]),
      texts: async (to) => (await sink.messages()).filter((sms) => sms.to === to).map((sms) => sms.text),
      stop: () => sink.remove(),
    }
  },
  async twilio() {
    const twilio = await startTwilio()
    const names = {
      'refused-now': '429',
      'error-before': '500-before',
      'error-after': '500-after',
      'lost-before': 'lost-before',
      'lost-after': 'lost-after',
    } as const
    return {
      url: twilio.smsUrl,
      nowhere: twilio.smsUrl.replace(/:\d+\?/, `:${await freePort()}?`),
      order: (fault) => twilio.order(names[fault]),
      texts: async (to) => twilio.sent.filter((sms) => sms.to === to).map((sms) => sms.body),
      stop: () => twilio.stop(),
    }
  },
  async smpp() {
    const smsc = await startSmsc()
    const names = {
      'refused-now': 'throttle',
      'error-before': 'throttle',
      'error-after': 'drop-after',
      'lost-before': 'drop-before',
      'lost-after': 'drop-after',
    }
    return {
      url: smsc.smsUrl,
      nowhere: smsc.smsUrl.replace(/:\d+\?/, `:${await freePort()}?`),
      order: (fault) => smsc.order(names[fault]),
      texts: async (to) => (await smsc.messages(to)).map((sms) => sms.text),
      stop: () => smsc.remove(),
    }
  },
}

let numbers = 700_000_000
const newNumber = () => `+33${++numbers}`
const never = new AbortController().signal

/** Sends as the queue does: until it is accepted or refused for good, telling of tries whose end nobody knows. */
async function persist(provider: SmsProvider, to: string, text: string): Promise<SmsAccepted | 'refused'> {
  const sms = { to, content: encodeSms(text, true), key: toId('dlv', newUuid()) }
  let unsureSince: Date | undefined
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const began = new Date()
    try {
      return await provider.send({ ...sms, unsureSince }, never)
    } catch (error) {
      if (!(error instanceof NotSent)) throw error
      if (error.how === 'refused') return 'refused'
      if (error.how === 'unknown') unsureSince ??= began
    }
  }
  throw new Error('It was never taken, and never refused')
}

describe.each(Object.entries(OUTSIDES))('the SMS provider %s', (name, start) => {
  let outside: Outside
  let provider: SmsProvider
  beforeAll(async () => {
    outside = await start()
    provider = createSms(outside.url, SETTINGS) as SmsProvider
  })
  afterAll(async () => {
    await provider?.close?.()
    await outside?.stop()
  })

  it.each([
    ['GSM-7', 'Votre billet: 12 €, à 20 h [porte A]'],
    ['UCS-2', 'Ваш билет 🎫'],
    ['several parts of GSM-7', `Début ${'[0123456789] '.repeat(20)}fin`],
    ['several parts of UCS-2', `Начало ${'билет 🎫 '.repeat(20)}конец`],
  ])('takes a text in %s and hands it over unchanged, with a name to ask for it by', async (_encoding, text) => {
    const to = newNumber()
    const accepted = await persist(provider, to, text)
    expect(accepted).toMatchObject({ messageId: expect.stringMatching(/./) })
    expect(await outside.texts(to)).toEqual([text])
  })

  it.each(FAULTS)('never sends two, whatever happens (%s), and says when there is none', async (fault) => {
    const to = newNumber()
    await outside.order(fault)
    const outcome = await persist(provider, to, 'Your ticket')
    const texts = await outside.texts(to)
    expect(texts.length).toBeLessThanOrEqual(1)
    // Whoever cannot tell what it has taken is not asked again.
    if (name !== 'smpp' || fault === 'refused-now') expect([outcome === 'refused', texts.length]).toEqual([false, 1])
    else if (texts.length === 0) expect(outcome).toBe('refused')
    // The next one is not held up by it.
    expect(await persist(provider, newNumber(), 'The next')).not.toBe('refused')
  })

  it('refuses for good what can never arrive', async () => {
    expect(await persist(provider, '+1', 'Your ticket')).toBe('refused')
  })

  it('is away, and has taken nothing, when nobody listens', async () => {
    const away = createSms(outside.nowhere, SETTINGS) as SmsProvider
    const sms = { to: newNumber(), content: encodeSms('x', true), key: toId('dlv', newUuid()), unsureSince: undefined }
    await expect(away.send(sms, never)).rejects.toMatchObject({ name: 'NotSent', how: 'away', peer: 'sms' })
    await away.close?.()
  })
})

describe('a control: who asks again without looking', () => {
  it('sends two', async () => {
    const twilio = await startTwilio()
    const provider = createSms(twilio.smsUrl, SETTINGS) as SmsProvider
    const sms = { to: newNumber(), content: encodeSms('x', true), key: toId('dlv', newUuid()), unsureSince: undefined }
    twilio.order('500-after')
    await expect(provider.send(sms, never)).rejects.toMatchObject({ how: 'unknown' })
    await provider.send(sms, never)
    expect(twilio.sent).toHaveLength(2)
    await twilio.stop()
  })
})
