import { DomainError } from '@guichet/problem'
import { parseId, toId } from '@guichet/server'
import { type Static, Type } from 'typebox'
import type { OrderRow } from '../db.ts'
import type { RefundPlan, RefundWish } from './plan-refund.ts'
import type { RefundPreview } from './refund.ts'

export const RefundParams = Type.Object({ refundId: Type.String() })

const TicketIds = Type.Array(Type.String(), { minItems: 1, maxItems: 1_000, uniqueItems: true })
const dryRun = Type.Boolean({ default: false, description: 'Only say what it would give back.' })
export const NoteBody = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' })

/** What a member may ask for; of `ticketIds` and `lines` one at most. Without these and `amountMinor`, all that is left. */
export const RefundBody = Type.Union([
  Type.Object({
    ticketIds: Type.Optional(TicketIds),
    lines: Type.Optional(
      Type.Array(Type.Object({ lineNumber: Type.Integer({ minimum: 1 }), quantity: Type.Integer({ minimum: 1 }) }), {
        minItems: 1,
        maxItems: 100,
      }),
    ),
    amountMinor: Type.Optional(
      Type.Integer({ minimum: 0, description: 'With tickets: instead of what they are worth. Alone: money only.' }),
    ),
    force: Type.Optional(Type.Boolean({ default: false, description: 'Also tickets whose bearers have come in.' })),
    note: Type.Optional(NoteBody),
    dryRun: Type.Optional(dryRun),
  }),
  Type.Null(),
])

/** What a buyer may: tickets, or all. */
export const RefundRequestBody = Type.Union([
  Type.Object({ ticketIds: Type.Optional(TicketIds), dryRun: Type.Optional(dryRun) }),
  Type.Null(),
])

/** @throws DomainError `request-invalid` for what contradicts itself */
export function toWish(body: Static<typeof RefundBody>): RefundWish {
  const { ticketIds, lines, amountMinor, force = false } = body ?? {}
  if (ticketIds && lines) throw invalid('/lines', 'must not stand beside ticketIds')
  const numbers = lines?.map((line) => line.lineNumber) ?? []
  if (new Set(numbers).size < numbers.length) throw invalid('/lines', 'must name each line once')
  if (amountMinor === 0 && !ticketIds && !lines)
    throw invalid('/amountMinor', 'must be more than nothing where no ticket is named')
  return {
    ticketIds: ticketIds?.map(ticketUuid),
    lines,
    amountMinor,
    admitted: force ? 'include' : 'refuse',
    short: 'refuse',
  }
}

/** What is no ticket's id is no ticket of the order either. */
export const ticketUuid = (id: string): string => parseId('tkt', id) ?? id

function invalid(pointer: string, detail: string): DomainError {
  return new DomainError('request-invalid', {}, { errors: [{ pointer, detail }] })
}

export function presentPlan(order: OrderRow, plan: RefundPlan): Static<typeof RefundPreview> {
  return {
    dryRun: true,
    orderId: toId('ord', order.id),
    amountMinor: plan.amountMinor,
    keptMinor: plan.keptMinor,
    currency: order.currency,
    lines: plan.lines,
    ticketIds: plan.ticketIds.map((id) => toId('tkt', id)),
    endsOrder: plan.endsOrder,
  }
}
