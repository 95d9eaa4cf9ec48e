import { setTimeout } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hang } from '../hang.ts'
import { Problem } from '../problem.ts'

export const WEBHOOK_MODES = [
  'ok',
  'drop',
  'duplicate',
  'delay',
  'wrong-amount',
  'wrong-currency',
  'before-response',
] as const
export const REQUEST_FAULTS = [
  'slow',
  'timeout-before',
  'timeout-after-charge',
  '500-after-charge',
  'reset-after-charge',
  '429',
  'decline',
] as const
export const OPERATIONS = ['create', 'refund', 'expire', 'pay', 'read'] as const

type RequestFault = (typeof REQUEST_FAULTS)[number]
export type Operation = (typeof OPERATIONS)[number]

/** What the test has ordered to go wrong. Lives in memory: a restart is a healthy provider again. */
export function createFaults() {
  return {
    webhooks: 'ok' as (typeof WEBHOOK_MODES)[number],
    copies: 2,
    delaySeconds: 5,
    slowSeconds: 2,
    next: null as { fault: RequestFault; on: readonly Operation[]; count: number } | null,
  }
}

export type Faults = ReturnType<typeof createFaults>

/** Without a stated operation, a fault hits what moves money; a decline is the buyer's bank speaking. */
export function defaultOperations(fault: RequestFault): readonly Operation[] {
  if (fault === 'slow') return OPERATIONS
  return fault === 'decline' ? ['pay'] : ['create', 'refund', 'pay']
}

type Ordered = { faults: Faults; flushed(): Promise<void> }

/** Runs one act under the fault ordered for it, if any. `act` is told whether to decline; it must not send, for its answer may be lost. */
export async function underFault<Result>(
  { faults, flushed }: Ordered,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
  act: (declined: boolean) => Promise<Result> | Result,
): Promise<Result | FastifyReply> {
  const fault = take(faults, operation)
  if (fault === '429') {
    reply.header('retry-after', '1')
    throw new Problem(429, 'rate-limited', 'Too many requests.')
  }
  if (fault === 'timeout-before') return hang(request, reply)
  if (fault === 'slow') await setTimeout(faults.slowSeconds * 1_000)
  const result = await act(fault === 'decline')
  await flushed()
  if (fault === 'timeout-after-charge') return hang(request, reply)
  if (fault === '500-after-charge') throw new Problem(500, 'internal', 'Something went wrong here.')
  if (fault === 'reset-after-charge') {
    reply.hijack()
    request.raw.socket.resetAndDestroy()
    return reply
  }
  return result
}

function take(faults: Faults, operation: Operation): RequestFault | undefined {
  const { next } = faults
  if (!next?.on.includes(operation)) return undefined
  next.count -= 1
  if (next.count === 0) faults.next = null
  return next.fault
}
