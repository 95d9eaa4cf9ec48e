import { DomainError } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import { fetchEmailLink } from '../content/email-link.ts'
import type { Context } from '../context.ts'
import { NotSent } from '../deliveries/not-sent.ts'
import { withoutAddresses } from '../deliveries/record-outcome.ts'
import { messageIdOf } from '../deliveries/send-delivery.ts'
import type { RenderedLetter } from '../letters/render-letter.ts'

const PATIENCE_MS = 20_000

/**
 * Sends a letter to the member who asks for it, and to nobody else, now. Fails with the mail server's own words
 * (`mail-refused`), for whoever sets things up.
 */
export async function sendTest(ctx: Context, userUuid: string, letter: RenderedLetter): Promise<{ reply: string }> {
  // Accounts tell an address along with a link; this one holds no secret.
  const { email, name } = await fetchEmailLink(ctx, userUuid, 'sign-up-repeated').catch((error: unknown) => {
    if (error instanceof NotSent) throw new DomainError('unavailable', {}, { cause: error })
    throw error
  })
  const messageId = messageIdOf(newUuid(), ctx.config.sender.address)
  const subject = `[Test] ${letter.subject}`
  try {
    const mail = { ...letter, subject, to: { name, address: email }, messageId }
    return await ctx.mailer.send(mail, AbortSignal.timeout(PATIENCE_MS))
  } catch (error) {
    if (!(error instanceof NotSent)) throw error
    throw new DomainError('mail-refused', { words: withoutAddresses(error.message) }, { cause: error })
  }
}
