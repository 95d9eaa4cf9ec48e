import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanLine } from '../src/content/clean-text.ts'
import { exponentOf } from '../src/formats/currencies.ts'
import { describeWhen } from '../src/formats/dates.ts'
import { formatMoney } from '../src/formats/money.ts'
import { describePlace } from '../src/formats/place.ts'
import { withdrawalSentence } from '../src/legal/withdrawal.ts'
import { isAddress, mask, parseSender } from '../src/mail/address.ts'

describe('money', () => {
  it.each([
    [123450, 'EUR', '1\u202f234,50\u00a0€', '€1,234.50'],
    [5, 'EUR', '0,05\u00a0€', '€0.05'],
    [1500, 'JPY', '1\u202f500\u00a0JPY', 'JP¥1,500'],
    [123450, 'HUF', '1\u202f234,50\u00a0HUF', 'HUF\u00a01,234.50'],
    [1234500, 'TND', '1\u202f234,500\u00a0TND', 'TND\u00a01,234.500'],
    [-4900, 'EUR', '-49,00\u00a0€', '-€49.00'],
  ])('%i %s', (minor, currency, french, english) => {
    expect(formatMoney(minor, currency, 'fr')).toBe(french)
    expect(formatMoney(minor, currency, 'en')).toBe(english)
  })

  it('shows every digit of every amount, in any currency', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        fc.constantFrom('EUR', 'JPY', 'TND', 'CLF'),
        (minor, currency) => {
          const digits = formatMoney(minor, currency, 'en').replace(/\D/g, '')
          expect(digits).toBe(String(minor).padStart(exponentOf(currency) + 1, '0'))
        },
      ),
    )
  })
})

describe('dates', () => {
  const evening = { startsAt: '2026-03-14T16:30:00Z', endsAt: '2026-03-14T19:00:00Z', timeZone: 'Indian/Reunion' }

  it('are told in the venue’s zone, which is named', () => {
    expect(describeWhen(evening, 'fr')).toMatchObject({
      starts: 'samedi 14 mars 2026 à 20\u00a0h\u00a030',
      ends: '23\u00a0h',
      sameDay: true,
      zone: 'heure de La Réunion',
    })
    expect(describeWhen(evening, 'en')).toMatchObject({
      starts: 'Saturday 14 March 2026 at 20:30',
      ends: '23:00',
      zone: 'Réunion Time',
    })
  })

  it('name the last day when it is another', () => {
    const when = describeWhen({ ...evening, endsAt: '2026-03-15T10:00:00Z' }, 'fr')
    expect(when).toMatchObject({ sameDay: false, ends: 'dimanche 15 mars 2026 à 14\u00a0h' })
  })

  it('fall back to UTC, by name, for a zone that is none', () => {
    expect(describeWhen({ ...evening, timeZone: 'Mars/Olympus' }, 'en')).toMatchObject({
      zone: 'UTC',
      starts: 'Saturday 14 March 2026 at 16:30',
    })
  })
})

describe('places', () => {
  it('say a country by its name, and nothing twice', () => {
    expect(describePlace({ name: 'Paris', address: '', city: 'Paris', country: 'DE' }, 'fr')).toEqual({
      name: 'Paris',
      rest: 'Allemagne',
    })
    expect(describePlace({ name: '', address: '', city: '', country: '' }, 'en')).toEqual({ name: '', rest: '' })
    expect(describePlace({ name: '', address: '', city: 'X', country: 'ZZ' }, 'en').name).toBe('X')
  })
})

describe('the law', () => {
  it('is said from the day on which it holds, in the language that asks for it', () => {
    expect(withdrawalSentence('fr', new Date('2027-01-01'))).toContain('L221-28')
    expect(withdrawalSentence('fr', new Date('2010-01-01'))).toBeUndefined()
    expect(withdrawalSentence('en', new Date('2027-01-01'))).toBeUndefined()
  })
})

describe('addresses', () => {
  it.each(['a@b.org', 'zoë@exämple.org', "o'neil+tag@sub.example.co.uk", 'x@localhost'])('%s is one', (text) => {
    expect(isAddress(text)).toBe(true)
  })

  it('never holds a line end, a space, a list or a second address', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\r', '\n', ' ', ',', ';', '<', '>', '@', '"', '\0', '\u2028'),
        fc.string(),
        (before, odd, after) => {
          expect(isAddress(`${before}${odd}${after}@example.org`)).toBe(false)
          expect(isAddress(`a@example.org${odd}${after}`)).toBe(false)
        },
      ),
    )
  })

  it('are masked to what one may recognise', () => {
    expect(mask('marie.curie@example.org')).toBe('m•••@example.org')
    expect(mask('+33612345678')).toBe('+336•••78')
    expect(mask('odd')).toBe('•••')
  })

  it('of the sender has a name or none', () => {
    expect(parseSender('Guichet <tickets@guichet.localhost>')).toEqual({
      name: 'Guichet',
      address: 'tickets@guichet.localhost',
    })
    expect(parseSender('tickets@guichet.localhost')).toEqual({ name: '', address: 'tickets@guichet.localhost' })
    for (const text of ['', 'Guichet', 'a@b.org, c@d.org', 'G <a@b.org>\r\nBcc: c@d.org'])
      expect(parseSender(text)).toBeUndefined()
  })
})

describe('foreign text', () => {
  it('is one line, whatever it was, and not longer than it may be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = cleanLine(text, 20)
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
        expect([...line].length).toBeLessThanOrEqual(20)
        expect(line.isWellFormed()).toBe(true)
      }),
    )
  })
})
