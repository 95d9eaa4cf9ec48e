import { Readable } from 'node:stream'
import { type App, authorize, csvLine, toUuid } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'

import { findTransactions, LedgerFilter, type LedgerPosition } from '../ledger/find-transactions.ts'
import { presentTransaction } from '../ledger/present-transaction.ts'
import { decimal } from '../money/currency.ts'
import { OrganizerParams } from '../payment-accounts/account-schema.ts'

const PAGE = 1_000
const HEADER = [
  'occurred_at',
  'kind',
  'source',
  'event',
  'order',
  'account',
  'debit',
  'credit',
  'amount_minor',
  'currency',
]

/** GET /v1/organizers/:organizerId/ledger.csv — one line for each posting, latest first; as long as it is. */
export function exportLedger(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/ledger.csv',
    {
      schema: {
        operationId: 'exportLedger',
        params: OrganizerParams,
        querystring: Type.Object(LedgerFilter),
        response: { 200: { content: { 'text/csv': { schema: Type.String() } } } },
      },
    },
    async (request, reply) => {
      const { organizerId } = request.params
      authorize(request, 'ledger.read', organizerId)
      reply.header('content-disposition', `attachment; filename="ledger-${organizerId}.csv"`)
      reply.type('text/csv; charset=utf-8')
      return reply.send(Readable.from(linesOf(ctx, toUuid('org', organizerId), request.query)) as never)
    },
  )
}

async function* linesOf(ctx: Context, organizerUuid: string, filter: LedgerFilter): AsyncGenerator<string> {
  yield csvLine(HEADER)
  let after: LedgerPosition | undefined
  do {
    const rows = await findTransactions(ctx.db, organizerUuid, filter, PAGE, after)
    yield rows.map((row) => linesOfTransaction(presentTransaction(row))).join('')
    after = rows.length === PAGE ? rows.at(-1)?.position : undefined
  } while (after)
}

function linesOfTransaction(one: ReturnType<typeof presentTransaction>): string {
  return one.postings
    .map(({ account, amountMinor }) => {
      const amount = decimal(Math.abs(amountMinor), one.currency)
      const [debit, credit] = amountMinor > 0 ? [amount, null] : [null, amount]
      const { occurredAt, kind, source, eventId, orderId, currency } = one
      return csvLine([occurredAt, kind, source, eventId, orderId, account, debit, credit, amountMinor, currency])
    })
    .join('')
}
