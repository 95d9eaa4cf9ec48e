import { DomainError } from '@guichet/problem'

/** A page's end as an opaque token. Hold only sort keys in it: it is not secret, and clients may not rely on its form. */
export function encodeCursor(position: (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** The position of a cursor of `length` parts. A forged or foreign cursor is `request-invalid`. */
export function decodeCursor(cursor: string, length: number): (string | number | null)[] {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(position) && position.length === length && position.every(isPart)) return position
  } catch {
    // Falls through to the refusal below: what a client made up needs no reason.
  }
  throw new DomainError(
    'request-invalid',
    {},
    { errors: [{ pointer: 'cursor', detail: 'is not a cursor of this list' }] },
  )
}

function isPart(part: unknown): part is string | number | null {
  return part === null || typeof part === 'string' || (typeof part === 'number' && Number.isFinite(part))
}
