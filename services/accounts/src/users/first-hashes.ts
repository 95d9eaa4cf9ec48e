import { createHmac, randomBytes } from 'node:crypto'

const REMEMBERED_MAX = 10_000

/** The hash that was made first for this address and password; `hash` itself when it is the first. */
export type FirstHash = (emailKey: string, password: string, hash: string) => string

/**
 * By its hash a sign-up is known again when it is sent twice: a double click, or a page loaded again. In memory and under
 * a key that dies with the process, because nothing quick to compute may be kept of a password.
 */
export function createFirstHashes(): FirstHash {
  const key = randomBytes(32)
  const first = new Map<string, string>()
  return (emailKey, password, hash) => {
    const mark = createHmac('sha256', key).update(`${emailKey}\n${password}`).digest('base64')
    const known = first.get(mark)
    if (known !== undefined) return known
    first.set(mark, hash)
    const [oldest] = first.keys()
    if (first.size > REMEMBERED_MAX && oldest !== undefined) first.delete(oldest)
    return hash
  }
}
