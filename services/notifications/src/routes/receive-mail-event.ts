import { DomainError } from '@guichet/problem'
import { type App, createRateLimits, senderOf } from '@guichet/server'
import type { Webhook } from 'standardwebhooks'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Context } from '../context.ts'
import { deliveryOfMessageId, type MailEvent } from '../mail-events/mail-event.ts'
import { recordMailEvent } from '../mail-events/record-mail-event.ts'

const BYTES_MAX = 64 * 1024
const TYPES = ['mail.delivered', 'mail.delayed', 'mail.bounced', 'mail.complained'] as const

/** What a mail provider's events are translated to; what else it says is left alone. */
const Event = Type.Object({
  type: Type.Enum([...TYPES]),
  data: Type.Object({
    messageId: Type.String({ maxLength: 300 }),
    diagnostic: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
})

/**
 * POST /v1/mail-events: what became of a mail, from the mail provider or a small program beside it, signed by Standard
 * Webhooks over the raw bytes. As often as it likes: repeating changes nothing.
 */
export function receiveMailEvent(root: App, ctx: Context): void {
  // Those that are not genuine, and those not yet verified.
  const limits = createRateLimits({ 'mail-events': { points: 300, duration: 60 } })
  root.register(async (app: App) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.post(
      '/v1/mail-events',
      {
        bodyLimit: BYTES_MAX,
        schema: {
          operationId: 'receiveMailEvent',
          summary: 'Take in what became of a mail (Standard Webhooks)',
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const sender = senderOf(request)
        await limits.take(reply, 'mail-events', sender)
        const event = read(ctx, request.headers, Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0))
        await limits.giveBack('mail-events', sender)
        // Genuine, yet about nothing of ours: repeating it would not help.
        if (event && !(await recordMailEvent(ctx, event))) request.log.info('a mail event about nothing of ours')
        return reply.code(204).send(null)
      },
    )
  })
}

function read(ctx: Context, headers: Record<string, unknown>, body: Buffer): MailEvent | undefined {
  const { mailEvents } = ctx
  if (!mailEvents) throw new DomainError('not-found')
  const value = verified(mailEvents, headers, body)
  if (!Value.Check(Event, value)) {
    throw new DomainError('request-invalid', {}, { errors: [{ pointer: '/', detail: 'is no mail event' }] })
  }
  const deliveryId = deliveryOfMessageId(value.data.messageId)
  if (!deliveryId) return undefined
  const what = value.type.slice('mail.'.length) as MailEvent['what']
  return { deliveryId, what, diagnostic: value.data.diagnostic ?? null }
}

function verified(webhook: Webhook, headers: Record<string, unknown>, body: Buffer): unknown {
  try {
    return webhook.verify(body, headers as Record<string, string>)
  } catch {
    throw new DomainError('unauthenticated')
  }
}
