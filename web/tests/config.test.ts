import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ConfigError, readConfig } from '../src/config.server.ts'

const whole = {
  WEB_PUBLIC_URL: 'https://tickets.example/',
  WEB_ACCOUNTS_URL: 'http://127.0.0.1:1',
  WEB_EVENTS_URL: 'http://127.0.0.1:2',
  WEB_TICKETS_URL: 'http://127.0.0.1:3',
  WEB_NOTIFICATIONS_URL: 'http://127.0.0.1:4',
  WEB_SESSION_SECRET: 'b7Kq2vXw9zRt4Ym8Np3Ls6Jd1Fh5Gc0A',
}

function faultsOf(env: Record<string, string | undefined>): string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

it('reads a whole environment, and keeps the secret apart', () => {
  const { config, secrets } = readConfig(whole)
  expect(config).toMatchObject({
    publicUrl: 'https://tickets.example',
    port: 4000,
    host: '127.0.0.1',
    paymentOrigins: ['https://checkout.stripe.com', 'https://www.paypal.com', 'https://www.sandbox.paypal.com'],
  })
  expect(config.sandbox).toEqual({ inbox: null, payments: null, sms: null })
  expect(JSON.stringify(config)).not.toContain(secrets.session)
})

it('names every fault at once', () => {
  expect(
    faultsOf({ WEB_PORT: 'x', WEB_PUBLIC_URL: 'ftp://x', WEB_PAYMENT_ORIGINS: 'https://pay.example/path' }),
  ).toHaveLength(8)
})

it('refuses a short secret and one copied from an example', () => {
  expect(faultsOf({ ...whole, WEB_SESSION_SECRET: 'short' })).toHaveLength(1)
  expect(faultsOf({ ...whole, WEB_SESSION_SECRET: 'change-me-change-me-change-me-change-me' })).toHaveLength(1)
  expect(faultsOf({ ...whole, WEB_SESSION_SECRET: 'a'.repeat(40) })).toHaveLength(1)
})

it('reads the secret from the file that a container platform mounts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guichet-web-'))
  const path = join(folder, 'session')
  writeFileSync(path, `${whole.WEB_SESSION_SECRET}\n`)
  const mounted = { ...whole, WEB_SESSION_SECRET: undefined, WEB_SESSION_SECRET_FILE: path }
  expect(readConfig(mounted).secrets.session).toBe(whole.WEB_SESSION_SECRET)
  rmSync(folder, { recursive: true })
  expect(faultsOf(mounted)).toHaveLength(1)
})

it('believes no proxy that is not named, and refuses a name that is none', () => {
  expect(readConfig(whole).config.trustProxy).toEqual([])
  const { config } = readConfig({ ...whole, WEB_TRUST_PROXY: 'loopback, 10.0.0.0/8 ::1' })
  expect(config.trustProxy).toEqual(['loopback', '10.0.0.0/8', '::1'])
  for (const WEB_TRUST_PROXY of ['true', '10.0.0.0/33', '0.0.0.0/0', 'proxy.example']) {
    expect(faultsOf({ ...whole, WEB_TRUST_PROXY }), WEB_TRUST_PROXY).toHaveLength(1)
  }
})
