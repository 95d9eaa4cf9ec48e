import { sql } from '@guichet/database'
import { COLUMNS, type InvoiceRow, type TicketsDb } from '../db.ts'

/**
 * Papers as they may be shown. One that was issued before the organizer had said who sells gets its seller now, once and for all:
 * nobody has seen it yet.
 */
export async function completePapers(db: TicketsDb, papers: readonly InvoiceRow[]): Promise<InvoiceRow[]> {
  const bare = papers.filter((paper) => paper.content.seller === null)
  if (bare.length === 0) return [...papers]
  await sql`
    update invoice set content = content || jsonb_build_object('seller', jsonb_build_object(
             'name', seller.name, 'address', seller.address, 'country', seller.country, 'vatNumber', seller.vat_number,
             'registration', seller.registration, 'note', seller.note, 'invoicePrefix', seller.invoice_prefix,
             'creditNotePrefix', seller.credit_note_prefix))
      from seller
     where seller.organizer_id = invoice.organizer_id and content->'seller' = 'null'
       and (event_id, id) in (
         select * from unnest(${bare.map((paper) => paper.event_id)}::uuid[], ${bare.map((paper) => paper.id)}::uuid[]))`.execute(
    db,
  )
  const found = await db
    .selectFrom('invoice')
    .select(COLUMNS.invoice)
    .where('event_id', 'in', [...new Set(bare.map((paper) => paper.event_id))])
    .where(
      'id',
      'in',
      bare.map((paper) => paper.id),
    )
    .execute()
  const byId = new Map(found.map((paper) => [paper.id, paper]))
  return papers.map((paper) => byId.get(paper.id) ?? paper)
}
