import { inTransaction } from '@guichet/database'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { lockEventCopy, lockRule, ruleFor } from '../reminders/find-rule.ts'
import { callOffReminders } from '../reminders/follow-event.ts'
import { RuleParams } from '../reminders/rule-schema.ts'

/** DELETE /v1/reminder-rules/{ruleId}. What it has sent is sent; what it has not, is called off. */
export function removeReminderRule(app: App, ctx: Context): void {
  app.delete(
    '/v1/reminder-rules/:ruleId',
    {
      schema: {
        operationId: 'removeReminderRule',
        summary: 'Remove a reminder, and call off what it has not sent',
        params: RuleParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const found = await ruleFor(ctx.db, request)
      await inTransaction(ctx.db, async (tx) => {
        await lockEventCopy(tx, found.event_id)
        const { id } = await lockRule(tx, found.id)
        const now = ctx.now()
        await tx.updateTable('reminder_rule').set({ removed_at: now, updated_at: now }).where('id', '=', id).execute()
        await callOffReminders(tx, now, [id], 'The reminder was removed.')
      })
      return reply.code(204).send(null)
    },
  )
}
