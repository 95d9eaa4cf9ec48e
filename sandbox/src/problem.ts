/** A refusal that the caller may read: becomes `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly facts: Record<string, unknown>
  constructor(status: number, code: string, detail: string, facts: Record<string, unknown> = {}) {
    super(detail)
    this.status = status
    this.code = code
    this.facts = facts
  }
}

export const notFound = () => new Problem(404, 'not-found', 'There is nothing at this address.')
