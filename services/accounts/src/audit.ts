import type { FastifyRequest } from 'fastify'
import type { Tx } from './db.ts'

/** Who is answered for in the audit log, and where he came from. */
export interface Deed {
  at: Date
  /** `usr_…`, a service's name, `anonymous` or `operator`. */
  actor: string
  ip: string | null
  requestId: string | null
}

export type AuditAction =
  | 'user.registered'
  | 'user.email-confirmed'
  | 'user.email-change-requested'
  | 'user.email-change-withdrawn'
  | 'user.email-changed'
  | 'user.email-change-undone'
  | 'user.erased'
  | 'user.password-changed'
  | 'user.password-reset'
  | 'session.opened'
  | 'session.refused'
  | 'session.closed'
  | 'session.all-closed'
  | 'session.refresh-reused'
  | 'admin-link.made'
  | 'admin-link.used'
  | 'organizer.created'
  | 'organizer.changed'
  | 'member.added'
  | 'member.role-changed'
  | 'member.removed'
  | 'signing-key.rotated'

export function deedOf(request: FastifyRequest, at: Date): Deed {
  const { principal } = request
  const actor =
    principal.kind === 'user' ? principal.userId : principal.kind === 'service' ? principal.name : 'anonymous'
  return { at, actor, ip: request.ip, requestId: request.id }
}

/** Writes down a deed in its own transaction, so that there is never the one without the other. */
export async function audit(
  tx: Tx,
  deed: Deed,
  action: AuditAction,
  target: string | null,
  facts: object = {},
): Promise<void> {
  await tx
    .insertInto('audit_entry')
    .values({
      at: deed.at,
      action,
      actor: deed.actor,
      target,
      facts: JSON.stringify(facts),
      ip: deed.ip,
      request_id: deed.requestId,
    })
    .execute()
}
