import { describe, expect, it } from 'vitest'
import type { Order, PaymentAttempt, Refund } from '../src/api/types.ts'
import { textsOf } from '../src/messages/catalogue.server.ts'
import { readPolicy } from '../src/tickets/policy-form.server.ts'
import { readWish, refundWayOf } from '../src/tickets/refund-form.server.ts'
import { timelineOf } from '../src/tickets/timeline.ts'

const t = textsOf('en')
const order = { lines: [{ lineNumber: 1 }, { lineNumber: 2 }], currency: 'EUR' } as Pick<Order, 'lines' | 'currency'>
const read = (query: string, way: Parameters<typeof readWish>[1]) => readWish(new URLSearchParams(query), way, order, t)

describe('the refund form', () => {
  it('asks for nothing before it was sent', () => {
    expect(read('by=tickets', 'tickets')).toEqual({ wish: null })
  })

  it('names tickets, lines or a sum, one of them', () => {
    expect(read('asked=1&ticket=a&ticket=b&quantity.1=2', 'tickets').wish).toEqual({ ticketIds: ['a', 'b'] })
    expect(read('asked=1&quantity.1=2&quantity.2=0', 'lines').wish).toEqual({ lines: [{ lineNumber: 1, quantity: 2 }] })
    expect(read('asked=1&amount=12,50', 'amount').wish).toEqual({ amountMinor: 1_250 })
    expect(read('force=on', 'all').wish).toEqual({ force: true })
    expect(read('', 'all').wish).toEqual({})
  })

  it('takes another amount beside tickets, and guesses none', () => {
    expect(read('asked=1&ticket=a&amount=5', 'tickets').wish).toEqual({ ticketIds: ['a'], amountMinor: 500 })
    for (const typed of ['five', '1.234', '-3']) {
      expect(read(`asked=1&ticket=a&amount=${typed}`, 'tickets')).toEqual({ wish: null, fault: t('fault.money') })
    }
    expect(read('asked=1&amount=0', 'amount')).toEqual({ wish: null, fault: t('fault.money') })
    expect(read('asked=1', 'tickets')).toEqual({ wish: null, fault: t('refund.none') })
    expect(read('asked=1&quantity.1=-1', 'lines')).toEqual({ wish: null, fault: t('refund.none') })
  })

  it('offers lines where nobody would tick all tickets', () => {
    const tickets = Array.from({ length: 31 }, () => ({})) as Order['tickets']
    expect(refundWayOf(null, { tickets })).toBe('lines')
    expect(refundWayOf('amount', { tickets })).toBe('amount')
    expect(refundWayOf('nonsense', { tickets: [] })).toBe('tickets')
  })
})

describe('a refund policy', () => {
  it('is kept in hundredths of a percent, typed as people type it', () => {
    expect(readPolicy({ enabled: 'on', untilDays: '7', kept: '2,5 %' }, t).body).toEqual({
      enabled: true,
      untilDays: 7,
      keptBp: 250,
    })
    expect(readPolicy({}, t).body).toEqual({ enabled: false, untilDays: 0, keptBp: 0 })
  })

  it('names the field that is wrong', () => {
    const { check } = readPolicy({ untilDays: '366', kept: '101' }, t)
    expect(check.faults.map(({ field }) => field)).toEqual(['untilDays', 'kept'])
  })
})

describe('the story of an order', () => {
  it('tells each try to pay, the confirmation and each refund, in the order in which they happened', () => {
    const told = timelineOf(
      {
        order: {
          createdAt: '2026-01-01T10:00:00Z',
          confirmedAt: '2026-01-01T10:05:00Z',
          totalMinor: 5_000,
          currency: 'EUR',
          state: 'confirmed',
          expiresAt: '2026-01-01T10:15:00Z',
          number: '000001',
        },
        tickets: [],
        attempts: [attempt('failed', '10:01', '10:02'), attempt('succeeded', '10:03', '10:05')],
        refunds: [
          refund({ state: 'succeeded', createdAt: '2026-01-02T10:00:00Z', settledAt: '2026-01-02T10:01:00Z' }),
          refund({ state: 'failed', createdAt: '2026-01-03T10:00:00Z', settledAt: null, problem: 'card closed' }),
        ],
        disputes: null,
        invoices: null,
        corrections: [
          { number: 1, changedAt: '2026-01-01T11:00:00Z', changedBy: 'buyer' },
          { number: 2, changedAt: '2026-01-01T12:00:00Z', changedBy: 'usr_1' },
        ],
        names: { usr_1: 'Ada' },
      },
      { language: 'en', t },
    )
    expect(told.map(({ text }) => text)).toEqual([
      'Order placed, €50.00',
      'Payment of €50.00 started: Simulated payment',
      'Payment not made: Simulated payment',
      'Payment of €50.00 started: Simulated payment',
      '€50.00 paid: Simulated payment',
      'Confirmed as 000001',
      'The e-mail address was corrected; the tickets went there',
      'The e-mail address was corrected; the tickets went there',
      'Refund of €25.00 decided',
      '€25.00 refunded',
      'Refund of €25.00 decided',
      'The refund of €25.00 was refused',
    ])
    expect(told.slice(6, 8).map(({ details }) => details)).toEqual([['by the buyer'], ['by Ada']])
    expect(told[8]?.details).toEqual(['by Ada', '1 ticket', 'fell ill'])
    // Only what somebody must see to has buttons.
    expect(told.filter((one) => one.refund).map((one) => one.details)).toEqual([['card closed']])
  })
})

function attempt(state: 'failed' | 'succeeded', from: string, to: string): PaymentAttempt {
  const at = (clock: string) => `2026-01-01T${clock}:00Z`
  const facts = { problem: null, reference: null, mode: 'test', amountMinor: 5_000, currency: 'EUR' } as const
  return { id: from, provider: 'simulated', state, ...facts, createdAt: at(from), settledAt: at(to) }
}

function refund(terms: Partial<Refund>): Refund {
  return {
    id: 'rfd_1',
    orderId: 'ord_1',
    eventId: 'evt_1',
    paymentId: 'pay_1',
    amountMinor: 2_500,
    currency: 'EUR',
    reason: 'requested',
    state: 'pending',
    lines: [],
    ticketIds: ['tkt_1'],
    endsOrder: false,
    problem: null,
    note: 'fell ill',
    requestedBy: 'usr_1',
    createdAt: '',
    settledAt: null,
    ...terms,
  }
}
