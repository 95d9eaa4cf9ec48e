import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashArgon2id, isOutdated, PARAMETERS } from '../src/passwords/argon2id.ts'
import { createPasswordHasher } from '../src/passwords/password-hasher.ts'
import { type AccountsFixture, accountsFixture, newEmail, PASSWORD } from './fixture.ts'

let accounts: AccountsFixture
beforeAll(async () => {
  accounts = await accountsFixture()
})
afterAll(() => accounts.stop())

const signIn = (body: object, extra = {}) => accounts.call('POST', '/v1/sessions', body, extra)

function decode(token: string): { header: Record<string, unknown>; claims: Record<string, unknown> } {
  const [header = '', claims = ''] = token.split('.')
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  return { header: read(header), claims: read(claims) }
}

describe('signIn', () => {
  it('gives a session with one token per service, each good for that service alone', async () => {
    const { email, userId } = await accounts.person()
    const answer = await signIn({ email: ` ${email.toUpperCase()} `, password: PASSWORD })
    expect(answer.status).toBe(201)
    expect(answer.headers['cache-control']).toBe('no-store')
    const { accessTokens, sessionId, accessExpiresAt } = answer.body
    for (const [service, token] of Object.entries<string>(accessTokens)) {
      const { header, claims } = decode(token)
      expect(header).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
      expect(claims).toMatchObject({
        aud: service,
        sub: userId,
        sid: sessionId,
        client_id: 'web',
        admin: false,
        memberships: {},
      })
      expect(Number(claims.exp) - Number(claims.iat)).toBeLessThanOrEqual(600)
      expect(new Date(accessExpiresAt).getTime()).toBe(Number(claims.exp) * 1_000)
    }
    expect((await accounts.call('GET', '/v1/users/me', undefined, { token: accessTokens.accounts })).status).toBe(200)
    expect((await accounts.call('GET', '/v1/users/me', undefined, { token: accessTokens.events })).status).toBe(401)
  })

  it('refuses a wrong password and an unknown address in the same words, and writes both down', async () => {
    const { email, userId } = await accounts.person()
    const before = await accounts.auditOf('session.refused')
    expect(await signIn({ email, password: `${PASSWORD} ` })).toMatchObject({
      status: 401,
      body: { code: 'credentials-invalid' },
    })
    expect(await signIn({ email: newEmail(), password: PASSWORD })).toMatchObject({
      status: 401,
      body: { code: 'credentials-invalid' },
    })
    const entries = (await accounts.auditOf('session.refused')).slice(before.length)
    expect(entries.map((entry) => entry.target)).toEqual([userId, null])
    expect(entries[0]).toMatchObject({ actor: 'anonymous', facts: { because: 'credentials-invalid' } })
    expect(entries[0]?.ip).toMatch(/^10\./)
    expect(JSON.stringify(entries)).not.toContain('example.com')
  })

  it('refuses bodies that are none', async () => {
    for (const body of [
      {},
      { email: newEmail() },
      { email: ['a@b.fr'], password: PASSWORD },
      { email: newEmail(), password: PASSWORD, admin: true },
      { email: { $gt: '' }, password: { $gt: '' } },
    ]) {
      expect((await signIn(body)).status).toBe(400)
    }
    expect((await signIn({ email: newEmail(), password: '€'.repeat(1_000) })).status).toBe(401)
  })

  it('S-22: stops guessing at one account from one sender, while its owner still gets in from elsewhere', async () => {
    const { email } = await accounts.person()
    const attacker = { ip: '203.0.113.9' }
    for (let count = 0; count < 10; count++)
      expect((await signIn({ email, password: `wrong wrong wrong ${count}` }, attacker)).status).toBe(401)
    const refused = await signIn({ email, password: PASSWORD }, attacker)
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate-limited' } })
    expect(refused.body.retryAfterSeconds).toBe(Number(refused.headers['retry-after']))
    expect(refused.headers['ratelimit-policy']).toBe('"sign-in";q=10;w=900')
    expect((await signIn({ email, password: PASSWORD }, { ip: '203.0.113.10' })).status).toBe(201)
  })

  it('S-22: counts a sender who tries one password on many accounts', async () => {
    const sprayer = { ip: '203.0.113.77' }
    const statuses: number[] = []
    for (let count = 0; count < 101; count++)
      statuses.push((await signIn({ email: newEmail(), password: PASSWORD }, sprayer)).status)
    expect(statuses.slice(0, 100).every((status) => status === 401)).toBe(true)
    expect(statuses[100]).toBe(429)
  })

  it('S-22: believes X-Forwarded-For only from the proxy', async () => {
    const guess = (count: number) =>
      accounts.service.app.inject({
        method: 'POST',
        url: '/v1/sessions',
        remoteAddress: '198.51.100.66',
        headers: { 'x-forwarded-for': `192.0.2.${count}` },
        payload: { email: 'victim@example.com', password: `wrong wrong wrong ${count}` },
      })
    for (let count = 0; count < 10; count++) expect((await guess(count)).statusCode).toBe(401)
    expect((await guess(11)).statusCode).toBe(429)
  })

  it('forgets the wrong guesses once the right password came', async () => {
    const { email } = await accounts.person()
    const from = { ip: '203.0.113.20' }
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 5; count++) await signIn({ email, password: 'wrong wrong wrong' }, from)
      expect((await signIn({ email, password: PASSWORD }, from)).status).toBe(201)
    }
  })
})

describe('stored passwords', () => {
  it('S-21: are argon2id with at least 19 MiB, two passes and one lane by default', async () => {
    const phc = await hashArgon2id(PASSWORD)
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    const hasher = createPasswordHasher()
    expect(await hasher.verify(PASSWORD, phc)).toEqual({ right: true })
    expect(await hasher.verify('something else here', phc)).toEqual({ right: false })
  })

  it('S-21: are hashed anew at sign-in when we ask for more work than they had', async () => {
    const stronger = await accountsFixture({ passwordParameters: { memoryKib: 128, passes: 2, lanes: 1 } })
    try {
      const { email } = await stronger.person()
      const row = () =>
        stronger.db
          .selectFrom('user_account')
          .select('password_hash')
          .where('email', '=', email)
          .executeTakeFirstOrThrow()
      await stronger.db
        .updateTable('user_account')
        .set({ password_hash: await hashArgon2id(PASSWORD, { memoryKib: 64, passes: 1, lanes: 1 }) })
        .where('email', '=', email)
        .execute()
      await stronger.signIn(email)
      expect((await row()).password_hash).toMatch(/m=128,t=2,p=1/)
      await stronger.signIn(email)
      expect(isOutdated((await row()).password_hash ?? '', PARAMETERS)).toBe(true)
    } finally {
      await stronger.stop()
    }
  })

  it('are checked two at a time, eight wait, and the next ones are told to come back', async () => {
    const hasher = createPasswordHasher()
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => hasher.hash(PASSWORD)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
    const refusal = outcomes.find((outcome) => outcome.status === 'rejected')
    expect(refusal?.reason).toMatchObject({ code: 'unavailable', facts: { retryAfterSeconds: 1 } })
    await expect(hasher.hash(PASSWORD)).resolves.toContain('$argon2id$')
  })

  it('answers 503 with Retry-After to the sign-ins beyond that, and goes on afterwards', async () => {
    const busy = await accountsFixture({ passwordParameters: { memoryKib: 8_192, passes: 8, lanes: 1 } })
    try {
      const body = { email: newEmail(), password: PASSWORD }
      const answers = await Promise.all(Array.from({ length: 40 }, () => busy.call('POST', '/v1/sessions', body)))
      const refused = answers.filter((answer) => answer.status === 503)
      expect(refused.length).toBeGreaterThan(0)
      expect(answers.every((answer) => answer.status === 401 || answer.status === 503)).toBe(true)
      expect(refused[0]?.headers['retry-after']).toBe('1')
      expect((await busy.call('POST', '/v1/sessions', body)).status).toBe(401)
    } finally {
      await busy.stop()
    }
  })
})
