import { describe, expect, it } from 'vitest'
import { creditorReferencesIn, inGroups, isIban, newCreditorReference } from '../payments/creditor-reference.ts'
import { parseAmount } from './amount.ts'
import { guessDelimiter, parseCsv } from './parse-csv.ts'
import { readStatement } from './read-statement.ts'

describe('a creditor reference', () => {
  it('is found in what people and banks make of it', () => {
    for (let run = 0; run < 200; run++) {
      const reference = newCreditorReference()
      expect(reference).toMatch(/^RF\d{14}$/)
      for (const written of [
        reference,
        inGroups(reference),
        reference.toLowerCase(),
        `VIR SEPA DE MME DIALLO /RFB/${reference} MERCI`,
        `Order ${inGroups(reference)} (2 tickets)`,
      ]) {
        expect(creditorReferencesIn(written), written).toContain(reference)
      }
    }
  })

  it('is not found when a letter or digit of it is wrong, or two have changed places', () => {
    const reference = newCreditorReference()
    for (let at = 2; at < reference.length; at++) {
      const wrong = reference[at] === '7' ? '8' : '7'
      expect(creditorReferencesIn(reference.slice(0, at) + wrong + reference.slice(at + 1)), `at ${at}`).toEqual([])
      const [one = '', other = ''] = [reference[at], reference[at + 1]]
      if (one === other || other === '') continue
      const swapped = reference.slice(0, at) + other + one + reference.slice(at + 2)
      expect(creditorReferencesIn(swapped), `at ${at}`).toEqual([])
    }
  })

  it('is made by the rule of ISO 11649, as are the check digits of an IBAN', () => {
    expect(creditorReferencesIn('RF18 5390 0754 7034')).toEqual(['RF18539007547034'])
    expect(isIban('FR1420041010050500013M02606')).toBe(true)
    expect(isIban('DE89370400440532013000')).toBe(true)
    expect(isIban('DE89370400440532013001')).toBe(false)
    expect(isIban('DE8937')).toBe(false)
  })
})

describe('an amount', () => {
  it.each([
    ['49,00', 'EUR', 4_900],
    ['49.00', 'EUR', 4_900],
    ['49', 'EUR', 4_900],
    ['49,5', 'EUR', 4_950],
    ['1 234,56', 'EUR', 123_456],
    ['1 234,56 €', 'EUR', 123_456],
    ['1.234,56', 'EUR', 123_456],
    ["1'234.56", 'CHF', 123_456],
    ['1,234.56', 'USD', 123_456],
    ['1.234.567,00', 'EUR', 123_456_700],
    ['1,234', 'EUR', 123_400],
    ['1.234', 'KWD', 1_234],
    ['12.500', 'KWD', 12_500],
    ['4,900', 'JPY', 4_900],
    ['4900.00', 'JPY', 4_900],
    ['-12,30', 'EUR', -1_230],
    ['12,30-', 'EUR', -1_230],
    ['+12,30', 'EUR', 1_230],
    ['EUR 12,30', 'EUR', 1_230],
  ])('%s in %s is %i minor units', (text, currency, minor) => {
    expect(parseAmount(text, currency)).toBe(minor)
  })

  it.each(['', '-', 'abc', '12,345', '4900.50', '1e5', '0x10', '99999999999999999999', '1-2', '=1+1'])(
    '%s is none, or not one of its currency',
    (text) => {
      const currency = text === '12,345' ? 'XXX' : 'JPY'
      const read = parseAmount(text, currency)
      if (text === '12,345') expect(read).toBe(1_234_500)
      else expect(read).toBeUndefined()
    },
  )
})

describe('a statement', () => {
  it('is read with its quotes, line breaks and delimiters', () => {
    expect(parseCsv('a;"b ""c"";\nd"\r\n\r\n;e', ';')).toEqual([
      ['a', 'b "c";\nd'],
      ['', 'e'],
    ])
    expect(guessDelimiter('Date;Montant;Libellé\n22/11/2026;49,00;X, Y')).toBe(';')
    expect(guessDelimiter('date,amount,text\n2026-11-22,49.00,X; Y')).toBe(',')
    expect(guessDelimiter('date\tamount\n2026-11-22\t49.00')).toBe('\t')
  })

  it('is read in French, English and German, and below whatever the bank says first', () => {
    const french =
      'Compte;00013M026\nSolde;1 234,00\n\nDate opération;Libellé;Crédit;Débit\n22/11/2026;VIR RF12;49,00;\n'
    expect(readStatement(french)).toMatchObject([
      { row: 4, bookedOn: '2026-11-22', amount: '49,00', text: 'VIR RF12', currency: undefined },
    ])
    const english = '\uFEFFDate,Description,Amount,Currency\n2026-11-22,"Thanks, RF12",49.00,EUR\n'
    expect(readStatement(english)).toMatchObject([{ bookedOn: '2026-11-22', amount: '49.00', currency: 'EUR' }])
    const german = '"Buchungstag";"Verwendungszweck";"Betrag";"Währung"\n"22.11.26";"RF12";"-49,00";"EUR"\n'
    expect(readStatement(german)).toMatchObject([{ bookedOn: '2026-11-22', amount: '-49,00', text: 'RF12' }])
    const debit = 'Date;Text;Credit;Debit\n2026-11-22;fees;;3,00\n'
    expect(readStatement(debit)).toMatchObject([{ amount: '-3,00' }])
  })

  it('tells equal rows apart, and knows them again in the next file', () => {
    const rows = 'date,amount,text\n2026-11-22,49.00,A\n2026-11-22,49.00,A\n'
    const [one, other] = readStatement(rows)
    expect(one?.digest).not.toEqual(other?.digest)
    const longer = readStatement(`${rows}2026-11-23,10.00,B\n`)
    expect(longer.slice(0, 2).map((row) => row.digest)).toEqual([one?.digest, other?.digest])
  })

  it('has no day where the bank wrote none', () => {
    const days = ['2026-02-30', '31/11/2026', 'yesterday', '']
    const rows = readStatement(`date,amount\n${days.map((day) => `${day},1.00`).join('\n')}\n`)
    expect(rows.map((row) => row.bookedOn)).toEqual([undefined, undefined, undefined, undefined])
  })

  it.each(['', 'no heads here', 'name;city\nA;B', '\u0000', ','.repeat(100_000)])(
    'is refused when it is none',
    (text) => {
      expect(() => readStatement(text)).toThrow('statement-unreadable')
    },
  )
})
