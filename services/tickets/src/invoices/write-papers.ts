import { sql } from '@guichet/database'
import { newUuid } from '@guichet/server'
import type { OrderRow, TicketsTx } from '../db.ts'
import type { Mode } from '../payments/provider.ts'
import type { InvoiceContent } from './invoice.ts'

export interface Paper {
  order: Pick<OrderRow, 'event_id' | 'id' | 'organizer_id' | 'currency'>
  number: number
  mode: Mode
  refundId: string | null
  totalMinor: number
  issuedAt: Date
  content: Omit<InvoiceContent, 'seller' | 'event'>
}

/** Writes invoices, or credit notes, with the seller and the event as they are now: one statement however many they are. */
export async function writePapers(tx: TicketsTx, papers: readonly Paper[]): Promise<void> {
  if (papers.length === 0) return
  await sql`
    insert into invoice (event_id, id, organizer_id, kind, mode, number, order_id, refund_id, currency, total_minor, content, issued_at)
    select paper.event_id, paper.id, paper.organizer_id, case when refund_id is null then 'invoice' else 'credit-note' end, mode, number,
           order_id, refund_id, currency, total_minor,
           content || jsonb_build_object(
             'event', jsonb_build_object('title', event.title, 'startsAt', event.starts_at, 'timeZone', event.time_zone,
                                         'venue', event.venue),
             'seller', case when seller.organizer_id is not null then jsonb_build_object(
                'name', seller.name, 'address', seller.address, 'country', seller.country, 'vatNumber', seller.vat_number,
                'registration', seller.registration, 'note', seller.note, 'invoicePrefix', seller.invoice_prefix,
                'creditNotePrefix', seller.credit_note_prefix) end),
           issued_at
      from unnest(${papers.map(({ order }) => order.event_id)}::uuid[], ${papers.map(() => newUuid())}::uuid[],
                  ${papers.map(({ order }) => order.organizer_id)}::uuid[], ${papers.map((paper) => paper.mode)}::text[], ${papers.map((paper) => paper.number)}::bigint[],
                  ${papers.map(({ order }) => order.id)}::uuid[], ${papers.map((paper) => paper.refundId)}::uuid[],
                  ${papers.map(({ order }) => order.currency)}::text[], ${papers.map((paper) => paper.totalMinor)}::bigint[],
                  ${papers.map((paper) => JSON.stringify(paper.content))}::jsonb[], ${papers.map((paper) => paper.issuedAt)}::timestamptz[])
        as paper (event_id, id, organizer_id, mode, number, order_id, refund_id, currency, total_minor, content, issued_at)
      join event on event.event_id = paper.event_id
      left join seller on seller.organizer_id = paper.organizer_id`.execute(tx)
}
