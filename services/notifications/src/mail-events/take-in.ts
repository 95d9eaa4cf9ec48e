import { toId } from '@guichet/server'
import type { Context } from '../context.ts'
import { withoutAddresses } from '../deliveries/record-outcome.ts'
import { recordMailEvent } from './record-mail-event.ts'
import { readReturnedMail } from './returned-mail.ts'

/** What was made of a returned mail: written down; not believed, since anybody can write it; nothing that we understand. */
export type Taken = 'recorded' | 'unproved' | 'not-ours'

/** Of a returned mail, as much is read: what it says is at its beginning, and what it returns may be long. */
export const RETURNED_BYTES_MAX = 1024 * 1024

/** Takes in one returned mail. `to`: its envelope's recipient, where it is known. As often as it comes: one effect. */
export async function takeIn(ctx: Context, raw: Buffer, to?: string): Promise<Taken> {
  const returned = await readReturnedMail(ctx.keys.links, raw, to).catch((error: unknown) => {
    ctx.log.warn({ err: error }, 'a returned mail cannot be read')
    return undefined
  })
  if (!returned) {
    ctx.log.info('a returned mail says nothing of a message of ours')
    return 'not-ours'
  }
  const { isProved, ...event } = returned
  if (!isProved) {
    const { deliveryId, what, diagnostic } = event
    const about = { deliveryId: toId('dlv', deliveryId), what, diagnostic: withoutAddresses(diagnostic ?? '') }
    ctx.log.warn(about, 'a returned mail is not believed: it lacks the way back of its message')
    return 'unproved'
  }
  await recordMailEvent(ctx, event)
  return 'recorded'
}
