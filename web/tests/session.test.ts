import { describe, expect, it } from 'vitest'
import { serviceNames } from '../src/config.server.ts'
import { pack, unpack } from '../src/session/packing.server.ts'
import { type Session, seal, unseal } from '../src/session/sealing.server.ts'

const SECRET = 'b7Kq2vXw9zRt4Ym8Np3Ls6Jd1Fh5Gc0A'
const NOW = Date.UTC(2026, 10, 22)

function token(audience: string, memberships: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const organizers = Array.from({ length: memberships }, (_, index) => [
    `org_01jd${String(index * 7919).padStart(22, 'k')}`,
    'manager',
  ])
  const claims = {
    iss: 'https://tickets.example',
    sub: 'usr_01jdk3p9x8e2nvq4r5t6y7z8a9',
    aud: audience,
    jti: crypto.randomUUID(),
    sid: 'ses_01jdk3p9x8e2nvq4r5t6y7z8a9',
    client_id: 'web',
    iat: 1_795_305_600,
    exp: 1_795_306_200,
    admin: false,
    memberships: Object.fromEntries(organizers),
  }
  const signature = Buffer.from(crypto.getRandomValues(new Uint8Array(64))).toString('base64url')
  return `${part({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })}.${part(claims)}.${signature}`
}

function session(memberships = 1): Session {
  const tokens = serviceNames.map((name) => [name, token(name, memberships)])
  return {
    refreshToken: 'rt_'.padEnd(46, 'x'),
    refreshExpiresAt: NOW + 86_400_000,
    accessTokens: Object.fromEntries(tokens) as Session['accessTokens'],
    accessExpiresAt: NOW + 600_000,
    user: { id: 'usr_01jdk3p9x8e2nvq4r5t6y7z8a9', name: 'Zoé Lefèvre', email: 'zoe@example.org', admin: false },
  }
}

describe('the session cookie', () => {
  it('gives back, byte for byte, what was sealed', async () => {
    const before = session()
    expect(await unseal(await seal(before, SECRET), SECRET, NOW)).toEqual(before)
  })

  it('shows nothing of a token to who reads it', async () => {
    const cookie = await seal(session(), SECRET)
    const readable = cookie
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
      .join('')
    // Long enough that chance does not write them.
    expect(readable).not.toMatch(/ES256|usr_01jd|zoe@ex/)
  })

  it('is nobody’s when it was changed, sealed by another secret, expired, or no session at all', async () => {
    const cookie = await seal(session(), SECRET)
    const changed = `${cookie.slice(0, -4)}AAAA`
    expect(await unseal(changed, SECRET, NOW)).toBeNull()
    expect(await unseal(cookie, SECRET.toLowerCase(), NOW)).toBeNull()
    expect(await unseal(cookie, SECRET, NOW + 86_400_001)).toBeNull()
    expect(await unseal('rubbish', SECRET, NOW)).toBeNull()
  })

  it('fits a browser’s 4,096 bytes with thirty memberships in each of four tokens', async () => {
    const plain = JSON.stringify(session(30)).length
    const cookie = await seal(session(30), SECRET)
    expect(plain).toBeGreaterThan(4_096)
    expect(`__Host-guichet=${cookie}`.length).toBeLessThan(3_800)
  })
})

it('packing keeps a token that is no ordinary JWS as it is', () => {
  const tokens = ['not.a-jwt', '', 'e30.e30.', 'e30=.e30=.AA']
  expect(unpack(pack({ a: 1 }, tokens))).toEqual({ data: { a: 1 }, tokens })
})
