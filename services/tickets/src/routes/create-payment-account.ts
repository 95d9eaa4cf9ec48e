import { type App, authorize, etag, idempotently, newUuid, toUuid } from '@guichet/server'
import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { CreatePaymentAccountBody, OrganizerParams, PaymentAccountAnswer } from '../payment-accounts/account-schema.ts'
import { changeTerms } from '../payment-accounts/check-terms.ts'
import { bindingOf } from '../payment-accounts/open-account.ts'
import { presentAccount } from '../payment-accounts/present-account.ts'
import { oneEnabled } from '../payment-accounts/save-account.ts'

/** POST /v1/organizers/:organizerId/payment-accounts — an account at a provider, its secrets sealed before they are written. */
export function createPaymentAccount(app: App, ctx: Context): void {
  app.post(
    '/v1/organizers/:organizerId/payment-accounts',
    {
      schema: {
        operationId: 'createPaymentAccount',
        params: OrganizerParams,
        body: CreatePaymentAccountBody,
        response: { 201: PaymentAccountAnswer },
      },
    },
    async (request, reply) => {
      const { organizerId } = request.params
      const { userId } = authorize(request, 'payment-account.write', organizerId)
      const { provider, mode, enabled = false, ...given } = request.body
      const terms = changeTerms({ provider, mode }, undefined, given)
      const key = { id: newUuid(), organizer_id: toUuid('org', organizerId) }
      const scope = `${userId} ${organizerId}:createPaymentAccount`
      const { body } = await oneEnabled(
        idempotently(ctx.db, request, reply, scope, async (tx) => {
          const row = await tx
            .insertInto('payment_account')
            .values({
              ...key,
              provider,
              mode,
              settings: terms.settings,
              secrets: ctx.sealing.seal(terms.secrets, bindingOf(key)),
              enabled,
              created_at: await ctx.time(tx),
            })
            .returning(COLUMNS.payment_account)
            .executeTakeFirstOrThrow()
          return { status: 201, body: presentAccount(ctx, row) }
        }),
      )
      ctx.sellingAccounts.forget(key.organizer_id)
      return reply.code(201).header('etag', etag(body.version)).send(body)
    },
  )
}
