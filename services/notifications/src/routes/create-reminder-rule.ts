import { inTransaction } from '@guichet/database'
import { type App, etag } from '@guichet/server'
import type { Context } from '../context.ts'
import { eventFor, lockEventCopy } from '../reminders/find-rule.ts'
import { presentRule } from '../reminders/present-rule.ts'
import { CreateRuleBody, EventParams, RuleAnswer } from '../reminders/rule-schema.ts'
import { insertRule } from '../reminders/save-rule.ts'

/** POST /v1/events/{eventId}/reminder-rules. Sent twice, the second finds the first: two for one time are refused. */
export function createReminderRule(app: App, ctx: Context): void {
  app.post(
    '/v1/events/:eventId/reminder-rules',
    {
      schema: {
        operationId: 'createReminderRule',
        summary: 'Have the people with tickets reminded of an event',
        params: EventParams,
        body: CreateRuleBody,
        response: { 201: RuleAnswer },
      },
    },
    async (request, reply) => {
      const { id } = await eventFor(ctx.db, request, 'message.write')
      const answer = await inTransaction(ctx.db, async (tx) => {
        const event = await lockEventCopy(tx, id)
        return presentRule(tx, await insertRule(tx, event, request.body, ctx.now()))
      })
      return reply.code(201).header('etag', etag(answer.version)).send(answer)
    },
  )
}
