import { DomainError } from '@guichet/problem'

/** The strong ETag of a row version (RFC 9110 §8.8.3). */
export function etag(version: number): string {
  return `"v${version}"`
}

/**
 * Refuses an update of a version that the caller has not seen: `precondition-required` (428) without If-Match,
 * `precondition-failed` (412) with an old one. `*` matches any version.
 */
export function assertIfMatch(request: { headers: { 'if-match'?: string | undefined } }, version: number): void {
  const header = request.headers['if-match']
  if (header === undefined) throw new DomainError('precondition-required')
  if (header.trim() === '*') return
  const tags = header.split(',').map((tag) => tag.trim())
  if (!tags.includes(etag(version))) throw new DomainError('precondition-failed', { currentVersion: version })
}

/** True when the client's copy is still right, so that the answer is a 304. Compares weakly (RFC 9110 §13.1.2). */
export function isFresh(request: { headers: { 'if-none-match'?: string | undefined } }, tag: string): boolean {
  const header = request.headers['if-none-match']
  if (header === undefined) return false
  const opaque = (text: string) => text.trim().replace(/^W\//, '')
  return header.split(',').some((candidate) => opaque(candidate) === opaque(tag))
}
