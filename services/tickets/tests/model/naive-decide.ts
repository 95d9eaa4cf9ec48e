import type { CodeTerms, Facts, StockView, TypeTerms, Wish } from '../../src/stock/decide.ts'

/** One ticket, which takes one place in each pool of its type. */
export interface Ticket {
  type: TypeTerms
  price: number
  fullPrice: number | null
  fee: number
  /** The rates contained in price and fee. */
  vat: [number | null, number | null]
}

/** Everything that is wrong with a wish, in no order; without any it is granted these tickets. */
export interface Opinion {
  reasons: { code: string; ticketTypeId?: string; facts: Facts }[]
  tickets: Ticket[]
  code: CodeTerms | undefined
}

/**
 * The rules of sale said a second time, as simply as they can be: ticket by ticket, without regard for speed or for which reason
 * comes first. It shares no code with `decide`, only its types.
 */
export class NaiveSale {
  readonly view: StockView
  /** Places left in each pool. */
  readonly left: Record<string, number>
  /** Who has bought what, one entry for each ticket. */
  readonly #sold: { keys: readonly string[]; typeId: string }[] = []

  constructor(view: StockView) {
    this.view = view
    this.left = Object.fromEntries(view.free)
    for (const { buyerKeys, ticketTypeId, quantity } of view.bought) {
      for (let ticket = 0; ticket < quantity; ticket++) this.#sold.push({ keys: buyerKeys, typeId: ticketTypeId })
    }
  }

  /** Says what it thinks of a wish, and carries it out if nothing is wrong with it. */
  ask(wish: Wish): Opinion {
    const opinion = this.judge(wish)
    if (opinion.reasons.length > 0) return opinion
    for (const { type } of opinion.tickets) {
      for (const pool of this.#poolsOf(type, opinion.code)) this.left[pool] = this.#leftIn(pool) - 1
      this.#sold.push({ keys: wish.buyerKeys ?? [], typeId: type.id })
    }
    return opinion
  }

  judge(wish: Wish): Opinion {
    const reasons: Opinion['reasons'] = []
    const code = this.#codeOf(wish)
    if (this.view.status === 'cancelled') reasons.push({ code: 'event-cancelled', facts: {} })
    if (this.view.status === 'draft' || this.view.status === 'deleted') reasons.push({ code: 'not-found', facts: {} })
    if (this.view.closed) reasons.push({ code: 'sale-closed', facts: {} })

    const tickets: Ticket[] = []
    for (const line of wish.lines) {
      const type = this.view.types.get(line.ticketTypeId)
      if (!type) {
        reasons.push({ code: 'ticket-type-unknown', ticketTypeId: line.ticketTypeId, facts: {} })
        continue
      }
      const quantity = wish.offer ? this.#atMost(type, line.quantity) : line.quantity
      const { price, reason } = priceFor(type, line.chosenPriceMinor, code)
      if (reason) reasons.push({ ...reason, ticketTypeId: type.id })
      const lowered = type.pricing === 'fixed' && price < type.priceMinor
      for (let one = 0; one < quantity; one++) {
        tickets.push({ type, price, fullPrice: lowered ? type.priceMinor : null, ...this.#surcharge(type, price) })
      }
    }
    for (const type of new Set(tickets.map((ticket) => ticket.type))) {
      for (const reason of this.#wrongWith(type, wish, tickets, code))
        reasons.push({ ...reason, ticketTypeId: type.id })
    }
    if (wish.promoCode !== undefined && !(code && tickets.some(({ type }) => isFor(code, type)))) {
      reasons.push({ code: 'promo-code-invalid', facts: {} })
    }
    return { reasons: [...reasons, ...this.#missingPlaces(tickets, code)], tickets, code }
  }

  #wrongWith(type: TypeTerms, wish: Wish, tickets: Ticket[], code: CodeTerms | undefined): Opinion['reasons'] {
    const reasons: Opinion['reasons'] = []
    const { now, awaited, endsAt } = this.view
    const { salesStartAt, minPerOrder, maxPerOrder, maxPerBuyer, maxPerTicket } = type
    const salesEndAt = type.salesEndAt === null ? endsAt : type.salesEndAt
    const quantity = tickets.filter((ticket) => ticket.type === type).length
    const unlocked = wish.offer || (code?.unlocks && code.ticketTypeIds.includes(type.id))
    if (type.hidden && !unlocked) reasons.push({ code: 'ticket-type-unknown', facts: {} })
    if (salesStartAt && salesStartAt.getTime() > now.getTime()) {
      reasons.push({ code: 'not-on-sale', facts: { salesStartAt: salesStartAt.toISOString() } })
    }
    if (salesEndAt.getTime() <= now.getTime()) {
      reasons.push({ code: 'sale-ended', facts: { salesEndAt: salesEndAt.toISOString() } })
    }
    if (type.paused) reasons.push({ code: 'sale-paused', facts: {} })
    if (awaited.has(type.id) && !wish.offer) {
      reasons.push({ code: 'sold-out', facts: { quantity, remaining: 0, waitingList: true } })
    }
    if (quantity < minPerOrder || quantity > maxPerOrder) {
      reasons.push({ code: 'limit-exceeded', facts: { minPerOrder, maxPerOrder, quantity } })
    }
    if (maxPerBuyer !== null) {
      const keys = wish.buyerKeys ?? []
      const already = this.#sold.filter((one) => one.typeId === type.id && one.keys.some((key) => keys.includes(key)))
      if (keys.length === 0) reasons.push({ code: 'buyer-required', facts: {} })
      else if (already.length + quantity > maxPerBuyer) {
        reasons.push({ code: 'buyer-limit-exceeded', facts: { maxPerBuyer, already: already.length, quantity } })
      }
    }
    if (type.addOnTo.length > 0) {
      const carriers = tickets.filter((ticket) => type.addOnTo.includes(ticket.type.id)).length
      const allowed = carriers * (maxPerTicket ?? Number.POSITIVE_INFINITY)
      if (carriers === 0) reasons.push({ code: 'add-on-alone', facts: {} })
      else if (quantity > allowed) reasons.push({ code: 'add-on-limit-exceeded', facts: { allowed, quantity } })
    }
    return reasons
  }

  /** The fee in whole steps: the highest whose half a step below is not beyond the fixed part and the percentage. */
  #surcharge({ vat, fee, stepMinor }: TypeTerms, price: number): Pick<Ticket, 'fee' | 'vat'> {
    const inForce = (periods: TypeTerms['vat']) =>
      periods.findLast((period) => period.fromMs <= this.view.now.getTime())?.bp ?? null
    if (price === 0 || fee === null) return { fee: 0, vat: [inForce(vat), null] }
    const exact = price * fee.percentBp + fee.fixedMinor * 10_000
    let whole = 0
    while (whole * 10_000 + stepMinor * 5_000 <= exact) whole += stepMinor
    return { fee: whole, vat: [inForce(vat), whole === 0 ? null : inForce(fee.vat)] }
  }

  #missingPlaces(tickets: Ticket[], code: CodeTerms | undefined): Opinion['reasons'] {
    const wanted: Record<string, number> = {}
    for (const { type } of tickets) {
      for (const pool of this.#poolsOf(type, code)) wanted[pool] = (wanted[pool] ?? 0) + 1
    }
    return Object.entries(wanted).flatMap(([pool, quantity]): Opinion['reasons'] => {
      const remaining = Math.max(0, this.#leftIn(pool))
      if (quantity <= remaining) return []
      if (pool === code?.allotmentId) return [{ code: 'promo-code-used-up', facts: { quantity, remaining } }]
      const first = tickets.find(({ type }) => type.allotmentIds.includes(pool))
      const facts = { quantity, remaining: Math.min(remaining, 20) }
      return [{ code: 'sold-out', facts, ...(first ? { ticketTypeId: first.type.id } : {}) }]
    })
  }

  #codeOf({ promoCode }: Wish): CodeTerms | undefined {
    const code = promoCode === undefined ? undefined : this.view.codes.get(promoCode.toUpperCase())
    const now = this.view.now.getTime()
    if (!code?.active) return undefined
    if (code.startsAt !== null && code.startsAt.getTime() > now) return undefined
    if (code.endsAt !== null && code.endsAt.getTime() <= now) return undefined
    return code
  }

  #poolsOf(type: TypeTerms, code: CodeTerms | undefined): string[] {
    return [...type.allotmentIds, ...(code?.allotmentId && isFor(code, type) ? [code.allotmentId] : [])]
  }

  #leftIn(pool: string): number {
    return this.left[pool] ?? 0
  }

  /** An offer is of the places that there are; of one at least, which is then missing. */
  #atMost(type: TypeTerms, quantity: number): number {
    let places = 0
    while (places < quantity && type.allotmentIds.every((pool) => this.#leftIn(pool) > places)) places += 1
    return Math.max(1, places)
  }
}

function isFor(code: CodeTerms, type: TypeTerms): boolean {
  if (code.ticketTypeIds.length > 0) return code.ticketTypeIds.includes(type.id)
  return !type.hidden
}

function priceFor(type: TypeTerms, chosen: number | undefined, code: CodeTerms | undefined) {
  const least = code && isFor(code, type) ? lowered(type, code) : type.priceMinor
  if (type.pricing === 'fixed') {
    const facts = { priceMinor: type.priceMinor }
    return { price: least, reason: chosen === undefined ? undefined : { code: 'price-not-chosen', facts } }
  }
  const price =
    chosen ?? (type.suggestedPriceMinor !== null && type.suggestedPriceMinor > least ? type.suggestedPriceMinor : least)
  return { price, reason: price < least ? { code: 'price-below-minimum', facts: { priceMinor: least } } : undefined }
}

/** In whole steps: the lowest that is no more than half a step below what the percentage leaves; the full price if that is less. */
function lowered({ priceMinor, stepMinor }: TypeTerms, { discountMinor, discountPercent }: CodeTerms): number {
  if (discountMinor !== null) return discountMinor > priceMinor ? 0 : priceMinor - discountMinor
  if (discountPercent === null) return priceMinor
  const hundredfold = priceMinor * (100 - discountPercent)
  let lower = 0
  while (hundredfold - lower * 100 > stepMinor * 50) lower += stepMinor
  return lower > priceMinor ? priceMinor : lower
}
