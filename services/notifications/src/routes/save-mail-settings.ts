import { inTransaction, sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { type App, assertIfMatch, authorize, etag, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { isAddress } from '../mail/address.ts'
import {
  findMailSettings,
  isSenderName,
  MailSettingsAnswer,
  MailSettingsBody,
  MailSettingsParams,
  presentMailSettings,
} from '../templates/mail-settings.ts'

/** PUT /v1/organizers/{organizerId}/mail-settings. Needs If-Match; `"0"` while nothing is set. */
export function saveMailSettings(app: App, ctx: Context): void {
  app.put(
    '/v1/organizers/:organizerId/mail-settings',
    {
      schema: {
        operationId: 'saveMailSettings',
        summary: 'Set in whose name mails are written',
        params: MailSettingsParams,
        body: MailSettingsBody,
        response: { 200: MailSettingsAnswer },
      },
    },
    async (request, reply) => {
      const organizer_id = toUuid('org', request.params.organizerId)
      const { userId } = authorize(request, 'template.write', request.params.organizerId)
      const { senderName, replyTo, accent, footer, postalAddress } = request.body
      const errors = [
        ...(senderName !== null && !isSenderName(senderName)
          ? [{ pointer: '/senderName', detail: 'looks like a link or an address' }]
          : []),
        ...(replyTo !== null && !isAddress(replyTo) ? [{ pointer: '/replyTo', detail: 'is no e-mail address' }] : []),
      ]
      if (errors.length > 0) throw new DomainError('request-invalid', {}, { errors })
      const row = await inTransaction(ctx.db, async (tx) => {
        await sql`select pg_advisory_xact_lock(hashtextextended(${`mail settings ${organizer_id}`}, 0))`.execute(tx)
        const current = await findMailSettings(tx, organizer_id)
        assertIfMatch(request, current?.version ?? 0)
        const settings = {
          sender_name: senderName?.trim() ?? null,
          reply_to: replyTo,
          accent: accent?.toLowerCase() ?? null,
          footer: JSON.stringify(footer),
          postal_address: postalAddress,
          version: (current?.version ?? 0) + 1,
          updated_by: toUuid('usr', userId),
          updated_at: ctx.now(),
        }
        await tx
          .insertInto('mail_settings')
          .values({ organizer_id, ...settings })
          .onConflict((conflict) => conflict.column('organizer_id').doUpdateSet(settings))
          .execute()
        return findMailSettings(tx, organizer_id)
      })
      const answer = presentMailSettings(row, ctx.config.sender.address)
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}
