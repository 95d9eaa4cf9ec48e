import { toId } from '@guichet/server'
import { type Static, Type } from 'typebox'
import type { InvoiceRow } from '../db.ts'
import { VatTotalAnswer } from '../orders/order-schema.ts'
import type { InvoiceContent } from './invoice.ts'

const nullable = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()])

export const InvoiceAnswer = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('invoice'), Type.Literal('credit-note')]),
  number: nullable(Type.String({ description: 'Null until the organizer says who sells; there is no PDF before.' })),
  mode: Type.Union([Type.Literal('test'), Type.Literal('live')], {
    description: 'test: no money moved; it is no invoice, and has a number of a series of its own (TEST-…).',
  }),
  eventId: Type.String(),
  orderId: Type.String(),
  orderNumber: Type.String(),
  refundId: nullable(Type.String({ description: 'Of a credit note.' })),
  buyerName: nullable(Type.String()),
  currency: Type.String(),
  totalMinor: Type.Integer({ description: 'Of a credit note: what is given back.' }),
  vat: Type.Array(VatTotalAnswer),
  issuedAt: Type.String({ format: 'date-time' }),
})

export const InvoiceList = Type.Object({ items: Type.Array(InvoiceAnswer) })
export const InvoicePage = Type.Object({ items: Type.Array(InvoiceAnswer), nextCursor: nullable(Type.String()) })

export function presentInvoice(row: InvoiceRow): Static<typeof InvoiceAnswer> {
  const { seller, orderNumber, buyerName, vat } = row.content
  return {
    id: toId('inv', row.id),
    kind: row.kind,
    number: seller && numberOf(row, seller),
    mode: row.mode,
    eventId: toId('evt', row.event_id),
    orderId: toId('ord', row.order_id),
    orderNumber,
    refundId: row.refund_id && toId('rfd', row.refund_id),
    buyerName,
    currency: row.currency,
    totalMinor: row.total_minor,
    vat,
    issuedAt: row.issued_at.toISOString(),
  }
}

/** As people read it: F-000012; about test money, TEST-F-000012. */
export function numberOf(
  { kind, mode, number }: Pick<InvoiceRow, 'kind' | 'mode' | 'number'>,
  { invoicePrefix, creditNotePrefix }: NonNullable<InvoiceContent['seller']>,
): string {
  const prefix = kind === 'invoice' ? invoicePrefix : creditNotePrefix
  return `${mode === 'test' ? 'TEST-' : ''}${prefix}${String(number).padStart(6, '0')}`
}
