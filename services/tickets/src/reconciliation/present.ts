import { toId } from '@guichet/server'
import { Type } from 'typebox'
import type { DifferenceRow, RunRow } from '../db.ts'
import type { LedgerKind } from '../ledger/post-ledger.ts'
import { presentSource } from '../ledger/present-transaction.ts'
import { type DifferenceKind, KINDS } from './kinds.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const instant = Type.String({ format: 'date-time' })

export const RunAnswer = Type.Object({
  id: Type.String(),
  trigger: Type.Union([Type.Literal('daily'), Type.Literal('member'), Type.Literal('command')]),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('running'), Type.Literal('done')]),
  since: Type.String({
    format: 'date-time',
    description: 'Payments settled before were not asked for at the provider.',
  }),
  repair: Type.Boolean(),
  requestedAt: instant,
  startedAt: nullable(instant),
  finishedAt: nullable(instant),
  events: Type.Integer(),
  paymentsAsked: Type.Integer(),
  paymentsUnasked: Type.Integer({ description: 'Their provider did not answer.' }),
  found: Type.Integer(),
  repaired: Type.Integer(),
})

export function presentRun(row: RunRow) {
  const state = row.finished_at ? ('done' as const) : row.started_at ? ('running' as const) : ('waiting' as const)
  return {
    id: toId('rec', row.id),
    trigger: row.trigger,
    state,
    since: row.since.toISOString(),
    repair: row.repair,
    requestedAt: row.requested_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    events: row.events,
    paymentsAsked: row.payments_asked,
    paymentsUnasked: row.payments_unasked,
    found: row.found,
    repaired: row.repaired,
  }
}

export const DifferenceAnswer = Type.Object({
  id: Type.String(),
  kind: Type.Enum(Object.keys(KINDS) as DifferenceKind[]),
  subject: Type.String({ description: 'The id of the payment, refund, order or allotment.' }),
  eventId: Type.String(),
  orderId: nullable(Type.String()),
  currency: nullable(Type.String()),
  expected: nullable(Type.Integer({ description: 'What the one book says; minor units where there is a currency.' })),
  actual: nullable(Type.Integer({ description: 'What the other says.' })),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
  repairable: Type.Boolean(),
  state: Type.Union([Type.Literal('open'), Type.Literal('repaired'), Type.Literal('gone')]),
  firstSeenAt: instant,
  lastSeenAt: instant,
  endedAt: nullable(instant),
  lastError: nullable(Type.String({ description: 'Why it could not be repaired.' })),
})

const PREFIXES = { payment: 'pay', refund: 'rfd', order: 'ord', allotment: 'alo' } as const

function presentSubject({ kind, subject_id, detail }: DifferenceRow): string {
  const { subject } = KINDS[kind]
  if (subject !== 'ledger') return toId(PREFIXES[subject], subject_id)
  return presentSource(String(detail.entries).split(', ')[0] as LedgerKind, subject_id)
}

export function presentDifference(row: DifferenceRow) {
  return {
    id: toId('dif', row.id),
    kind: row.kind,
    subject: presentSubject(row),
    eventId: toId('evt', row.event_id),
    orderId: row.order_id === null ? null : toId('ord', row.order_id),
    currency: row.currency,
    expected: row.expected,
    actual: row.actual,
    detail: row.detail,
    repairable: KINDS[row.kind].repairable,
    state: row.state,
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    lastError: row.last_error,
  }
}
