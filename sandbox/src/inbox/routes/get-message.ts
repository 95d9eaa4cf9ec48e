import { Type } from 'typebox'
import type { App } from '../../server.ts'
import { findMessage, messageAnswer } from '../message-answer.ts'
import type { Context } from '../service.ts'

/** GET /messages/:id */
export function getMessage(app: App, ctx: Context): void {
  app.get('/messages/:id', { schema: { params: Type.Object({ id: Type.String() }) } }, (request) =>
    messageAnswer(ctx, findMessage(ctx, request.params.id)),
  )
}
