import { inTransaction } from '@guichet/database'
import { type App, assertIfMatch, etag } from '@guichet/server'
import type { Context } from '../context.ts'
import { lockEventCopy, lockRule, ruleFor } from '../reminders/find-rule.ts'
import { presentRule } from '../reminders/present-rule.ts'
import { RuleAnswer, RuleParams, UpdateRuleBody } from '../reminders/rule-schema.ts'
import { changeRule } from '../reminders/save-rule.ts'

/** PATCH /v1/reminder-rules/{ruleId}, until it has begun. Needs If-Match. */
export function updateReminderRule(app: App, ctx: Context): void {
  app.patch(
    '/v1/reminder-rules/:ruleId',
    {
      schema: {
        operationId: 'updateReminderRule',
        summary: 'Change a reminder that has not begun',
        params: RuleParams,
        body: UpdateRuleBody,
        response: { 200: RuleAnswer },
      },
    },
    async (request, reply) => {
      const found = await ruleFor(ctx.db, request)
      const answer = await inTransaction(ctx.db, async (tx) => {
        const event = await lockEventCopy(tx, found.event_id)
        const rule = await lockRule(tx, found.id)
        assertIfMatch(request, rule.version)
        return presentRule(tx, await changeRule(tx, event, rule, request.body, ctx.now()))
      })
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}
