import { describe, expect, it } from 'vitest'
import { textsOf } from '../src/messages/catalogue.server.ts'
import { checkPromoCode, promoCodeField, promoCodeValues } from '../src/tickets/promo-code-form.server.ts'
import { checkTicketType, ticketTypeField, ticketTypeValues } from '../src/tickets/ticket-type-form.server.ts'

const t = textsOf('en')
const form = (fields: Record<string, string | string[]>): FormData => {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) data.append(name, one)
  return data
}
const TYPE = { 'name.en': 'Seat', price: '10', currency: 'EUR', capacity: '5', minPerOrder: '1', maxPerOrder: '4' }
const type = (more: Record<string, string | string[]> = {}) =>
  checkTicketType(ticketTypeValues(form({ ...TYPE, ...more })), t)
const code = (fields: Record<string, string | string[]>) =>
  checkPromoCode(promoCodeValues(form({ currency: 'EUR', timeZone: 'Europe/Paris', ...fields })), t)
const fieldsOf = ({ check }: { check: { faults: { field: string }[] } }) => check.faults.map((fault) => fault.field)

describe('the form of a ticket type', () => {
  it('says what was ticked, and what was left or unticked', () => {
    expect(type().parsed).toMatchObject({
      hidden: false,
      paused: false,
      pricing: 'fixed',
      addOnTo: [],
      maxPerBuyer: null,
    })
    const all = type({
      hidden: 'on',
      pricing: 'chosen',
      suggestedPrice: '12,50',
      maxPerBuyer: '4',
      addOnTo: ['typ_a', 'typ_b'],
      maxPerTicket: '2',
    })
    expect(all.check.faults).toEqual([])
    expect(all.parsed).toMatchObject({
      hidden: true,
      pricing: 'chosen',
      suggestedPriceMinor: 1_250,
      maxPerBuyer: 4,
      addOnTo: ['typ_a', 'typ_b'],
      maxPerTicket: 2,
    })
  })

  it('leaves out what belongs to a choice that was not made', () => {
    const { parsed, check } = type({ suggestedPrice: '1', maxPerTicket: '3' })
    expect(check.faults).toEqual([])
    expect(parsed).toMatchObject({ suggestedPriceMinor: null, maxPerTicket: null })
  })

  it('tells what cannot be, at its field', () => {
    expect(fieldsOf(type({ pricing: 'chosen', suggestedPrice: '9' }))).toEqual(['suggestedPrice'])
    expect(fieldsOf(type({ pricing: 'chosen', suggestedPrice: 'ten' }))).toEqual(['suggestedPrice'])
    expect(fieldsOf(type({ minPerOrder: '3', maxPerBuyer: '2' }))).toEqual(['maxPerBuyer'])
    expect(ticketTypeField('/suggestedPriceMinor')).toBe('suggestedPrice')
    expect(ticketTypeField('/name/fr')).toBe('name.fr')
  })
})

describe('the form of a code', () => {
  it('becomes what the service takes', () => {
    expect(code({ discount: 'percent', percent: '20 %', usesMax: '50', endsAt: '2027-01-31T20:00' }).body).toEqual({
      discountPercent: 20,
      ticketTypeIds: [],
      unlocks: false,
      usesMax: 50,
      endsAt: '2027-01-31T19:00:00Z',
    })
    expect(code({ code: 'AMIS', discount: 'amount', amount: '5,50', ticketTypeIds: ['typ_a'] }).body).toEqual({
      code: 'AMIS',
      discountMinor: 550,
      ticketTypeIds: ['typ_a'],
      unlocks: false,
    })
  })

  it('tells what cannot be, at its field', () => {
    expect(fieldsOf(code({ code: 'été', discount: 'percent', percent: '10' }))).toEqual(['code'])
    for (const percent of ['', '0', '101', '1.5', 'x']) {
      expect(fieldsOf(code({ discount: 'percent', percent })), percent).toEqual(['percent'])
    }
    for (const amount of ['', '0', '1.234', 'x']) {
      expect(fieldsOf(code({ discount: 'amount', amount })), amount).toEqual(['amount'])
    }
    expect(fieldsOf(code({ discount: 'none' }))).toEqual(['discount'])
    expect(fieldsOf(code({ discount: 'none', unlocks: 'on' }))).toEqual(['ticketTypeIds'])
    expect(fieldsOf(code({ discount: 'percent', percent: '5', usesMax: '0' }))).toEqual(['usesMax'])
    const backwards = { startsAt: '2027-02-01T00:00', endsAt: '2027-01-01T00:00' }
    expect(fieldsOf(code({ discount: 'percent', percent: '5', ...backwards }))).toEqual(['endsAt'])
    expect(promoCodeField('/discountMinor')).toBe('amount')
  })
})
