import { DomainError } from '@guichet/problem'
import { authorize, toId, toUuid } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import { COLUMNS, type PaymentAccountRow, type TicketsTx } from '../db.ts'

/** The account of the path, for a member with the permission; for outsiders it does not exist. */
export async function allowedAccount(
  ctx: Context,
  request: FastifyRequest,
  permission: 'payment-account.write' | 'payment.record' = 'payment-account.write',
): Promise<PaymentAccountRow> {
  const { accountId } = request.params as { accountId: string }
  const account = await ctx.db
    .selectFrom('payment_account')
    .select(COLUMNS.payment_account)
    .where('id', '=', toUuid('pac', accountId))
    .executeTakeFirst()
  if (!account) throw new DomainError('not-found')
  authorize(request, permission, toId('org', account.organizer_id))
  return account
}

export async function lockAccount(tx: TicketsTx, id: string): Promise<PaymentAccountRow> {
  const account = await tx
    .selectFrom('payment_account')
    .select(COLUMNS.payment_account)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!account) throw new DomainError('not-found')
  return account
}
