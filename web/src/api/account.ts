import type { Role } from './types.ts'

export interface User {
  id: string
  email: string
  name: string
  locale: string
  admin: boolean
  emailConfirmed: boolean
  version: number
  memberships: { organizerId: string; organizerName: string; role: Role }[]
}

export interface Member {
  userId: string
  name: string
  email: string
  role: Role
}

/** An address that waits to be confirmed. */
export interface PendingEmail {
  email: string
  expiresAt: string
}
