import { randomBytes } from 'node:crypto'
import { DomainError } from '@guichet/problem'
import { hashArgon2id, isOutdated, PARAMETERS, type Parameters, verifyArgon2id } from './argon2id.ts'

export interface PasswordHasher {
  hash(password: string): Promise<string>
  /**
   * Is it the password? With no hash (nobody has that address) the same work is done on a dummy, and the answer is no.
   * `newHash` comes with a yes when the stored one was made with less work than today's.
   */
  verify(password: string, phc: string | null | undefined): Promise<{ right: boolean; newHash?: string }>
  /** How many argon2 computations were begun. */
  computations(): number
}

const AT_ONCE = 2
const QUEUE_MAX = 8
/** NIST SP 800-63B-4 §3.1.1.2: hash the whole password; beyond this it is no password but an attack. */
export const PASSWORD_BYTES_MAX = 1_024

/**
 * argon2id with a bound: each computation takes 19 MiB and a core for 20 ms, so two run, eight wait, and the next one
 * is told to come back. A storm of sign-ins then costs the sign-ins, and not the whole machine.
 */
export function createPasswordHasher(parameters: Parameters = PARAMETERS): PasswordHasher {
  const waiting: (() => void)[] = []
  let running = 0
  let computed = 0
  const dummy = hashArgon2id(randomBytes(24).toString('base64'), parameters)

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) {
      if (waiting.length >= QUEUE_MAX) throw new DomainError('unavailable', { retryAfterSeconds: 1 })
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      computed += 1
      return await work()
    } finally {
      // The place goes straight to the next in line, so that nobody overtakes.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }

  const hash = (password: string) => bounded(() => hashArgon2id(normalize(password), parameters))
  return {
    hash,
    async verify(password, phc) {
      const text = normalize(password)
      const fits = Buffer.byteLength(text) <= PASSWORD_BYTES_MAX
      const reference = phc ?? (await dummy)
      const same = await bounded(() => verifyArgon2id(fits ? text : '', reference))
      const right = same && fits && phc != null
      if (!right || !isOutdated(phc, parameters)) return { right }
      // Too busy to hash again now: the next sign-in will.
      const newHash = await hash(password).catch(() => undefined)
      return newHash === undefined ? { right } : { right, newHash }
    },
    computations: () => computed,
  }
}

/** The same characters typed on another keyboard are the same password (NIST SP 800-63B-4 §3.1.1.2). */
export function normalize(password: string): string {
  return password.normalize('NFKC')
}
