import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import { preferencesUrl } from '../consent/links.ts'
import { choicesOf, choiceToEnd, readerOf } from '../consent/preferences.ts'
import { saveChoices } from '../consent/save-choices.ts'
import type { Context } from '../context.ts'

const params = Type.Object({ token: Type.String({ maxLength: 100 }) })
const ONE_CLICK = /List-Unsubscribe=One-Click|name="?List-Unsubscribe"?[\s\S]*One-Click/i

/**
 * POST /v1/unsubscribe/{token}: what a mail program sends when its reader presses “unsubscribe” (RFC 8058). No page, no
 * cookie, no question; as often as it likes. GET leads people to the page on which they choose.
 */
export function unsubscribe(root: App, ctx: Context): void {
  root.register(async (app: App) => {
    const forms = ['application/x-www-form-urlencoded', 'multipart/form-data']
    app.addContentTypeParser(forms, { parseAs: 'string', bodyLimit: 4_096 }, (_request, body, done) => done(null, body))
    app.post(
      '/v1/unsubscribe/:token',
      {
        schema: {
          operationId: 'unsubscribe',
          summary: 'End the messages of this sender and purpose (RFC 8058)',
          description: 'The body is the form `List-Unsubscribe=One-Click`.',
          params,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        if (!ONE_CLICK.test(String(request.body))) {
          const detail = 'must be List-Unsubscribe=One-Click'
          throw new DomainError('request-invalid', {}, { errors: [{ pointer: '/', detail }] })
        }
        const reader = await readerOf(ctx, request.params.token)
        const ended = choiceToEnd(reader)
        const held = (await choicesOf(ctx, reader)).filter(
          ({ sender, purpose, granted }) => granted && sender === ended.sender && purpose === ended.purpose,
        )
        const changed = held.map((choice) => ({ ...choice, granted: false }))
        await saveChoices(ctx, reader, { changed, source: 'one-click', language: reader.language })
        return reply.code(204).send(null)
      },
    )
    app.get(
      '/v1/unsubscribe/:token',
      {
        schema: {
          operationId: 'showUnsubscribe',
          summary: 'Go to the page on which one chooses',
          params,
          response: { 303: Type.Null() },
        },
      },
      async (request, reply) => {
        const reader = await readerOf(ctx, request.params.token)
        return reply.redirect(preferencesUrl(ctx, { id: reader.deliveryId }, reader.language), 303) as never
      },
    )
  })
}
