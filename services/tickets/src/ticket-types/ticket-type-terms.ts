import { sql } from '@guichet/database'
import { toId } from '@guichet/server'
import type { TicketTypeRow } from '../db.ts'
import { toInstant } from './assert-terms.ts'
import type { UpdateTicketType } from './ticket-type-schema.ts'

/** What is sold and how, apart from its words and its places. */
export interface TicketTypeTerms {
  priceMinor: number
  minPerOrder: number
  maxPerOrder: number
  maxPerBuyer: number | null
  salesStartAt: Date | null
  salesEndAt: Date | null
  hidden: boolean
  paused: boolean
  pricing: 'fixed' | 'chosen'
  suggestedPriceMinor: number | null
  /** TypeIDs, as the client says them. */
  addOnTo: readonly string[]
  maxPerTicket: number | null
}

const MAX_PER_ORDER_DEFAULT = 10

/** The terms of a new type where its body is silent. */
export function defaultTerms(minPerOrder = 1): TicketTypeTerms {
  return {
    priceMinor: 0,
    minPerOrder,
    maxPerOrder: Math.max(MAX_PER_ORDER_DEFAULT, minPerOrder),
    maxPerBuyer: null,
    salesStartAt: null,
    salesEndAt: null,
    hidden: false,
    paused: false,
    pricing: 'fixed',
    suggestedPriceMinor: null,
    addOnTo: [],
    maxPerTicket: null,
  }
}

export function termsOf(row: TicketTypeRow): TicketTypeTerms {
  return {
    priceMinor: row.price_minor,
    minPerOrder: row.min_per_order,
    maxPerOrder: row.max_per_order,
    maxPerBuyer: row.max_per_buyer,
    salesStartAt: row.sales_start_at,
    salesEndAt: row.sales_end_at,
    hidden: row.hidden,
    paused: row.paused,
    pricing: row.pricing,
    suggestedPriceMinor: row.suggested_price_minor,
    addOnTo: row.add_on_to.map((id) => toId('typ', id)),
    maxPerTicket: row.max_per_ticket,
  }
}

/** The terms as a body changes them. What only belongs to a choice that is taken back goes with it, unless it was named. */
export function changeTerms(current: TicketTypeTerms, body: Omit<UpdateTicketType, 'name'>): TicketTypeTerms {
  const pricing = body.pricing ?? current.pricing
  const addOnTo = body.addOnTo ?? current.addOnTo
  return {
    priceMinor: body.priceMinor ?? current.priceMinor,
    minPerOrder: body.minPerOrder ?? current.minPerOrder,
    maxPerOrder: body.maxPerOrder ?? current.maxPerOrder,
    maxPerBuyer: kept(body.maxPerBuyer, current.maxPerBuyer),
    salesStartAt: body.salesStartAt === undefined ? current.salesStartAt : toInstant(body.salesStartAt),
    salesEndAt: body.salesEndAt === undefined ? current.salesEndAt : toInstant(body.salesEndAt),
    hidden: body.hidden ?? current.hidden,
    paused: body.paused ?? current.paused,
    pricing,
    suggestedPriceMinor: kept(body.suggestedPriceMinor, pricing === 'chosen' ? current.suggestedPriceMinor : null),
    addOnTo,
    maxPerTicket: kept(body.maxPerTicket, addOnTo.length > 0 ? current.maxPerTicket : null),
  }
}

function kept<T>(wanted: T | undefined, current: T): T {
  return wanted === undefined ? current : wanted
}

/** The columns of these terms; `addOnTo` are the uuids of the types that were found. */
export function termsColumns(terms: TicketTypeTerms, addOnTo: readonly string[]) {
  return {
    price_minor: terms.priceMinor,
    min_per_order: terms.minPerOrder,
    max_per_order: terms.maxPerOrder,
    max_per_buyer: terms.maxPerBuyer,
    sales_start_at: terms.salesStartAt,
    sales_end_at: terms.salesEndAt,
    hidden: terms.hidden,
    paused: terms.paused,
    pricing: terms.pricing,
    suggested_price_minor: terms.suggestedPriceMinor,
    add_on_to: sql<string[]>`${addOnTo}::uuid[]`,
    max_per_ticket: terms.maxPerTicket,
  }
}
