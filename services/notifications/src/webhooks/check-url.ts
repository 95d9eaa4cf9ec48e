import { DomainError } from '@guichet/problem'
import type { Context } from '../context.ts'

/** @returns the address as it will be used. @throws `webhook-url-refused`, in the same words for every reason: nobody learns from us what is in our network. */
export async function checkUrl(ctx: Context, given: string): Promise<string> {
  try {
    const url = new URL(given)
    url.hash = ''
    await ctx.webhooks.hosts.assertPublic(url)
    return url.href
  } catch (cause) {
    const errors = [{ pointer: '/url', detail: 'is no https address of a public host' }]
    throw new DomainError('webhook-url-refused', {}, { errors, cause })
  }
}
