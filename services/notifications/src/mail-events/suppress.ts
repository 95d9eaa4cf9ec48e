import { addressKey } from '../consent/address-key.ts'
import type { Context } from '../context.ts'
import type { Tx } from '../db.ts'

/** RFC 3463 §3.2: the mailbox or its domain does not exist. Not `5.2.2`, which is a mailbox that is full. */
const NO_SUCH_ADDRESS = /\b5\.1\.(?:1|2|3|6|10)\b/

/** Whether a refusal says that the address itself is wrong, so that nothing will ever arrive there. */
export function saysNoSuchAddress(reply: string): boolean {
  return NO_SUCH_ADDRESS.test(reply)
}

const STATUS_CODE = /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)/

/**
 * Whether a bounce is about the address, so that the next mail would bounce too: not about a mailbox that is full, a rule
 * against us, or a server that was away for days. Who says nothing nearer means the address.
 */
export function isAboutAddress(diagnostic: string | null): boolean {
  if (diagnostic === null) return true
  if (STATUS_CODE.test(diagnostic)) return saysNoSuchAddress(diagnostic)
  const [, code] = /\b([45]\d\d)\b/.exec(diagnostic) ?? []
  return code === undefined || ['550', '551', '553'].includes(code)
}

/**
 * Remembers an address that only what somebody waits for is still sent to. The first reason stays, except that a complaint
 * takes the place of a bounce: it is an objection, and never forgotten.
 */
export async function suppress(
  ctx: Context,
  tx: Tx,
  about: { address: string; reason: 'bounced' | 'complained'; deliveryId: string },
): Promise<void> {
  await tx
    .insertInto('suppression')
    .values({
      channel: 'email',
      address_key: addressKey(ctx.keys, about.address),
      reason: about.reason,
      delivery_id: about.deliveryId,
      created_at: ctx.now(),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['channel', 'address_key'])
        .doUpdateSet((row) => ({ reason: row.ref('excluded.reason'), delivery_id: row.ref('excluded.delivery_id') }))
        .where('suppression.reason', '=', 'bounced')
        .where('excluded.reason', '=', 'complained'),
    )
    .execute()
}
