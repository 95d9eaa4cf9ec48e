import type { App } from '@guichet/server'
import type { Context } from '../context.ts'
import { allowedEntry } from '../waiting-list/entry-access.ts'
import { EntryAnswer, EntryHeaders, EntryParams } from '../waiting-list/entry-schema.ts'
import { presentEntry } from '../waiting-list/present-entry.ts'

/** GET /v1/waiting-entries/:entryId — for whoever holds its secret, and for notifications, who get the secret. */
export function getWaitingEntry(app: App, ctx: Context): void {
  app.get(
    '/v1/waiting-entries/:entryId',
    {
      schema: {
        operationId: 'getWaitingEntry',
        params: EntryParams,
        headers: EntryHeaders,
        response: { 200: EntryAnswer },
      },
    },
    async (request) => {
      const { entry, service } = await allowedEntry(ctx, request, { services: ['notifications'] })
      return presentEntry(ctx, entry, { secret: service })
    },
  )
}
