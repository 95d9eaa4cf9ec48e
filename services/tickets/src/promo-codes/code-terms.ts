import { randomInt } from 'node:crypto'
import { DomainError, type FieldError } from '@guichet/problem'
import { toId } from '@guichet/server'
import type { PromoCodeRow } from '../db.ts'
import type { UpdatePromoCode } from './promo-code-schema.ts'

/** What a code does, for which types, and when. */
export interface PromoTerms {
  discountPercent: number | null
  discountMinor: number | null
  /** TypeIDs, as the client says them. */
  ticketTypeIds: readonly string[]
  unlocks: boolean
  startsAt: Date | null
  endsAt: Date | null
  active: boolean
}

export const DEFAULTS: PromoTerms = {
  discountPercent: null,
  discountMinor: null,
  ticketTypeIds: [],
  unlocks: false,
  startsAt: null,
  endsAt: null,
  active: true,
}

export function promoTermsOf(row: PromoCodeRow): PromoTerms {
  return {
    discountPercent: row.discount_percent,
    discountMinor: row.discount_minor,
    ticketTypeIds: row.ticket_type_ids.map((id) => toId('typ', id)),
    unlocks: row.unlocks,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    active: row.active,
  }
}

/** The terms as a body changes them. One kind of discount takes the place of the other, unless both were named. */
export function changePromoTerms(current: PromoTerms, body: UpdatePromoCode): PromoTerms {
  const { discountPercent, discountMinor } = body
  const terms = {
    discountPercent: kept(discountPercent, discountMinor ? null : current.discountPercent),
    discountMinor: kept(discountMinor, discountPercent ? null : current.discountMinor),
    ticketTypeIds: body.ticketTypeIds ?? current.ticketTypeIds,
    unlocks: body.unlocks ?? current.unlocks,
    startsAt: instant(body.startsAt, current.startsAt),
    endsAt: instant(body.endsAt, current.endsAt),
    active: body.active ?? current.active,
  }
  assertPromoTerms(terms)
  return terms
}

function kept<T>(wanted: T | undefined, current: T): T {
  return wanted === undefined ? current : wanted
}

function instant(wanted: string | null | undefined, current: Date | null): Date | null {
  if (wanted === undefined) return current
  return wanted === null ? null : new Date(wanted)
}

function assertPromoTerms({ discountPercent, discountMinor, unlocks, ticketTypeIds, startsAt, endsAt }: PromoTerms) {
  const errors: FieldError[] = []
  if (discountPercent !== null && discountMinor !== null) {
    errors.push({ pointer: '/discountMinor', detail: 'must not stand beside discountPercent' })
  }
  if (discountPercent === null && discountMinor === null && !unlocks) {
    errors.push({ pointer: '/discountPercent', detail: 'is missing: a code lowers prices, or unlocks hidden types' })
  }
  if (unlocks && ticketTypeIds.length === 0) {
    errors.push({ pointer: '/ticketTypeIds', detail: 'must name the types that the code unlocks' })
  }
  if (startsAt && endsAt && endsAt <= startsAt) errors.push({ pointer: '/endsAt', detail: 'must be after startsAt' })
  if (errors.length > 0) throw new DomainError('request-invalid', {}, { errors })
}

/** Nothing that is read or heard as something else: no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V. */
const LETTERS = '34679ACDEFGHJKMNPQRTWXY'
const LENGTH = 10

/** A code that nobody guesses: 10 of 23 letters, 45 bits. */
export function generateCode(): string {
  return Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('')
}
