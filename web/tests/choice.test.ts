import { describe, expect, it } from 'vitest'
import { textsOf } from '../src/messages/catalogue.server.ts'
import { readChoice } from '../src/tickets/choice.server.ts'
import { nearestQuantity, quantityChoices, quantityRange } from '../src/tickets/quantities.ts'

const t = textsOf('en')

describe('what an event page’s form asks for', () => {
  it('is the tickets chosen, at the prices named for them, with the code and the buyer', () => {
    const { choice, check } = readChoice(
      {
        'quantity.typ_b': '2',
        'price.typ_b': '12,50',
        'quantity.typ_a': '1',
        'quantity.typ_c': '0',
        'price.typ_c': 'not chosen, so not read',
        currency: 'EUR',
        promoCode: 'EARLY',
        name: 'Noé',
        email: 'noe@example.org',
      },
      t,
    )
    expect(check.faults).toEqual([])
    expect(choice).toEqual({
      lines: [
        { ticketTypeId: 'typ_a', quantity: 1 },
        { ticketTypeId: 'typ_b', quantity: 2, chosenPriceMinor: 1250 },
      ],
      promoCode: 'EARLY',
      buyer: { name: 'Noé', email: 'noe@example.org' },
    })
  })

  it('leaves out what was not asked or not given', () => {
    const { choice, check } = readChoice({ 'quantity.typ_a': '1', promoCode: '', name: '', email: '' }, t)
    expect([choice, check.faults]).toEqual([{ lines: [{ ticketTypeId: 'typ_a', quantity: 1 }] }, []])
  })

  it.each([
    ['12,5', 'JPY', null],
    ['1200', 'JPY', 1200],
    ['1,250', 'KWD', 1250],
    ['1.250', 'EUR', null],
    ['', 'EUR', null],
    ['-5', 'EUR', null],
  ])('reads %s in %s with that currency’s digits', (typed, currency, minor) => {
    const { choice, check } = readChoice({ 'quantity.typ_a': '1', 'price.typ_a': typed, currency }, t)
    if (minor === null) expect(check.faults.map(({ field }) => field)).toEqual(['price.typ_a'])
    else expect(choice.lines[0]?.chosenPriceMinor).toBe(minor)
  })

  it('names the field of every fault', () => {
    const fields = (values: Record<string, string>) => readChoice(values, t).check.faults.map(({ field }) => field)
    expect(fields({ 'quantity.typ_a': '0' })).toEqual(['tickets'])
    expect(fields({ 'quantity.typ_a': '1', email: 'noe@' })).toEqual(['name', 'email'])
  })
})

describe('the quantities of a type', () => {
  const item = { minPerOrder: 1, maxPerOrder: 10, maxPerBuyer: null, remaining: null }

  it('run from the least to what an order, a person and the places left allow', () => {
    expect(quantityChoices(quantityRange({ ...item, minPerOrder: 2, maxPerOrder: 4 }))).toEqual([0, 2, 3, 4])
    expect(quantityChoices(quantityRange({ ...item, maxPerBuyer: 2 }))).toEqual([0, 1, 2])
    expect(quantityChoices(quantityRange({ ...item, remaining: 1 }))).toEqual([0, 1])
    expect(quantityChoices(quantityRange({ ...item, minPerOrder: 4, remaining: 3 }))).toEqual([0])
  })

  it('keep a wish as far as it can be had', () => {
    const range = { least: 2, most: 4 }
    expect([0, 1, 3, 9, Number.NaN].map((wish) => nearestQuantity(wish, range))).toEqual([0, 2, 3, 4, 0])
    expect(nearestQuantity(3, { least: 2, most: 1 })).toBe(0)
  })
})
