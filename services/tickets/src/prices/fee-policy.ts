import { toId } from '@guichet/server'
import { type Static, Type } from 'typebox'
import type { FeePolicyRow } from '../db.ts'
import { PRICE_MINOR_MAX } from '../money/currency.ts'
import { FEE_PERCENT_BP_MAX } from './fee.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

export const FeePolicyBody = Type.Object({
  paidBy: Type.Union([Type.Literal('buyer'), Type.Literal('organizer')], {
    description: 'buyer: on top of the ticket’s price, and shown in it; organizer: the price already covers it.',
  }),
  percentBp: Type.Integer({ minimum: 0, maximum: FEE_PERCENT_BP_MAX, description: 'Of the price, in basis points.' }),
  fixedMinor: Type.Integer({ minimum: 0, maximum: PRICE_MINOR_MAX, description: 'For each ticket that is not free.' }),
  vatRateId: nullable(Type.String({ maxLength: 40, description: 'The VAT contained in the fee; null: none.' })),
})

export const FeePolicyAnswer = Type.Object({
  currency: Type.String({ description: 'For the events that are sold in it.' }),
  ...FeePolicyBody.properties,
  version: Type.Integer(),
})

export function presentFeePolicy(row: FeePolicyRow): Static<typeof FeePolicyAnswer> {
  return {
    currency: row.currency,
    paidBy: row.paid_by,
    percentBp: row.percent_bp,
    fixedMinor: row.fixed_minor,
    vatRateId: row.vat_rate_id && toId('vat', row.vat_rate_id),
    version: row.version,
  }
}
