import { describe, expect, it } from 'vitest'
import type { TicketType } from '../src/api/types.ts'
import { textsOf } from '../src/messages/catalogue.server.ts'
import { saleFault } from '../src/tickets/sale-refusal.ts'

const standard = {
  id: 'typ_a',
  name: { en: 'Standard', fr: 'Plein tarif' },
  currency: 'EUR',
  availability: 'on-sale',
} satisfies Partial<TicketType>
const cup = { ...standard, id: 'typ_c', name: { en: 'Cup', fr: 'Gobelet' }, addOnTo: ['typ_a'] }
const words = (language: 'en' | 'fr', code: string, facts: Record<string, unknown> = {}, ticketTypeId = 'typ_a') =>
  saleFault(
    { code, ticketTypeId, facts },
    { items: [standard, cup], timeZone: 'Europe/Paris', language, t: textsOf(language) },
  )

describe('a refusal of the sale', () => {
  it.each([
    ['sold-out', { remaining: 0 }, 'quantity.typ_a', 'Standard: no place is left right now.'],
    ['sold-out', { remaining: 1 }, 'quantity.typ_a', 'Standard: only one place is left.'],
    ['sold-out', { remaining: 0, waitingList: true }, 'quantity.typ_a', 'go to the waiting list first'],
    ['limit-exceeded', { minPerOrder: 2, maxPerOrder: 4 }, 'quantity.typ_a', 'from 2 to 4 in one order'],
    ['sale-paused', {}, 'quantity.typ_a', 'Standard: the sale is paused'],
    ['sale-ended', {}, 'quantity.typ_a', 'Standard: the sale has ended'],
    ['not-on-sale', { salesStartAt: '2027-06-11T18:00:00Z' }, 'quantity.typ_a', '11 Jun 2027 at 20:00'],
    ['buyer-required', {}, 'name', 'Standard: limited for each person'],
    [
      'buyer-limit-exceeded',
      { maxPerBuyer: 2, already: 1 },
      'quantity.typ_a',
      '2 at most for each person, and you have one',
    ],
    ['price-not-chosen', {}, 'quantity.typ_a', 'Standard: the price is fixed now'],
    ['price-below-minimum', { priceMinor: 500 }, 'price.typ_a', 'at least €5.00'],
    ['promo-code-invalid', {}, 'code', 'The code cannot be used'],
    ['promo-code-used-up', { remaining: 0 }, 'code', 'The code is used up'],
    ['promo-code-used-up', { remaining: 2 }, 'code', 'good for 2 more tickets only'],
  ])('%s is told at its field', (code, facts, field, sentence) => {
    expect(words('en', code, facts)).toMatchObject({ field, message: expect.stringContaining(sentence) })
    const french = words('fr', code, facts)
    expect(french?.field).toBe(field)
    expect(french?.message).not.toMatch(/\{|Standard/)
  })

  it('says which tickets an add-on goes with, and how many they allow', () => {
    expect(words('fr', 'add-on-alone', {}, 'typ_c')?.message).toContain('(Plein tarif)')
    expect(words('en', 'add-on-limit-exceeded', { allowed: 2 }, 'typ_c')).toEqual({
      field: 'quantity.typ_c',
      message: 'Cup: your tickets allow 2.',
    })
  })

  it('of a type that is gone from the page is told above the tickets', () => {
    expect(words('en', 'ticket-type-unknown', {}, 'typ_gone')).toEqual({
      field: 'tickets',
      message: 'One of the tickets: no longer on offer. Choose again.',
    })
  })

  it('of the whole event is left to the service’s own sentence', () => {
    expect(words('en', 'event-cancelled')).toBeUndefined()
  })
})
