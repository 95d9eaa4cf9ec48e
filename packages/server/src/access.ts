import { DomainError } from '@guichet/problem'
import type { FastifyRequest } from 'fastify'

/** Who sends a request. Ids are TypeIDs. */
export type Principal =
  | { kind: 'anonymous' }
  | {
      kind: 'user'
      userId: string
      admin: boolean
      /** organizer id → role */
      memberships: Record<string, string>
      sessionId: string
      issuedAt: Date
    }
  | { kind: 'service'; name: string }

export type UserPrincipal = Extract<Principal, { kind: 'user' }>

/**
 * Who may call a route: `public` anyone; `secret` whoever holds the object's own secret, or a reader that the handler
 * allows; `user` anyone signed in; `{ services }` those services; else the name of a permission, whose holder the
 * handler checks with {@link authorize} once it knows the organizer.
 */
export type RouteRule = 'public' | 'secret' | 'user' | { services: readonly string[] } | (string & {})

export interface AccessTable {
  /** permission → the roles that have it. The platform's administrator has all. */
  permissions: Readonly<Record<string, readonly string[]>>
  /** operationId → rule. A route without a row does not start. */
  routes: Readonly<Record<string, RouteRule>>
}

const RULES = new Set(['public', 'secret', 'user'])

/** Checks the table when it is made: every permission that a route names exists. */
export function defineAccess<const T extends AccessTable>(table: T): T {
  for (const [operation, rule] of Object.entries(table.routes)) {
    if (typeof rule === 'string' && !RULES.has(rule) && !(rule in table.permissions)) {
      throw new Error(`${operation} names the permission ${rule}, which no role has`)
    }
  }
  return table
}

/** The door of a route, before its handler: 401 for nobody, 403 for a known caller of the wrong kind. */
export function assertRule(rule: RouteRule, principal: Principal): void {
  if (rule === 'public' || rule === 'secret') return
  if (principal.kind === 'anonymous') throw new DomainError('unauthenticated')
  if (typeof rule === 'object') {
    if (principal.kind !== 'service' || !rule.services.includes(principal.name)) throw new DomainError('forbidden')
    return
  }
  if (principal.kind !== 'user') throw new DomainError('forbidden')
}

export function hasPermission(
  access: AccessTable,
  principal: Principal,
  permission: string,
  organizerId: string,
): boolean {
  if (principal.kind !== 'user') return false
  if (principal.admin) return true
  const role = roleIn(principal, organizerId)
  return role !== undefined && (access.permissions[permission]?.includes(role) ?? false)
}

/** Own entries alone: `constructor` in a path names no organizer, though every object has one. */
function roleIn({ memberships }: UserPrincipal, organizerId: string): string | undefined {
  return Object.hasOwn(memberships, organizerId) ? memberships[organizerId] : undefined
}

/** True when the user belongs to the organizer, whatever the role, and so may know what it has. */
export function isMember(principal: Principal, organizerId: string): boolean {
  return principal.kind === 'user' && (principal.admin || roleIn(principal, organizerId) !== undefined)
}

/**
 * Lets a member with the permission pass. Someone outside the organizer gets the same `not-found` as for an object
 * that does not exist; a member whose role lacks the permission gets `forbidden`.
 */
export function authorize(request: FastifyRequest, permission: string, organizerId: string): UserPrincipal {
  const { principal } = request
  if (principal.kind === 'anonymous') throw new DomainError('unauthenticated')
  if (principal.kind !== 'user' || !isMember(principal, organizerId)) throw new DomainError('not-found')
  if (!hasPermission(request.server.access, principal, permission, organizerId)) throw new DomainError('forbidden')
  return principal
}

/** The signed-in user of a route whose rule is `user`. */
export function userOf(request: FastifyRequest): UserPrincipal {
  if (request.principal.kind !== 'user') throw new DomainError('unauthenticated')
  return request.principal
}
