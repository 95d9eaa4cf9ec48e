import { toId } from '@guichet/server'
import type { Static } from 'typebox'
import type { Context } from '../context.ts'
import type { PaymentAccountRow } from '../db.ts'
import type { PaymentAccountAnswer } from './account-schema.ts'
import { openAccount } from './open-account.ts'

/** The account as members see it: of its secrets only which there are. */
export function presentAccount(
  ctx: Pick<Context, 'config' | 'sealing'>,
  row: PaymentAccountRow,
): Static<typeof PaymentAccountAnswer> {
  const id = toId('pac', row.id)
  const { secrets } = openAccount(ctx.sealing, row)
  const given = Object.entries(secrets).filter(([, value]) => !Array.isArray(value) || value.length > 0)
  return {
    id,
    organizerId: toId('org', row.organizer_id),
    provider: row.provider,
    mode: row.mode,
    settings: row.settings,
    secretsGiven: given.map(([name]) => name).sort(),
    enabled: row.enabled,
    webhookUrl:
      row.provider === 'bank-transfer'
        ? null
        : `${ctx.config.publicUrl}/api/tickets/v1/payment-webhooks/${row.provider}/${id}`,
    lastCheckedAt: row.last_checked_at?.toISOString() ?? null,
    lastProblem: row.last_problem,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  }
}
