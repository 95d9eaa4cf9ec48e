import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../problem.ts'
import type { Ledger } from './ledger.ts'

/**
 * Runs a write once per Idempotency-Key. `make` records the effect with the given key and hash and returns its id; a
 * repetition gets the id that the first one made. Synchronous, so two requests with one key cannot both make it.
 */
export function once(
  ledger: Ledger,
  operation: string,
  request: FastifyRequest,
  make: (keyed: { key: string; hash: string }) => string,
): string {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Problem(
      400,
      'idempotency-key-missing',
      'This write needs an Idempotency-Key of 1 to 255 visible characters.',
    )
  }
  const hash = createHash('sha256').update(canonical(request.body)).digest('base64url')
  const made = ledger.madeBy(operation, key)
  if (!made) return make({ key, hash })
  if (made.hash === hash) return made.id
  throw new Problem(422, 'idempotency-key-reused', 'This Idempotency-Key was used with another request.')
}

/** The same JSON for the same flat object, whatever the order in which its members came. */
function canonical(body: unknown): string {
  return JSON.stringify(Object.entries(body as object).sort(([a], [b]) => (a < b ? -1 : 1)))
}
