import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto'
import { inTransaction, sql } from '@guichet/database'
import { exportJWK, exportPKCS8, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose'
import { audit } from '../audit.ts'
import type { Db, Tx } from '../db.ts'
import { seal, unseal } from './seal.ts'

export interface Keyring {
  /** Reads the keys, and makes them when there are none; again from time to time, so that replicas agree. */
  load(): Promise<void>
  /** Every key that a good token may be signed with, the next one too (RFC 7517). */
  jwks(): JSONWebKeySet
  /** An access token (RFC 9068) with these claims. */
  sign(claims: Record<string, unknown>): Promise<string>
  /** The next key signs from now on; the one before stays published until its last token is over. */
  rotate(): Promise<void>
}

/** Longer than any access token lives and any replica takes to see the change. */
const RETIRED_MINUTES = 60
const KEYRING_LOCK = 7_146_902_201

/** The signing keys, in the database under a seal, in memory open. */
export function createKeyring(db: Db, sealingKey: Buffer, now: () => Date): Keyring {
  let published: JSONWebKeySet = { keys: [] }
  let signer: { kid: string; key: KeyObject } | undefined

  async function insertKey(tx: Tx, state: 'current' | 'next'): Promise<void> {
    const kid = randomUUID()
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }
    const sealed = seal(sealingKey, Buffer.from(await exportPKCS8(privateKey)), kid)
    await tx
      .insertInto('signing_key')
      .values({
        kid,
        algorithm: 'ES256',
        state,
        public_jwk: JSON.stringify(jwk),
        private_key_sealed: sealed,
        created_at: now(),
        current_since: state === 'current' ? now() : null,
        retired_at: null,
      })
      .execute()
  }

  async function complete(tx: Tx): Promise<void> {
    const states = (await tx.selectFrom('signing_key').select('state').execute()).map((row) => row.state)
    if (!states.includes('current')) await insertKey(tx, 'current')
    if (!states.includes('next')) await insertKey(tx, 'next')
  }

  async function read(tx: Tx): Promise<void> {
    const forgotten = new Date(now().getTime() - RETIRED_MINUTES * 60_000)
    const rows = await tx
      .selectFrom('signing_key')
      .select(['kid', 'state', 'public_jwk', 'private_key_sealed'])
      .where((row) => row.or([row('state', '!=', 'retired'), row('retired_at', '>', forgotten)]))
      .orderBy(sql`state = 'current'`, 'desc')
      .orderBy('created_at')
      .execute()
    const current = rows.find((row) => row.state === 'current')
    if (!current?.private_key_sealed) throw new Error('There is no signing key')
    signer = { kid: current.kid, key: open(current.kid, current.private_key_sealed) }
    published = { keys: rows.map((row) => row.public_jwk) }
  }

  function open(kid: string, sealed: Buffer): KeyObject {
    try {
      return createPrivateKey(unseal(sealingKey, sealed, kid).toString())
    } catch (error) {
      throw new Error('ACCOUNTS_SECRET is not the one that the signing keys in the database were sealed with', {
        cause: error,
      })
    }
  }

  async function locked(work: (tx: Tx) => Promise<void>): Promise<void> {
    await inTransaction(db, async (tx) => {
      await sql`select pg_advisory_xact_lock(${KEYRING_LOCK})`.execute(tx)
      await work(tx)
      await complete(tx)
      await read(tx)
    })
  }

  return {
    load: () => locked(async () => undefined),
    jwks: () => published,
    async sign(claims) {
      if (!signer) throw new Error('The keyring is not loaded')
      const header = { alg: 'ES256', typ: 'at+jwt', kid: signer.kid }
      return new SignJWT(claims).setProtectedHeader(header).sign(signer.key)
    },
    rotate: () =>
      locked(async (tx) => {
        await tx
          .updateTable('signing_key')
          .set({ state: 'retired', retired_at: now(), private_key_sealed: null })
          .where('state', '=', 'current')
          .execute()
        await tx
          .updateTable('signing_key')
          .set({ state: 'current', current_since: now() })
          .where('state', '=', 'next')
          .execute()
        await audit(tx, { at: now(), actor: 'operator', ip: null, requestId: null }, 'signing-key.rotated', null)
      }),
  }
}
