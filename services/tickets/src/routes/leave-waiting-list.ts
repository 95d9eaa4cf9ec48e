import type { App } from '@guichet/server'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { allowedEntry } from '../waiting-list/entry-access.ts'
import { EntryHeaders, EntryParams } from '../waiting-list/entry-schema.ts'
import { leaveList } from '../waiting-list/leave-list.ts'

/**
 * DELETE /v1/waiting-entries/:entryId — for whoever holds its secret, and members with order.cancel. The address is forgotten;
 * places already offered go to the next.
 */
export function leaveWaitingList(app: App, ctx: Context): void {
  app.delete(
    '/v1/waiting-entries/:entryId',
    {
      schema: {
        operationId: 'leaveWaitingList',
        params: EntryParams,
        headers: EntryHeaders,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { entry } = await allowedEntry(ctx, request, { permission: 'order.cancel' })
      await leaveList(ctx, entry)
      return reply.code(204).send(null)
    },
  )
}
