import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePrice, readTicketTypeOption } from '../../src/import/ticket-type-option.ts'

describe('--ticket-type', () => {
  it.each([
    ['Standard:49.00 EUR:200', { name: 'Standard', priceMinor: 4900, currency: 'EUR', capacity: 200 }],
    ['Tarif: réduit:12,5 €:10', { name: 'Tarif: réduit', priceMinor: 1250, currency: 'EUR', capacity: 10 }],
    ['Free:0:50', { name: 'Free', priceMinor: 0, currency: 'EUR', capacity: 50 }],
    ['S:1200 JPY:5', { name: 'S', priceMinor: 1200, currency: 'JPY', capacity: 5 }],
    ['D:1.250 KWD:5', { name: 'D', priceMinor: 1250, currency: 'KWD', capacity: 5 }],
    ['H:1.500 HUF:5', { name: 'H', priceMinor: 150_000, currency: 'HUF', capacity: 5 }],
  ])('%s', (option, expected) => {
    expect(readTicketTypeOption(option)).toEqual(expected)
  })

  it.each([
    '',
    'Standard',
    'Standard:49:200',
    'Standard:-1 EUR:5',
    'S:4.999 EUR:x',
    'S:1.5 JPY:5',
    ':1 EUR:5',
    'S:1 EURO:5',
  ])('refuses "%s"', (option) => {
    expect(() => readTicketTypeOption(option)).toThrow(/is not like/)
  })

  it('reads every amount that it could have written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000_000 }),
        fc.constantFrom('EUR', 'JPY', 'KWD'),
        (priceMinor, currency) => {
          const digits = { EUR: 2, JPY: 0, KWD: 3 }[currency] ?? 2
          const text = (priceMinor / 10 ** digits).toFixed(digits)
          expect(parsePrice(`${text} ${currency}`)).toEqual({ priceMinor, currency })
          expect(parsePrice(`${text.replace('.', ',')} ${currency}`)).toEqual({ priceMinor, currency })
        },
      ),
    )
  })
})
