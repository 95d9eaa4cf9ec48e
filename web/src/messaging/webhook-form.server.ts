import { Check } from '../forms/check.server.ts'
import type { Translate } from '../messages/text.ts'
import { WEBHOOK_TYPES, type WebhookType } from './webhooks.ts'

export interface EndpointTerms {
  url: string
  description: string
  types: WebhookType[] | null
}

/** Reads where webhooks shall go and which. Each type is a box of its own, named `type:order.confirmed`. */
export function readEndpoint(values: Record<string, string>, t: Translate): { check: Check; terms: EndpointTerms } {
  const check = new Check(values, t)
  const url = values.url ?? ''
  if (url === '') check.refuse('url', t('console.webhooks.field.urlMissing'))
  else if (!/^https?:\/\/[^/\s]+\S*$/.test(url) || !URL.canParse(url))
    check.refuse('url', t('console.webhooks.field.urlWrong'))
  const chosen = WEBHOOK_TYPES.filter((type) => values[`type:${type}`] !== undefined)
  const all = values.which !== 'some'
  if (!all && chosen.length === 0) check.refuse('which-some', t('console.webhooks.field.typesMissing'))
  return { check, terms: { url, description: values.description ?? '', types: all ? null : chosen } }
}
