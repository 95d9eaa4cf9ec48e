import type { Language } from '@guichet/problem'
import { toId } from '@guichet/server'
import { cleanLine } from '../content/clean-text.ts'
import { inLanguage } from '../content/localised.ts'
import type { Context } from '../context.ts'
import type { LetterDraft } from '../letters/letter.ts'
import { type RenderedLetter, renderLetter } from '../letters/render-letter.ts'
import type { Template } from './template.ts'
import { type LetterSender, writeLetter } from './write-letter.ts'

/** Gmail shows no more than the first 102 kB of a mail. */
export const HTML_MAX = 100_000

export interface TemplateInput extends LetterDraft {
  /** UUID; null for mails of the platform, which have the default templates. */
  organizerId: string | null
  /** Instead of the stored one: an organizer's message to many, or what an editor shows. */
  template?: Template | undefined
}

type TemplateContext = Pick<Context, 'db' | 'log' | 'config'>

/**
 * The mail that the organizer's template makes of a draft, or the default one. A stored template that cannot be used
 * costs nobody a mail: the default takes its place, and the log says why.
 */
export async function renderFromTemplate(ctx: TemplateContext, input: TemplateInput): Promise<RenderedLetter> {
  const { organizerId, kind, language } = input
  const { sender, replyTo } = await senderOf(ctx, organizerId, language)
  const reply = { senderName: organizerId && sender.shop.name, replyTo }
  const template = input.template ?? (organizerId ? await storedTemplate(ctx, organizerId, kind, language) : undefined)
  if (template) {
    try {
      return { ...(await renderWith(input, sender, template)), ...reply }
    } catch (error) {
      if (input.template) throw error
      const organizer = organizerId && toId('org', organizerId)
      ctx.log.error({ err: error, organizerId: organizer, kind, language }, 'template of no use: the default is sent')
    }
  }
  return { ...(await renderWith(input, sender, undefined)), ...reply }
}

/** Throws when the template is none, costs too much, or makes a mail that is too large. */
export async function renderWith(
  draft: LetterDraft,
  sender: LetterSender,
  template: Template | undefined,
): Promise<RenderedLetter> {
  const letter = await renderLetter(writeLetter(draft, sender, template))
  if (template && Buffer.byteLength(letter.html) > HTML_MAX) throw new Error('The mail has more than 100 kB')
  return letter
}

/** In whose name an organizer's mails are written; the platform's where nothing is set. */
export async function senderOf(
  ctx: TemplateContext,
  organizerId: string | null,
  language: Language,
): Promise<{ sender: LetterSender; replyTo: string | null }> {
  const shop = { name: ctx.config.sender.name || 'Guichet', url: ctx.config.publicUrl }
  const settings = organizerId
    ? await ctx.db
        .selectFrom('mail_settings')
        .select(['sender_name', 'reply_to', 'accent', 'footer', 'postal_address'])
        .where('organizer_id', '=', organizerId)
        .executeTakeFirst()
    : undefined
  if (!settings) return { sender: { shop }, replyTo: null }
  const imprint = [inLanguage(settings.footer, language, 500), cleanLine(settings.postal_address, 300)]
  const sender = {
    shop: { ...shop, name: settings.sender_name ?? shop.name },
    accent: settings.accent ?? undefined,
    imprint: imprint.filter((line) => line !== ''),
  }
  return { sender, replyTo: settings.reply_to }
}

function storedTemplate(
  ctx: TemplateContext,
  organizerId: string,
  kind: string,
  language: Language,
): Promise<Template | undefined> {
  return ctx.db
    .selectFrom('template')
    .select(['subject', 'preheader', 'title', 'body'])
    .where('organizer_id', '=', organizerId)
    .where('kind', '=', kind)
    .where('language', '=', language)
    .executeTakeFirst()
}
