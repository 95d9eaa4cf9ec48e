import { type Static, Type } from 'typebox'
import type { SellerRow } from '../db.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const text = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: '\\S', description })
const prefix = (description: string) => Type.String({ pattern: '^[A-Z0-9][A-Z0-9/-]{0,11}$', description })

export const SellerBody = Type.Object({
  name: text(200, 'As registered.'),
  address: text(500, 'Without the country; lines are kept.'),
  country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166' }),
  vatNumber: nullable(text(40, 'Null: none.')),
  registration: nullable(text(100, 'SIRET, RNA, or what the country calls it.')),
  note: nullable(text(500, 'A sentence that the law wants on invoices, such as the reason for no VAT.')),
  invoicePrefix: prefix('Before the numbers of invoices: "F-" makes F-000001.'),
  creditNotePrefix: prefix('Before the numbers of credit notes.'),
})

export const SellerAnswer = Type.Object({ ...SellerBody.properties, version: Type.Integer() })

export function presentSeller(row: SellerRow): Static<typeof SellerAnswer> {
  return {
    name: row.name,
    address: row.address,
    country: row.country,
    vatNumber: row.vat_number,
    registration: row.registration,
    note: row.note,
    invoicePrefix: row.invoice_prefix,
    creditNotePrefix: row.credit_note_prefix,
    version: row.version,
  }
}
