import { DomainError } from '@guichet/problem'
import { hasPermission, type Principal, toId } from '@guichet/server'
import type { EventRow } from '../db.ts'
import { access } from '../permissions.ts'

export function mayReadDrafts(principal: Principal, organizerId: string): boolean {
  return principal.kind === 'service' || hasPermission(access, principal, 'event.read-draft', organizerId)
}

/** A draft does not exist for strangers. */
export function assertVisible(principal: Principal, row: EventRow): void {
  if (row.status === 'draft' && !mayReadDrafts(principal, toId('org', row.organizer_id))) {
    throw new DomainError('not-found')
  }
}
