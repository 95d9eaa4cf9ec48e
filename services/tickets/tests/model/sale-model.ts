import type { FeeTerms } from '../../src/prices/fee.ts'
import type { CodeTerms, StockView, TypeTerms } from '../../src/stock/decide.ts'
import { NaiveSale, type Ticket } from './naive-decide.ts'

/** What an event sells in a run. */
export const TYPE_NAMES = ['standard', 'limited', 'meal', 'hidden'] as const
export type TypeName = (typeof TYPE_NAMES)[number]

/** As bodies of the API; what they leave out is filled in by {@link SaleModel}. */
export const TYPES = {
  standard: { priceMinor: 0, capacity: 2, maxPerOrder: 3 },
  limited: { priceMinor: 1_000, capacity: 3, maxPerBuyer: 3 },
  meal: { priceMinor: 0, capacity: 3, maxPerTicket: 1 },
  hidden: { priceMinor: 0, capacity: 3, hidden: true },
}
export const ADD_ON = { type: 'meal', to: ['standard', 'limited'] } as const
/** May share a pool. Of those that people wait for only one, so that there is one order in which they are served. */
export const SHARING = ['standard', 'hidden', 'meal'] as const
export const CODE = { code: 'Gratis', discountPercent: 100, unlocks: true, usesMax: 4 }
export const CODE_TYPES: readonly TypeName[] = ['limited', 'hidden']
export const HOLD_SECONDS = 600
export const OFFER_SECONDS = 1_800
export const EXTENSIONS_MAX = 2

export interface ModelOrder {
  id: string
  secret: string
  /** What it was placed with; an offer has neither. */
  request?: { key: string; body: object }
  state: 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refunded'
  tickets: Ticket[]
  coded: boolean
  email: string | undefined
  /** The buyer's name is known, too. */
  named: boolean
  expiresAt: number
  extensions: number
}

export interface ModelEntry {
  id: string
  type: TypeName
  email: string
  quantity: number
  state: 'waiting' | 'offered' | 'left'
  order?: ModelOrder
}

/** What the service should know of an event: nothing is counted, everything follows from the orders and the entries. */
export class SaleModel {
  readonly ids: Readonly<Record<TypeName, string>>
  readonly #now: () => Date
  readonly capacity: Record<TypeName, number>
  readonly paused = new Set<TypeName>()
  /** The shared pool, while there is one. */
  shared: { capacity: number; types: readonly TypeName[] } | null = null
  usesMax: number | null = CODE.usesMax
  codeActive = true
  fee: FeeTerms | null = null
  readonly orders: ModelOrder[] = []
  readonly entries: ModelEntry[] = []

  constructor(ids: Record<TypeName, string>, now: () => Date) {
    this.ids = ids
    this.#now = now
    this.capacity = {
      standard: TYPES.standard.capacity,
      limited: TYPES.limited.capacity,
      meal: TYPES.meal.capacity,
      hidden: TYPES.hidden.capacity,
    }
  }

  get now(): number {
    return this.#now().getTime()
  }

  /** Tickets of these types in orders of one state. */
  places(types: readonly TypeName[], state: 'held' | 'confirmed', coded = false): number {
    const ids = types.map((name) => this.ids[name])
    return this.orders
      .filter((order) => order.state === state && (order.coded || !coded))
      .reduce((sum, order) => sum + order.tickets.filter(({ type }) => ids.includes(type.id)).length, 0)
  }

  taken(types: readonly TypeName[], coded = false): number {
    return this.places(types, 'held', coded) + this.places(types, 'confirmed', coded)
  }

  waiting(type: TypeName): ModelEntry[] {
    return this.entries.filter((entry) => entry.type === type && entry.state === 'waiting')
  }

  /** Places that one more order could have of a type. */
  free(name: TypeName): number {
    const own = this.capacity[name] - this.taken([name])
    if (!this.shared?.types.includes(name)) return own
    return Math.min(own, this.shared.capacity - this.taken(this.shared.types))
  }

  typeTerms(name: TypeName): TypeTerms {
    const terms = { hidden: false, maxPerBuyer: null, maxPerOrder: 10, maxPerTicket: null, ...TYPES[name] }
    return {
      id: this.ids[name],
      priceMinor: terms.priceMinor,
      pricing: 'fixed',
      suggestedPriceMinor: null,
      minPerOrder: 1,
      maxPerOrder: terms.maxPerOrder,
      maxPerBuyer: terms.maxPerBuyer,
      salesStartAt: null,
      salesEndAt: null,
      hidden: terms.hidden,
      paused: this.paused.has(name),
      addOnTo: name === ADD_ON.type ? ADD_ON.to.map((other) => this.ids[other]) : [],
      maxPerTicket: terms.maxPerTicket,
      allotmentIds: [name, ...(this.shared?.types.includes(name) ? ['shared'] : [])],
      vat: [],
      fee: this.fee,
      stepMinor: 1,
    }
  }

  /** The naive seller of this moment. */
  sale(): NaiveSale {
    const code: CodeTerms = {
      id: CODE.code,
      discountPercent: CODE.discountPercent,
      discountMinor: null,
      ticketTypeIds: CODE_TYPES.map((name) => this.ids[name]),
      unlocks: CODE.unlocks,
      allotmentId: this.usesMax === null ? null : 'uses',
      startsAt: null,
      endsAt: null,
      active: this.codeActive,
    }
    const view: StockView = {
      now: new Date(this.now),
      status: 'published',
      closed: false,
      endsAt: new Date(this.now + 1),
      types: new Map(TYPE_NAMES.map((name) => [this.ids[name], this.typeTerms(name)])),
      codes: new Map([[CODE.code.toUpperCase(), code]]),
      awaited: new Set(TYPE_NAMES.filter((name) => this.waiting(name).length > 0).map((name) => this.ids[name])),
      bought: this.orders
        .filter(({ state, email }) => email !== undefined && (state === 'held' || state === 'confirmed'))
        .flatMap(({ tickets, email }) =>
          tickets.map(({ type }) => ({ buyerKeys: [`email ${email}`], ticketTypeId: type.id, quantity: 1 })),
        ),
      free: new Map([
        ...TYPE_NAMES.map((name): [string, number] => [name, this.capacity[name] - this.taken([name])]),
        ['shared', this.shared ? this.shared.capacity - this.taken(this.shared.types) : 0],
        ['uses', (this.usesMax ?? 0) - this.taken(CODE_TYPES, true)],
      ]),
    }
    return new NaiveSale(view)
  }

  /** What a buyer should see of the types on sale, with the code or without. */
  shop(withCode: boolean) {
    const code = withCode && this.codeActive
    return TYPE_NAMES.filter((name) => name !== 'hidden' || code).map((name) => {
      const soldOut = this.waiting(name).length > 0 || this.free(name) < 1
      const availability = this.paused.has(name) ? 'paused' : soldOut ? 'sold-out' : 'on-sale'
      return {
        id: this.ids[name],
        availability,
        remaining: availability === 'on-sale' ? this.free(name) : null,
        waitingList: availability === 'sold-out' && name !== 'meal' && name !== 'hidden',
        codePriceMinor: code && name === 'limited' ? 0 : null,
      }
    })
  }

  /** Every pool as the service should have it. */
  pools() {
    const pool = (name: string, capacity: number, types: readonly TypeName[], coded = false) => ({
      name,
      capacity,
      held: this.places(types, 'held', coded),
      sold: this.places(types, 'confirmed', coded),
      waiting: 0,
    })
    return [
      ...TYPE_NAMES.map((name) => ({
        ...pool(this.ids[name], this.capacity[name], [name]),
        waiting: this.waiting(name).length,
      })),
      ...(this.shared ? [pool('shared', this.shared.capacity, this.shared.types)] : []),
      ...(this.usesMax === null ? [] : [pool('promo', this.usesMax, CODE_TYPES, true)]),
    ]
  }
}
