import type { Venue } from '../events/event.ts'
import type { Texts } from '../events/texts.ts'
import type { VatTotal } from '../prices/vat.ts'

/** Who sells, as they were when the paper was issued. */
export interface SellerFacts {
  name: string
  address: string
  country: string
  vatNumber: string | null
  registration: string | null
  note: string | null
  invoicePrefix: string
  creditNotePrefix: string
}

export interface InvoiceLine {
  /** Of the order. */
  lineNumber: number
  name: Texts
  /** Of a credit note: of the tickets that were given back; 0 where only money was. */
  quantity: number
  unitPriceMinor: number
  unitFeeMinor: number
  vatBp: number | null
  feeVatBp: number | null
  totalMinor: number
}

/** All that an invoice or a credit note says, as it was issued. */
export interface InvoiceContent {
  /** Null until the organizer has said who sells; filled in once, before anybody has seen the paper. */
  seller: SellerFacts | null
  buyerName: string | null
  locale: string
  orderNumber: string
  event: { title: Texts; startsAt: string; timeZone: string; venue: Venue }
  lines: InvoiceLine[]
  vat: VatTotal[]
  /** The number of the invoice that a credit note is about. */
  invoiceNumber?: number
}
