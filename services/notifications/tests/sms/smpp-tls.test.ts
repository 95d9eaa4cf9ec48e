import { createLog, newUuid, toId } from '@guichet/server'
import { type Certificate, eventually, selfSigned, trust } from '@guichet/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSms, type SmsProvider, type SmsReport } from '../../src/sms/provider.ts'
import { encodeSms } from '../../src/sms/segments.ts'
import { startSmsc } from './smsc.ts'

const never = new AbortController().signal

describe('SMPP over TLS (smpps)', () => {
  const certificate: Certificate = selfSigned()
  let smsc: Awaited<ReturnType<typeof startSmsc>>
  const providers: SmsProvider[] = []
  const undo: (() => void)[] = []

  beforeAll(async () => {
    smsc = await startSmsc(certificate)
  })
  afterEach(async () => {
    for (const provider of providers.splice(0)) await provider.close?.()
    for (const step of undo.splice(0)) step()
  })
  afterAll(() => smsc?.remove())

  function connect(url = smsc.smsUrl): SmsProvider {
    const settings = { sender: 'Guichet', publicUrl: 'https://tickets.example.org', now: () => new Date() }
    const provider = createSms(url, { ...settings, log: createLog('sms', 'silent') }) as SmsProvider
    providers.push(provider)
    return provider
  }
  let numbers = 780_000_000
  const sms = () => ({
    to: `+33${++numbers}`,
    content: encodeSms('Your ticket', true),
    key: toId('dlv', newUuid()),
    unsureSince: undefined,
  })

  it.each(['127.0.0.1', 'localhost'])(
    'sends and hears receipts of who shows a trusted certificate for %s',
    async (host) => {
      undo.push(trust(certificate))
      const provider = connect(smsc.smsUrl.replace('127.0.0.1', host))
      const reports: SmsReport[] = []
      provider.listen?.({ onReport: async (report) => void reports.push(report), onReply: async () => {} })
      const one = sms()
      const { messageId } = await provider.send(one, never)
      expect((await smsc.messages(one.to)).map(({ text }) => text)).toEqual(['Your ticket'])
      await eventually(() => reports.some((report) => report.messageId === messageId && report.what === 'delivered'))
    },
  )

  it('tells the password and the message to nobody whose certificate is not trusted, or is for another name', async () => {
    const one = sms()
    const away = { name: 'NotSent', how: 'away', peer: 'sms' }
    await expect(connect().send(one, never)).rejects.toMatchObject({ ...away, message: /self-signed/ })
    undo.push(trust(selfSigned()))
    await expect(connect().send(one, never)).rejects.toMatchObject({ ...away, message: /self-signed/ })
    expect(await smsc.messages(one.to)).toEqual([])
    const ofAnother = selfSigned('elsewhere.example', [192, 0, 2, 1])
    undo.push(trust(ofAnother))
    const other = await startSmsc(ofAnother)
    await expect(connect(other.smsUrl).send(one, never)).rejects.toMatchObject({ ...away, message: /altnames/ })
    expect(await other.messages(one.to)).toEqual([])
    await other.remove()
  })

  it('is not spoken in the clear to who wants TLS, nor TLS to who does not', async () => {
    const away = { name: 'NotSent', how: 'away' }
    await expect(connect(smsc.smsUrl.replace('smpps:', 'smpp:')).send(sms(), never)).rejects.toMatchObject(away)
    const plain = await startSmsc()
    undo.push(trust(certificate))
    await expect(connect(plain.smsUrl.replace('smpp:', 'smpps:')).send(sms(), never)).rejects.toMatchObject(away)
    await plain.remove()
  })
})
