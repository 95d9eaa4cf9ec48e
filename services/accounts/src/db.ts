import { join } from 'node:path'
import type { Db as AnyDb, Tx as AnyTx } from '@guichet/database'
import type { IdempotencyTable, TokenCutoffTable } from '@guichet/server'
import type { JWK } from 'jose'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Role } from './permissions.ts'

type Fixed<T> = ColumnType<T, T, never>

export interface Schema extends IdempotencyTable, TokenCutoffTable {
  user_account: {
    id: Fixed<string>
    email: string | null
    email_key: string | null
    name: string
    locale: 'en' | 'fr'
    password_hash: string | null
    admin: Generated<boolean>
    email_confirmed_at: Date | null
    version: Generated<number>
    created_at: Fixed<Date>
    updated_at: Date
    erased_at: Date | null
  }
  organizer: {
    id: Fixed<string>
    name: string
    contact_email: string | null
    version: Generated<number>
    created_at: Fixed<Date>
    updated_at: Date
  }
  membership: {
    organizer_id: Fixed<string>
    user_id: Fixed<string>
    role: Role
    created_at: Fixed<Date>
    updated_at: Date
  }
  client: { id: string; kind: 'first-party' | 'service' | 'registered'; name: string; secret_hash: Buffer | null }
  session: {
    id: Fixed<string>
    user_id: Fixed<string>
    client_id: Fixed<string>
    created_at: Fixed<Date>
    expires_at: Date
    revoked_at: Date | null
    revoked_because: string | null
  }
  refresh_family: {
    id: Fixed<string>
    session_id: Fixed<string>
    client_id: Fixed<string>
    generation: Generated<number>
    rotated_at: Date
    expires_at: Date
    revoked_at: Date | null
  }
  one_time_link: {
    token_hash: Fixed<Buffer>
    purpose: Fixed<'email-confirmation' | 'password-reset' | 'admin-sign-in'>
    user_id: Fixed<string | null>
    created_at: Fixed<Date>
    expires_at: Date
    used_at: Date | null
  }
  email_change: {
    id: Fixed<string>
    user_id: Fixed<string>
    state: 'asked' | 'done'
    email: Fixed<string>
    email_key: Fixed<string>
    previous_email: string | null
    previous_email_key: string | null
    token_hash: Buffer | null
    created_at: Fixed<Date>
    ends_at: Date
  }
  farewell: {
    id: Fixed<string>
    email: Fixed<string>
    name: Fixed<string>
    locale: Fixed<'en' | 'fr'>
    created_at: Fixed<Date>
  }
  account_request: {
    id: Generated<number>
    kind: 'sign-up' | 'email-confirmation' | 'password-reset'
    email: string
    email_key: string
    name: string | null
    locale: 'en' | 'fr' | null
    password_hash: string | null
    created_at: Date
  }
  signing_key: {
    kid: Fixed<string>
    algorithm: 'ES256'
    state: 'next' | 'current' | 'retired'
    public_jwk: JSONColumnType<JWK>
    private_key_sealed: Buffer | null
    created_at: Date
    current_since: Date | null
    retired_at: Date | null
  }
  audit_entry: {
    id: Generated<number>
    at: Date
    action: string
    actor: string
    target: string | null
    facts: JSONColumnType<object>
    ip: string | null
    request_id: string | null
  }
  inbox: { queue: string; message_id: string; received_at: Generated<Date> }
}

export type Db = AnyDb<Schema>
export type Tx = AnyTx<Schema>

export const MIGRATIONS = join(import.meta.dirname, '../migrations')
