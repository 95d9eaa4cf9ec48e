import { selfSigned } from '@guichet/testkit'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'

const GOOD = {
  NOTIFICATIONS_DATABASE_URL: 'postgres://notifications@127.0.0.1/notifications',
  NOTIFICATIONS_BUS_URL: 'amqp://127.0.0.1',
  NOTIFICATIONS_PUBLIC_URL: 'https://tickets.example.org/',
  NOTIFICATIONS_JWKS_URL: 'http://127.0.0.1:4101/.well-known/jwks.json',
  NOTIFICATIONS_ACCOUNTS_URL: 'http://127.0.0.1:4101',
  NOTIFICATIONS_TICKETS_URL: 'http://127.0.0.1:4103',
  NOTIFICATIONS_CLIENT_SECRET: 'k3Xw0v9nQeR7tYuI1oPaSdFgHjKlZxCv',
  NOTIFICATIONS_SMTP_URL: 'smtp://127.0.0.1:2525',
  NOTIFICATIONS_MAIL_FROM: 'Guichet <tickets@guichet.localhost>',
}

function faultsOf(env: Record<string, string | undefined>): string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    return (error as { faults: string[] }).faults
  }
}

describe('the configuration', () => {
  it('is read with defaults that work', () => {
    const { config, secrets } = readConfig(GOOD)
    expect(config).toMatchObject({ publicUrl: 'https://tickets.example.org', sendersMax: 8, leaseSeconds: 60 })
    expect(config.sender).toEqual({ name: 'Guichet', address: 'tickets@guichet.localhost' })
    expect(secrets.smsUrl).toBeUndefined()
    expect(JSON.stringify(config)).not.toContain(secrets.clientSecret)
  })

  it.each([
    ['KEEP_DELIVERIES_DAYS', '30', 'a message may still come again, and would be sent again'],
    ['KEEP_PUBLIC_EVENTS_DAYS', '4', 'a webhook may still be tried'],
  ])('forgets nothing that is of use: %s=%s is refused, because %s', (name, value) => {
    expect(faultsOf({ ...GOOD, [`NOTIFICATIONS_${name}`]: value })).toEqual([expect.stringContaining(name)])
    expect(faultsOf({ ...GOOD, [`NOTIFICATIONS_${name}`]: String(Number(value) + 1) })).toEqual([])
  })

  it('tells all its faults at once', () => {
    const faults = faultsOf({
      ...GOOD,
      NOTIFICATIONS_PUBLIC_URL: undefined,
      NOTIFICATIONS_CLIENT_SECRET: 'short',
      NOTIFICATIONS_SMTP_URL: 'http://127.0.0.1',
      NOTIFICATIONS_MAIL_FROM: 'a@b.org\r\nBcc: c@d.org',
      NOTIFICATIONS_SMS_URL: 'ftp://sms',
      NOTIFICATIONS_SENDERS_MAX: '0',
    }).join('\n')
    for (const name of ['PUBLIC_URL', 'CLIENT_SECRET', 'SMTP_URL', 'MAIL_FROM', 'SMS_URL', 'SENDERS_MAX']) {
      expect(faults).toContain(`NOTIFICATIONS_${name}`)
    }
  })

  it.each([
    [{ BOUNCE_IMAP_URL: 'imaps://user:password@imap.example.org' }, 'BOUNCE_ADDRESS'],
    [{ BOUNCE_ADDRESS: 'b@example.org', BOUNCE_IMAP_URL: 'https://imap.example.org' }, 'BOUNCE_IMAP_URL'],
    [{ BOUNCE_ADDRESS: 'b@example.org', BOUNCE_IMAP_URL: 'imaps://user@imap.example.org' }, 'BOUNCE_IMAP_URL'],
    [
      {
        BOUNCE_ADDRESS: 'b@example.org',
        BOUNCE_IMAP_URL: 'imaps://user:password@imap.example.org/Bounces?handled=inbox',
      },
      'BOUNCE_IMAP_URL',
    ],
    [
      { BOUNCE_ADDRESS: 'b@example.org', BOUNCE_IMAP_URL: 'imaps://user:password@imap.example.org/Handled' },
      'BOUNCE_IMAP_URL',
    ],
    [{ BOUNCE_SMTP_CERT: selfSigned().cert }, 'BOUNCE_SMTP_CERT'],
    [{ BOUNCE_SMTP_CERT: selfSigned().cert, BOUNCE_SMTP_KEY: selfSigned().key }, 'BOUNCE_SMTP_CERT'],
  ])('of returned mail is whole, and no password is repeated: %j', (settings, name) => {
    const own = Object.entries(settings).map(([key, value]) => [`NOTIFICATIONS_${key}`, value])
    const faults = faultsOf({ ...GOOD, ...Object.fromEntries(own) })
    expect(faults).toEqual([expect.stringContaining(`NOTIFICATIONS_${name}`)])
    expect(faults.join()).not.toContain('password@imap')
  })

  it('refuses an example for a secret', () => {
    expect(faultsOf({ ...GOOD, NOTIFICATIONS_CLIENT_SECRET: 'change-me-change-me-change-me-change-me' })).toHaveLength(
      1,
    )
  })
})
