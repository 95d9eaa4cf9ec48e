import { describe, expect, it } from 'vitest'
import { formatDate, formatDateTime, formatMoney, formatRate } from './formats.ts'

describe('in French', () => {
  it('money has a narrow space between thousands, and one that does not break before its sign', () => {
    expect(formatMoney(123_450, 'EUR', 'fr')).toBe('1\u202f234,50\u00a0€')
    expect(formatMoney(-4_900, 'EUR', 'fr')).toBe('-49,00\u00a0€')
  })

  it('dates are those of the venue', () => {
    expect(formatDateTime('2026-03-14T19:30:00Z', 'Europe/Paris', 'fr')).toBe('samedi 14 mars 2026 à 20\u00a0h\u00a030')
    expect(formatDateTime('2026-03-14T19:00:00Z', 'Europe/Paris', 'fr')).toBe('samedi 14 mars 2026 à 20\u00a0h')
    expect(formatDate(new Date('2026-03-14T23:30:00Z'), 'Indian/Reunion', 'fr')).toBe('15 mars 2026')
    expect(formatRate(550, 'fr')).toMatch(/^5,5\s%$/)
  })
})

describe('in English', () => {
  it('money, dates and rates are as people write them', () => {
    expect(formatMoney(123_450, 'EUR', 'en')).toBe('€1,234.50')
    expect(formatDateTime('2026-03-14T19:30:00Z', 'Europe/Paris', 'en')).toBe('Saturday, 14 March 2026 at 20:30')
    expect(formatRate(2_000, 'en')).toBe('20%')
    expect(formatRate(null, 'en')).toBe('–')
  })
})

it('has the decimals of each currency, exactly also beyond what a double can say', () => {
  expect(formatMoney(1_234, 'JPY', 'en')).toContain('1,234')
  expect(formatMoney(1_234, 'JPY', 'en')).not.toContain('.')
  expect(formatMoney(12_345, 'KWD', 'en')).toMatch(/12\.345$/)
  expect(formatMoney(9_007_199_254_740_991, 'EUR', 'en')).toBe('€90,071,992,547,409.91')
})

it('does not fail for a zone that it does not know', () => {
  expect(formatDate(new Date('2026-03-14T23:30:00Z'), 'Nowhere/At-All', 'en')).toBe('14 March 2026')
})
