import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import type { Static } from 'typebox'
import type { Context } from '../context.ts'
import type { Timing } from '../reminders/due-at.ts'
import { eventFor } from '../reminders/find-rule.ts'
import { scheduleOf } from '../reminders/rule.ts'
import { EventParams, Schedule, TimingQuery } from '../reminders/rule-schema.ts'

/** GET /v1/events/{eventId}/reminder-preview: when a reminder would go, before it is made. */
export function previewReminder(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/reminder-preview',
    {
      schema: {
        operationId: 'previewReminder',
        summary: 'Say when a reminder would go',
        params: EventParams,
        querystring: TimingQuery,
        response: { 200: Schedule },
      },
    },
    async (request) => {
      const event = await eventFor(ctx.db, request, 'message.read')
      const { due_at, state } = scheduleOf(timingIn(request.query), event, ctx.now())
      return {
        dueAt: due_at.toISOString(),
        state,
        startsAt: event.starts_at.toISOString(),
        timeZone: event.time_zone,
      }
    },
  )
}

function timingIn({ daysBefore, at, minutesBefore }: Static<typeof TimingQuery>): Timing {
  if (minutesBefore !== undefined && daysBefore === undefined && at === undefined) return { minutesBefore }
  if (minutesBefore === undefined && daysBefore !== undefined && at !== undefined) return { daysBefore, at }
  const errors = [{ pointer: 'minutesBefore', detail: 'either minutesBefore, or daysBefore and at' }]
  throw new DomainError('request-invalid', {}, { errors })
}
