import { type App, authorize, etag, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import {
  findMailSettings,
  MailSettingsAnswer,
  MailSettingsParams,
  presentMailSettings,
} from '../templates/mail-settings.ts'

/** GET /v1/organizers/{organizerId}/mail-settings: in whose name mails are written. */
export function getMailSettings(app: App, ctx: Context): void {
  app.get(
    '/v1/organizers/:organizerId/mail-settings',
    {
      schema: {
        operationId: 'getMailSettings',
        summary: 'Get in whose name mails are written',
        params: MailSettingsParams,
        response: { 200: MailSettingsAnswer },
      },
    },
    async (request, reply) => {
      const organizerUuid = toUuid('org', request.params.organizerId)
      authorize(request, 'template.write', request.params.organizerId)
      const answer = presentMailSettings(await findMailSettings(ctx.db, organizerUuid), ctx.config.sender.address)
      return reply.header('etag', etag(answer.version)).send(answer)
    },
  )
}
