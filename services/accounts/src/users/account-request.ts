import { addToOutbox } from '@guichet/messaging'
import { newUuid } from '@guichet/server'
import { userIdOf } from '../account-ids.ts'
import { audit } from '../audit.ts'
import type { Db, Schema, Tx } from '../db.ts'
import { type Email, emailKey } from './email.ts'
import { dropLinks } from './one-time-link.ts'

export type LinkMail = 'email-confirmation' | 'password-reset' | 'sign-up-repeated'

interface SignUp {
  name: string
  locale: 'en' | 'fr'
  passwordHash: string
}

/**
 * Notes what a stranger asks for an address. One insert, whether we know the address or not, and nothing else before the
 * answer: neither its words nor its time can tell who has an account (S-23).
 */
export async function noteRequest(
  db: Db,
  kind: Schema['account_request']['kind'],
  email: Email,
  now: Date,
  signUp?: SignUp,
): Promise<void> {
  await db
    .insertInto('account_request')
    .values({
      kind,
      email: email.email,
      email_key: email.key,
      name: signUp?.name ?? null,
      locale: signUp?.locale ?? null,
      password_hash: signUp?.passwordHash ?? null,
      created_at: now,
    })
    .execute()
}

/** Does what a request asks, once; false when another process has it, or had it. */
export async function answerRequest(tx: Tx, id: number, now: Date): Promise<boolean> {
  const request = await tx
    .selectFrom('account_request')
    .select(['kind', 'email', 'email_key', 'name', 'locale', 'password_hash'])
    .where('id', '=', id)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
  if (!request) return false
  await tx.deleteFrom('account_request').where('id', '=', id).execute()
  const { name, locale, password_hash } = request
  if (name !== null && locale !== null && password_hash !== null) {
    await signUp(
      tx,
      { email: request.email, key: request.email_key },
      { name, locale, passwordHash: password_hash },
      now,
    )
    return true
  }
  const user = await findByEmail(tx, request.email)
  if (request.kind === 'email-confirmation' && user && !user.email_confirmed_at) {
    await requestMail(tx, user, user.password_hash ? 'email-confirmation' : 'password-reset')
  }
  if (request.kind === 'password-reset' && user) await requestMail(tx, user, 'password-reset')
  return true
}

/**
 * A new account; a confirmed one is left alone, and its owner is told. When a sign-up waits for its confirmation already,
 * one of the two may be a stranger's, who hopes that the owner clicks and so confirms a password that the stranger knows.
 * Nobody can tell them apart, so neither password counts: the mail lets whoever reads it choose one. The same sign-up sent twice
 * (it then brings the same hash, see first-hashes.ts) stays one.
 */
async function signUp(tx: Tx, { email, key }: Email, { name, locale, passwordHash }: SignUp, now: Date): Promise<void> {
  const values = { email, name, locale, updated_at: now }
  const created = await tx
    .insertInto('user_account')
    .values({
      id: newUuid(now.getTime()),
      email_key: key,
      ...values,
      password_hash: passwordHash,
      email_confirmed_at: null,
      created_at: now,
      erased_at: null,
    })
    .onConflict((conflict) => conflict.column('email_key').doNothing())
    .returning(['id', 'locale'])
    .executeTakeFirst()
  if (created) {
    await audit(tx, { at: now, actor: 'anonymous', ip: null, requestId: null }, 'user.registered', userIdOf(created.id))
    return requestMail(tx, created, 'email-confirmation')
  }
  const known = await tx
    .selectFrom('user_account')
    .select(['id', 'locale', 'email_confirmed_at', 'password_hash'])
    .where('email_key', '=', key)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
  if (known.email_confirmed_at) return requestMail(tx, known, 'sign-up-repeated')
  const same = known.password_hash === passwordHash
  await dropLinks(tx, known.id)
  await tx
    .updateTable('user_account')
    .set((row) => ({ ...values, password_hash: same ? passwordHash : null, version: row('version', '+', 1) }))
    .where('id', '=', known.id)
    .execute()
  return requestMail(tx, { id: known.id, locale }, same ? 'email-confirmation' : 'password-reset')
}

/** No secret travels: notifications asks us for the link when it sends. */
async function requestMail(tx: Tx, user: { id: string; locale: 'en' | 'fr' }, purpose: LinkMail): Promise<void> {
  const userId = userIdOf(user.id)
  await addToOutbox(tx, {
    type: 'accounts.email-link-requested.v1',
    subject: userId,
    data: { userId, purpose, locale: user.locale },
  })
}

export async function findByEmail(db: Db | Tx, email: string) {
  return db
    .selectFrom('user_account')
    .select(['id', 'locale', 'name', 'password_hash', 'email_confirmed_at'])
    .where('email_key', '=', emailKey(email))
    .executeTakeFirst()
}
