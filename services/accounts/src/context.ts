import type { Config } from './config.ts'
import type { Db } from './db.ts'
import type { PasswordHasher } from './passwords/password-hasher.ts'
import type { RateLimits } from './rate-limits.ts'
import type { RefreshTokens } from './sessions/refresh-token.ts'
import type { Keyring } from './signing/keyring.ts'
import type { FirstHash } from './users/first-hashes.ts'

/** What every route and job is given; nothing below reads the clock or the environment by itself. */
export interface Context {
  config: Config
  /** Service name → SHA-256 of its client secret. */
  clientSecretHashes: ReadonlyMap<string, Buffer>
  db: Db
  keyring: Keyring
  passwords: PasswordHasher
  refreshTokens: RefreshTokens
  limits: RateLimits
  firstHash: FirstHash
  now(): Date
  /** An account request was noted: answer it soon. */
  wake(): void
}
