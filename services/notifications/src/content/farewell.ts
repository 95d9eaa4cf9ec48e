import type { Context } from '../context.ts'
import { ask } from './ask.ts'
import { cleanLine } from './clean-text.ts'
import type { EmailLink } from './email-link.ts'
import { languageOfLocale } from './localised.ts'

interface FarewellAnswer {
  email: string
  name: string
  locale: string
}

const pathOf = (farewellId: string) => `/v1/internal/farewells/${farewellId}`

/** Whom the last mail of an account goes to; accounts keeps it only for that. */
export async function fetchFarewell(ctx: Context, farewellId: string): Promise<EmailLink> {
  const answer = (await ask(ctx.accounts, ctx.outages, 'accounts', pathOf(farewellId))) as FarewellAnswer
  const language = languageOfLocale(answer.locale)
  return {
    url: `${ctx.config.publicUrl}/${language}`,
    email: answer.email,
    name: cleanLine(answer.name, 100) || null,
    language,
    expiresAt: null,
  }
}

/** It is sent. When accounts does not hear it, it forgets by itself after three days. */
export async function forgetFarewell(ctx: Context, farewellId: string): Promise<void> {
  const response = await ctx.accounts(pathOf(farewellId), { method: 'DELETE' }).catch((error: unknown) => {
    ctx.log.warn({ err: error, farewellId }, 'accounts was not told that a farewell is sent')
    return undefined
  })
  await response?.body?.cancel()
}
