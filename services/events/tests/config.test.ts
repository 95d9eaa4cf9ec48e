import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'

const GOOD = {
  EVENTS_PUBLIC_URL: 'https://tickets.example.org/',
  EVENTS_DATABASE_URL: 'postgres://events@127.0.0.1/events',
  EVENTS_BUS_URL: 'amqp://127.0.0.1',
  EVENTS_ACCOUNTS_URL: 'http://accounts:4001',
  EVENTS_TICKETS_URL: 'http://tickets:4003',
  EVENTS_CLIENT_SECRET: 'q8Zr3vKx0pLw7sNd2fGh5jMb9cTy4uXe',
}

describe('the configuration', () => {
  it('needs six settings and has a default for the rest', () => {
    const { config, secrets } = readConfig(GOOD)
    expect(config).toMatchObject({
      publicUrl: 'https://tickets.example.org',
      jwksUrl: 'http://accounts:4001/.well-known/jwks.json',
      allowPrivateImageHosts: false,
    })
    expect(JSON.stringify(config)).not.toContain(secrets.clientSecret)
    expect(Object.isFrozen(config) && Object.isFrozen(secrets)).toBe(true)
  })

  it('names all faults at once', () => {
    expect(() =>
      readConfig({ EVENTS_PORT: 'x', EVENTS_CLIENT_SECRET: 'short', EVENTS_ACCOUNTS_URL: 'nowhere' }),
    ).toThrow(/EVENTS_PORT[\s\S]*EVENTS_CLIENT_SECRET/)
  })

  it.each(['changeme-changeme-changeme-changeme', 'x'.repeat(40), 'this-is-an-example-secret-of-length'])(
    'refuses the secret %s',
    (secret) => {
      expect(() => readConfig({ ...GOOD, EVENTS_CLIENT_SECRET: secret })).toThrow(/example/)
    },
  )
})
