import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { recordReply } from '../sms/record-reply.ts'
import { recordReport } from '../sms/record-report.ts'
import { isSignedByTwilio, replyUrl, statusUrl } from '../sms/twilio.ts'

const FORM = 'application/x-www-form-urlencoded'
const FINAL: Record<string, 'delivered' | 'failed'> = {
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'failed',
  failed: 'failed',
}

/**
 * POST /v1/sms-reports/twilio/{deliveryId}: what became of a message. POST /v1/sms-replies/twilio: what somebody wrote
 * back. Both signed by Twilio (X-Twilio-Signature) and repeated as it likes; without Twilio as provider they are nothing.
 */
export function receiveTwilio(root: App, ctx: Context): void {
  root.register(async (app: App) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: 16_384 }, (_request, body, done) => done(null, body))
    const summary = 'Take in what Twilio says of an SMS'
    app.post(
      '/v1/sms-reports/twilio/:deliveryId',
      {
        schema: {
          operationId: 'receiveSmsReport',
          summary,
          params: Type.Object({ deliveryId: Type.String({ maxLength: 40 }) }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const key = request.params.deliveryId
        const fields = genuine(ctx, request, statusUrl(ctx.config.publicUrl, key))
        const what = FINAL[fields.get('MessageStatus') ?? '']
        const error = fields.get('ErrorCode')
        const said = `${fields.get('MessageStatus')}${error ? ` (error ${error})` : ''}`
        const messageId = fields.get('MessageSid') ?? ''
        if (what) await recordReport(ctx, 'twilio', { key, messageId, what, reply: said })
        return reply.code(204).send(null)
      },
    )
    app.post(
      '/v1/sms-replies/twilio',
      {
        schema: {
          operationId: 'receiveSmsReply',
          summary: 'Take in an SMS that somebody wrote back',
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const fields = genuine(ctx, request, replyUrl(ctx.config.publicUrl))
        const [from, text, id] = [fields.get('From') ?? '', fields.get('Body') ?? '', fields.get('MessageSid') ?? '']
        if (id) await recordReply(ctx, { from, text, id })
        return reply.code(204).send(null)
      },
    )
  })
}

function genuine(ctx: Context, request: FastifyRequest, url: string): URLSearchParams {
  const token = ctx.smsReportToken
  if (token === undefined) throw new DomainError('not-found')
  const fields = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
  const signature = request.headers['x-twilio-signature']
  if (typeof signature !== 'string' || !isSignedByTwilio(token, url, fields, signature)) {
    throw new DomainError('unauthenticated')
  }
  return fields
}
