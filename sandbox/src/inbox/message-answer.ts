import { notFound } from '../problem.ts'
import type { Summary } from './mailbox.ts'
import type { Context } from './service.ts'

export function findMessage(ctx: Context, id: string): Summary {
  const summary = ctx.mailbox.get(id)
  if (!summary) throw notFound()
  return summary
}

/** A message as the JSON API shows it. */
export async function messageAnswer(ctx: Context, summary: Summary) {
  const { text, html, attachments } = await ctx.mailbox.read(summary.id)
  return {
    ...summary,
    text,
    html,
    attachments: attachments.map(({ name, contentType, content }) => ({
      name,
      contentType,
      sizeBytes: content.length,
    })),
  }
}
