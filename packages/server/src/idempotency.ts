import { hash } from 'node:crypto'
import { type Db, inTransaction, sql, type Tx } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Generated } from 'kysely'

export interface IdempotencyTable {
  idempotency_key: {
    scope: string
    key: string
    request_hash: Buffer
    status: number
    body: unknown
    created_at: Generated<Date>
  }
}

export interface Outcome<Body> {
  status: number
  /** Stored to be replayed: leave out secrets that can be derived again. */
  body: Body
}

/**
 * Runs `work` at most once for a caller's `Idempotency-Key`, in one transaction with its effect, so that the effect is
 * never unknown (draft-ietf-httpapi-idempotency-key-header). The same request gets the first answer again, with
 * `Idempotency-Replayed: true`; another payload is 422; while the first runs, 409; no key, 400. A refusal is not kept.
 * @param scope who may replay: the caller and the operation.
 */
export async function idempotently<Schema extends IdempotencyTable, Body>(
  db: Db<Schema>,
  request: FastifyRequest,
  reply: FastifyReply,
  scope: string,
  work: (tx: Tx<Schema>) => Promise<Outcome<Body>>,
): Promise<Outcome<Body>> {
  const { key, requestHash } = claimKey(request, scope)
  return inTransaction(db, async (tx) => {
    const own = tx as unknown as Tx<IdempotencyTable>
    const lock = await sql<{
      taken: boolean
    }>`select pg_try_advisory_xact_lock(hashtextextended(${`${scope}\n${key}`}, 0)) as taken`.execute(own)
    if (!lock.rows[0]?.taken) throw new DomainError('idempotency-in-progress')
    const stored = await own
      .selectFrom('idempotency_key')
      .select(['request_hash', 'status', 'body'])
      .where('scope', '=', scope)
      .where('key', '=', key)
      .executeTakeFirst()
    if (stored) {
      if (!stored.request_hash.equals(requestHash)) throw new DomainError('idempotency-key-reused')
      reply.header('idempotency-replayed', 'true')
      return { status: stored.status, body: stored.body as Body }
    }
    const outcome = await work(tx)
    await own
      .insertInto('idempotency_key')
      .values({ scope, key, request_hash: requestHash, status: outcome.status, body: JSON.stringify(outcome.body) })
      .execute()
    return outcome
  })
}

/**
 * Forgets answers that are older, so many at most: found by age (a block range index), so that it does not cost more the more
 * there are. Returns how many.
 */
export async function forgetAnswers<Schema extends IdempotencyTable>(
  db: Db<Schema>,
  before: Date,
  limit: number,
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from idempotency_key where ctid = any (array(
      select ctid from idempotency_key where created_at < ${before} limit ${limit}))`.execute(db)
  return Number(numAffectedRows ?? 0n)
}

/** A caller's key, and the digest by which a repeat of the request is told from another one with the same key. */
export interface KeyClaim {
  scope: string
  key: string
  requestHash: Buffer
}

/**
 * For an operation that keeps its first answers itself. `content`: what the request asks for, as text that is the same however
 * its fields were ordered. @throws when the key is missing (400) or malformed (400).
 */
export function claimKey(
  request: FastifyRequest,
  scope: string,
  content = canonical({ url: request.url, body: request.body ?? null }),
): KeyClaim {
  return { scope, key: keyOf(request), requestHash: hash('sha256', content, 'buffer') }
}

function keyOf(request: FastifyRequest): string {
  const header = request.headers['idempotency-key']
  const key = (Array.isArray(header) ? header[0] : header)?.trim()
  if (!key) throw new DomainError('idempotency-key-missing')
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new DomainError(
      'request-invalid',
      {},
      { errors: [{ pointer: 'Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters' }] },
    )
  }
  return key
}

/** JSON with sorted keys: the same request in another field order is the same request. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  let text = ''
  if (Array.isArray(value)) {
    for (const part of value) text += text === '' ? canonical(part) : `,${canonical(part)}`
    return `[${text}]`
  }
  const own = value as Record<string, unknown>
  for (const name of sorted(Object.keys(own))) {
    const field = `${JSON.stringify(name)}:${canonical(own[name])}`
    text += text === '' ? field : `,${field}`
  }
  return `{${text}}`
}

/** In place, by insertion: for the few names of a body much cheaper than `sort`, which copies them. */
function sorted(names: string[]): string[] {
  if (names.length > 32) return names.sort()
  for (let end = 1; end < names.length; end++) {
    const name = names[end] as string
    let at = end
    for (; at > 0 && (names[at - 1] as string) > name; at--) names[at] = names[at - 1] as string
    names[at] = name
  }
  return names
}
