import { inTransaction } from '@guichet/database'
import { fetchEmailLink } from '../content/email-link.ts'
import { fetchFarewell, forgetFarewell } from '../content/farewell.ts'
import type { Context } from '../context.ts'
import { type AccountKind, composeAccountLetter } from '../letters/account-letter.ts'
import { forgetAddresses } from '../retention/forget-addresses.ts'
import type { Claim } from './claim-deliveries.ts'
import { type Draft, letterOf, shopOf } from './composers.ts'

/** A letter to an account, with a link that accounts makes now. */
export async function accountLetter(ctx: Context, claim: Claim): Promise<Draft> {
  const kind = claim.kind as AccountKind
  // What the source begins with: the organizer of member-added, the change of the two about the address.
  const [about = ''] = claim.source.split(' ')
  const of =
    kind === 'member-added'
      ? { organizerId: about }
      : kind === 'email-change' || kind === 'email-changed'
        ? { changeId: about }
        : {}
  const link = await fetchEmailLink(ctx, claim.userId ?? '', kind, of)
  const draft = composeAccountLetter(link.taken ? 'email-change-taken' : kind, link, {
    now: ctx.now(),
    shop: shopOf(ctx),
  })
  return {
    recipient: { name: link.name, address: link.email, language: link.language },
    content: await letterOf(ctx, claim, draft),
  }
}

/**
 * The last mail to somebody whose account is gone: where it goes is forgotten, here at once and there when it is sent. It
 * alone says which address the account ended with: what was sent there about orders may be all that is known of it here.
 */
export async function farewell(ctx: Context, claim: Claim): Promise<Draft> {
  const found = await fetchFarewell(ctx, claim.source)
  // Before it is sent, and again with each try: it needs no mail server that is there.
  await inTransaction(ctx.db, (tx) => forgetAddresses(tx, [found.email]))
  const draft = composeAccountLetter('account-deleted', found, { now: ctx.now(), shop: shopOf(ctx) })
  return {
    recipient: { name: found.name, address: found.email, language: found.language },
    content: await letterOf(ctx, claim, draft),
    unwritten: true,
    whenSent: () => forgetFarewell(ctx, claim.source),
  }
}
