import { describe, expect, it } from 'vitest'
import type { BankEntry, BankTransfer } from '../src/api/finance.ts'
import { accountField, isIban, readAccount, withoutSecrets } from '../src/finance/account-form.server.ts'
import { sumUp } from '../src/finance/assignment.ts'
import { parsePercent, rateOn, typedPercent, vatContained } from '../src/finance/fee.ts'
import { standings } from '../src/finance/ledger.ts'
import { statementText } from '../src/finance/statement-file.server.ts'
import { textsOf } from '../src/messages/catalogue.server.ts'
import { feeOf } from '../src/money/fee.ts'

const t = textsOf('en')
const faultsOf = (values: Record<string, string>, account: Partial<Parameters<typeof readAccount>[1]> = {}) =>
  readAccount(values, { provider: 'stripe', mode: 'test', known: false, ...account }, t).check.faults.map(
    (one) => one.field,
  )

describe('the form of a payment account', () => {
  it('takes a Stripe key of its own mode, and no other', () => {
    expect(faultsOf({ secretKey: 'sk_test_abcdef' })).toEqual([])
    expect(faultsOf({ secretKey: 'rk_live_abcdef' }, { mode: 'live' })).toEqual([])
    for (const secretKey of ['', 'sk_live_abcdef', 'pk_test_abcdef', 'whsec_abcdef']) {
      expect(faultsOf({ secretKey }), secretKey).toEqual(['secretKey'])
    }
  })

  it('asks for test or live, which nobody should get by chance', () => {
    expect(faultsOf({ secretKey: 'sk_test_abcdef' }, { mode: undefined })).toEqual(['mode-test'])
  })

  it('sends no secret that was left empty, so that an account keeps the one it has', () => {
    const account = { provider: 'paypal', mode: 'live', known: true } as const
    const { check, terms } = readAccount({ clientId: 'client-id-1', clientSecret: '', webhookId: '8P' }, account, t)
    expect(check.failed).toBe(false)
    expect(terms).toEqual({ settings: { clientId: 'client-id-1', webhookId: '8P' }, secrets: {} })
  })

  it('shows no secret again, not even after a refusal', () => {
    const typed = { mode: 'test', secretKey: 'sk', webhookSecret: 'wh', webhookSecretOld: 'wo', clientSecret: 'cs' }
    expect(withoutSecrets(typed)).toEqual({ mode: 'test' })
  })

  it('finds a mistyped IBAN, and takes one in groups', () => {
    expect(isIban('FR1420041010050500013M02606')).toBe(true)
    expect(isIban('FR1420041010050500013M02607')).toBe(false)
    const values = { beneficiary: 'Us', iban: 'fr14 2004 1010 0505 0001 3m02 606', bic: '', dueDays: '14' }
    const { check, terms } = readAccount(values, { provider: 'bank-transfer', mode: 'live', known: false }, t)
    expect(check.faults).toEqual([])
    expect(terms.settings).toMatchObject({ iban: 'FR1420041010050500013M02606', bic: null, dueDays: 14 })
    expect(faultsOf({ ...values, dueDays: '61' }, { provider: 'bank-transfer' })).toEqual(['dueDays'])
  })

  it('leads a refusal to its field', () => {
    expect(accountField('/secrets/webhookSecrets/1')).toBe('webhookSecretOld')
    expect(accountField('/settings/iban')).toBe('iban')
  })
})

describe('fees and VAT', () => {
  it('reads a percentage as it is typed, and guesses nothing', () => {
    expect(['5,5', '5.50', '20', '0', '100', '2,1 %'].map(parsePercent)).toEqual([550, 550, 2_000, 0, 10_000, 210])
    for (const typed of ['', 'x', '-1', '100,01', '5,555', '1e2']) expect(parsePercent(typed), typed).toBe(null)
    expect(typedPercent(550, 'fr')).toBe('5,5')
  })

  it('reckons an example as the sale does', () => {
    expect(feeOf(2_500, { percentBp: 350, fixedMinor: 49 }, 'EUR')).toBe(137)
    expect(feeOf(0, { percentBp: 350, fixedMinor: 49 }, 'EUR')).toBe(0)
    // In whole forints, and in tens of fils: what a payment provider can take.
    expect(feeOf(490_000, { percentBp: 250, fixedMinor: 0 }, 'HUF')).toBe(12_300)
    expect(feeOf(5_120, { percentBp: 250, fixedMinor: 0 }, 'KWD')).toBe(130)
    expect(vatContained(12_000, 2_000)).toBe(2_000)
    const periods = [
      { startsOn: '2020-01-01', bp: 550 },
      { startsOn: '2027-01-01', bp: 600 },
    ]
    expect(['2019-12-31', '2026-12-31', '2027-01-01'].map((day) => rateOn(periods, day))).toEqual([null, 550, 600])
  })
})

describe('where the money is', () => {
  it('keeps simulated and test money apart from real money, and currencies apart', () => {
    const balance = (account: string, currency: string, balanceMinor: number) => ({
      account,
      currency,
      balanceMinor,
      debitMinor: 0,
      creditMinor: 0,
    })
    const [euros, yen] = standings([
      balance('provider:stripe', 'EUR', 1_000),
      balance('provider:stripe-test', 'EUR', 20),
      balance('provider:simulated', 'EUR', 3),
      balance('sales', 'EUR', -900),
      balance('vat', 'EUR', -100),
      balance('refunds-due', 'JPY', -500),
    ])
    expect(euros).toMatchObject({ currency: 'EUR', held: 1_000, rehearsed: 23, sales: 900, vat: 100, due: 0 })
    expect(yen).toMatchObject({ currency: 'JPY', held: 0, due: 500 })
  })
})

describe('a bank statement', () => {
  it('keeps its accents, in UTF-8 as in what banks wrote before it', () => {
    expect(statementText(new TextEncoder().encode('Libellé'))).toBe('Libellé')
    expect(statementText(Uint8Array.of(76, 105, 98, 101, 108, 108, 233))).toBe('Libellé')
  })
})

describe('money that no order has', () => {
  const entry = (id: string, amountMinor: number, currency = 'EUR') => ({ id, amountMinor, currency }) as BankEntry
  const transfer = { orderId: 'ord_1', amountMinor: 5_000, currency: 'EUR' } as BankTransfer
  const money = [entry('bke_1', 3_000), entry('bke_2', 2_000), entry('bke_3', 5_000, 'CHF')]
  const sums = (entryIds: string[], orderId = 'ord_1') => sumUp(money, [transfer], { entryIds, orderId })

  it('is summed up against what is owed before it pays', () => {
    expect(sums(['bke_1', 'bke_2'])).toMatchObject({ fault: null, totalMinor: 5_000, differenceMinor: 0 })
    expect(sums(['bke_1'])).toMatchObject({ fault: null, totalMinor: 3_000, differenceMinor: -2_000 })
  })

  it('pays nothing while something is not chosen, gone meanwhile, in another currency, or more than is taken at once', () => {
    expect(sums([]).fault).toBe('noEntry')
    expect(sums(['bke_1'], '').fault).toBe('noOrder')
    expect(sums(['bke_1', 'bke_9']).fault).toBe('gone')
    expect(sums(['bke_1'], 'ord_9').fault).toBe('gone')
    expect(sums(['bke_3']).fault).toBe('currency')
    expect(sums(Array.from({ length: 21 }, (_, index) => `bke_${index}`)).fault).toBe('many')
  })
})
