import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exponentOf } from '../src/money/currencies.ts'
import { decimalMoney, formatMoney, parseMoney, typedMoney } from '../src/money/money.ts'

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

  it('are read with the currency’s own digits, and with its sign', () => {
    expect(['12,50 €', '€12.50', '12,5\u00a0€'].map((text) => parseMoney(text, 'EUR'))).toEqual([1250, 1250, 1250])
    expect([parseMoney('1500', 'JPY'), parseMoney('1,250', 'KWD'), parseMoney('1.25', 'KWD')]).toEqual([
      1500, 1250, 1250,
    ])
    expect([parseMoney('1,250', 'EUR'), parseMoney('1.234,50', 'EUR')]).toEqual([null, null])
  })

  it('stand in a field as its reader types them', () => {
    expect([typedMoney(1250, 'EUR', 'fr'), typedMoney(1250, 'EUR', 'en')]).toEqual(['12,50', '12.50'])
    expect([typedMoney(1500, 'JPY', 'fr'), typedMoney(1250, 'KWD', 'fr')]).toEqual(['1500', '1,250'])
  })

  it('survive being shown in a field and sent back, in every currency', () => {
    const currency = fc.constantFrom('EUR', 'JPY', 'TND', 'CLF', 'USD')
    const language = fc.constantFrom('en' as const, 'fr' as const)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), currency, language, (minor, code, reader) => {
        expect(parseMoney(decimalMoney(minor, code), code)).toBe(minor)
        expect(parseMoney(typedMoney(minor, code, reader), code)).toBe(minor)
      }),
    )
  })
})
