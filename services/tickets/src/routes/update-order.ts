import { inTransaction, sql } from '@guichet/database'
import { addToOutbox } from '@guichet/messaging'
import { DomainError } from '@guichet/problem'
import type { App } from '@guichet/server'
import { Type } from 'typebox'
import { ConsentsBody, mergeConsents, PhoneBody } from '../consents/consent-schema.ts'
import type { Context } from '../context.ts'
import { COLUMNS, type OrderRow } from '../db.ts'
import { announceHoldReminder } from '../orders/announce.ts'
import { lockLiveHold } from '../orders/find-order.ts'
import { allowedOrder } from '../orders/order-access.ts'
import { BuyerBody, LocaleBody, OrderAnswer, OrderHeaders, OrderParams } from '../orders/order-schema.ts'
import { presentOrder } from '../orders/present-order.ts'

const Body = Type.Object(
  {
    buyer: Type.Optional(Type.Object({ ...BuyerBody.properties, phone: Type.Optional(PhoneBody) })),
    locale: Type.Optional(LocaleBody),
    consents: Type.Optional(ConsentsBody),
  },
  { minProperties: 1 },
)

/** PATCH /v1/orders/:orderId — who buys, in which language, and what they agree to; while the places are held. */
export function updateOrder(app: App, ctx: Context): void {
  app.patch(
    '/v1/orders/:orderId',
    {
      schema: {
        operationId: 'updateOrder',
        params: OrderParams,
        headers: OrderHeaders,
        body: Body,
        response: { 200: OrderAnswer },
      },
    },
    async (request) => {
      const { order, sight } = await allowedOrder(ctx, request)
      const { buyer, locale, consents: ticked } = request.body
      return inTransaction(ctx.db, async (tx) => {
        const held = await lockLiveHold(tx, order, () => ctx.time(tx))
        const { buyer_key } = held
        // Its limit was judged for this address; another one would have to be judged anew.
        if (buyer && buyer_key !== null && buyer.email.toLowerCase() !== buyer_key) throw new DomainError('buyer-fixed')
        const phone = buyer ? (buyer.phone ?? null) : held.buyer_phone
        const consents = mergeConsents(held.consents, ticked, phone, await ctx.time(tx))
        const updated = await tx
          .updateTable('orders')
          .set({
            ...(buyer ? { buyer_name: buyer.name.trim(), buyer_email: buyer.email, buyer_phone: phone } : {}),
            ...(ticked ? { consents: consents && JSON.stringify(consents) } : {}),
            ...(locale ? { locale } : {}),
            version: sql<number>`version + 1`,
          })
          .where('event_id', '=', order.event_id)
          .where('id', '=', order.id)
          .returning(COLUMNS.orders)
          .executeTakeFirstOrThrow()
        if (wantsReminder(updated) && !wantsReminder(held)) await addToOutbox(tx, [announceHoldReminder(updated)])
        return presentOrder(ctx, tx, updated, sight)
      })
    },
  )
}

function wantsReminder({ consents }: Pick<OrderRow, 'consents'>): boolean {
  return consents?.some(({ kind }) => kind === 'hold-reminder') ?? false
}
