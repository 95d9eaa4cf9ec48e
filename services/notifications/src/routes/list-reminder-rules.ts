import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { eventFor } from '../reminders/find-rule.ts'
import { presentRules } from '../reminders/present-rule.ts'
import { RULE_COLUMNS } from '../reminders/rule.ts'
import { EventParams, RuleAnswer } from '../reminders/rule-schema.ts'

const response = {
  200: Type.Object({ items: Type.Array(RuleAnswer), startsAt: Type.String(), timeZone: Type.String() }),
}

/** GET /v1/events/{eventId}/reminder-rules, the first to go first. There are at most twenty, so there are no pages. */
export function listReminderRules(app: App, ctx: Context): void {
  app.get(
    '/v1/events/:eventId/reminder-rules',
    {
      schema: {
        operationId: 'listReminderRules',
        summary: 'List the reminders of an event',
        params: EventParams,
        response,
      },
    },
    async (request) => {
      const event = await eventFor(ctx.db, request, 'message.read')
      const rules = await ctx.db
        .selectFrom('reminder_rule')
        .select(RULE_COLUMNS)
        .where('event_id', '=', event.id)
        .where('removed_at', 'is', null)
        .orderBy('due_at')
        .orderBy('id')
        .execute()
      return {
        items: await presentRules(ctx.db, rules),
        startsAt: event.starts_at.toISOString(),
        timeZone: event.time_zone,
      }
    },
  )
}
