import { createPrivateKey, randomUUID } from 'node:crypto'
import { tokenAttackSuite } from '@guichet/testkit'
import { CompactSign } from 'jose'
import { afterAll } from 'vitest'
import { deriveKey } from '../src/signing/derive-key.ts'
import { unseal } from '../src/signing/seal.ts'
import { type AccountsFixture, accountsFixture, PUBLIC_URL } from './fixture.ts'

let accounts: AccountsFixture
afterAll(() => accounts.stop())

tokenAttackSuite(async () => {
  accounts = await accountsFixture()
  const { session, userId } = await accounts.person()
  const { kid, private_key_sealed } = await accounts.db
    .selectFrom('signing_key')
    .select(['kid', 'private_key_sealed'])
    .where('state', '=', 'current')
    .executeTakeFirstOrThrow()
  const sealingKey = deriveKey('the accounts secret of these tests only', 'signing keys')
  const key = createPrivateKey(unseal(sealingKey, private_key_sealed ?? Buffer.alloc(0), kid).toString())
  return {
    app: accounts.service.app,
    audience: 'accounts',
    now: accounts.clock.now,
    claims: { sub: userId, sid: session.sessionId, admin: false, jti: randomUUID() },
    tokens: {
      issuer: PUBLIC_URL,
      jwks: accounts.context.keyring.jwks(),
      forge: (claims, header = {}) =>
        new CompactSign(Buffer.from(typeof claims === 'string' ? claims : JSON.stringify(claims)))
          .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
          .sign(key),
    },
  }
})
