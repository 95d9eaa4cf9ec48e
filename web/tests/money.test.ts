import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exponentOf } from '../src/money/currencies.ts'
import { decimalMoney, formatMoney, parseMoney } from '../src/money/money.ts'

describe('amounts', () => {
  it('are written as each language writes them', () => {
    const written = [0, 5, 1950, 123_450, 100_000_000].map((minor) => formatMoney(minor, 'EUR', 'fr'))
    expect(written).toEqual([
      '0,00\u00a0€',
      '0,05\u00a0€',
      '19,50\u00a0€',
      '1\u202f234,50\u00a0€',
      '1\u202f000\u202f000,00\u00a0€',
    ])
    expect([1950, 123_450].map((minor) => formatMoney(minor, 'EUR', 'en'))).toEqual(['€19.50', '€1,234.50'])
  })

  it('have the decimals of ISO 4217, whatever Intl thinks', () => {
    expect(formatMoney(1234, 'JPY', 'en')).toBe('JP¥1,234')
    expect(formatMoney(1234, 'HUF', 'fr')).toBe('12,34\u00a0HUF')
    expect(formatMoney(1234, 'TND', 'fr')).toBe('1,234\u00a0TND')
    expect([exponentOf('IQD'), exponentOf('CLF'), exponentOf('EUR')]).toEqual([3, 4, 2])
  })

  it('are read as people type them', () => {
    const typed = ['49', '49.5', '49,50', '1 234,50', '1\u202f234,50', '0']
    expect(typed.map((text) => parseMoney(text, 'EUR'))).toEqual([4900, 4950, 4950, 123_450, 123_450, 0])
    expect(['', '-1', '4.999', 'abc', '1,2,3', '1e3'].map((text) => parseMoney(text, 'EUR'))).toEqual(
      Array(6).fill(null),
    )
    expect(parseMoney('12.5', 'JPY')).toBeNull()
  })

  it('survive being shown in a field and sent back, in every currency', () => {
    const currency = fc.constantFrom('EUR', 'JPY', 'TND', 'CLF', 'USD')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), currency, (minor, code) => {
        expect(parseMoney(decimalMoney(minor, code), code)).toBe(minor)
      }),
    )
  })
})
