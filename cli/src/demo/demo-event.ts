import type { EventBody, Texts } from '../import/record.ts'
import type { PictureOrder } from './pictures.ts'

export type DemoTicketType = {
  name: Texts
  description?: Texts
  priceMinor: number
  currency: string
  capacity: number
  maxPerOrder?: number
  /** Sale opens so many days from today; absent: it is open. */
  opensInDays?: number
  hidden?: boolean
  maxPerBuyer?: number
  /** `chosen`: the buyer names the price, from `priceMinor` on. */
  pricing?: 'chosen'
  suggestedPriceMinor?: number
  /** English names of the types that it goes with; those come before it. */
  goesWith?: string[]
  maxPerTicket?: number
}

/** Places that several types share, by their English names. */
export type DemoQuota = { name: Texts; capacity: number; types: string[] }

export type DemoCode = { code: string; discountPercent?: number; usesMax?: number; unlocks?: string[] }

export type DemoEvent = {
  ref: string
  title: Required<Texts>
  description: Required<Texts>
  category: string
  venue: EventBody['venue']
  timeZone: string
  /** Not before so many days from today … */
  inDays: number
  /** … on this day of the week (1 Monday … 7 Sunday), at this local time. */
  weekday: number
  at: string
  minutes: number
  picture: PictureOrder
  imageAlt: Required<Texts>
  ticketTypes: DemoTicketType[]
  quotas?: DemoQuota[]
  codes?: DemoCode[]
  /** Everything is bought by guests of the seed. */
  soldOut?: boolean
  cancelled?: Required<Texts>
}

export const full = (priceMinor: number, capacity: number, currency = 'EUR'): DemoTicketType => ({
  name: { en: 'Full price', fr: 'Plein tarif' },
  priceMinor,
  currency,
  capacity,
})
export const reduced = (priceMinor: number, capacity: number, currency = 'EUR'): DemoTicketType => ({
  name: { en: 'Reduced price', fr: 'Tarif réduit' },
  description: {
    en: 'Under 26, students, job seekers; proof is asked for at the door.',
    fr: 'Moins de 26 ans, étudiants, demandeurs d’emploi ; justificatif demandé à l’entrée.',
  },
  priceMinor,
  currency,
  capacity,
})
export const free = (capacity: number): DemoTicketType => ({
  name: { en: 'Free admission', fr: 'Entrée libre' },
  priceMinor: 0,
  currency: 'EUR',
  capacity,
})
