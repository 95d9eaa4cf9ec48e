import { DomainError, type FieldError } from '@guichet/problem'
import type { Context } from '../context.ts'
import { type Finding, readField } from '../templates/check-template.ts'
import { sampleOrder } from '../templates/sample-order.ts'
import type { BulkMessage } from './bulk-message.ts'
import { renderBulk } from './compose-bulk.ts'
import { kindOf } from './kind.ts'
import type { ByLanguage, Segment } from './tables.ts'

type Content = Pick<BulkMessage, 'organizer_id' | 'purpose'> & {
  subject: ByLanguage
  body: ByLanguage
  segment: Segment
}

const LANGUAGES = ['en', 'fr'] as const
const FIELDS = ['subject', 'body'] as const

/** Refuses half a language, words that are no template, and mails that would be too large; says where. */
export async function checkContent(ctx: Context, content: Content): Promise<void> {
  const { subject, body, segment } = content
  const errors: FieldError[] = []
  for (const language of LANGUAGES) {
    const [line, text] = [subject[language], body[language]]
    if (line === undefined && text === undefined) continue
    if (line === undefined || text === undefined) {
      const pointer = `/${line === undefined ? 'subject' : 'body'}/${language}`
      errors.push({ pointer, detail: 'is required, as the other has this language' })
      continue
    }
    const faults = FIELDS.flatMap((field) =>
      readField(kindOf(content), field, content[field][language] ?? '').faults.map(({ line, detail }) => ({
        pointer: `/${field}/${language}`,
        detail: `line ${line}: ${detail}`,
      })),
    )
    errors.push(...(faults.length > 0 ? faults : await tryOut(ctx, content, language)))
  }
  // Only with a ticket is somebody concerned by an event unasked; a basket that was left is no leave to write.
  if (segment.orderState === 'held' && content.purpose === 'information') {
    errors.push({ pointer: '/purpose', detail: 'must be marketing: who has not bought gets only what they agreed to' })
  }
  if (
    segment.boughtFrom &&
    segment.boughtBefore &&
    Date.parse(segment.boughtFrom) >= Date.parse(segment.boughtBefore)
  ) {
    errors.push({ pointer: '/segment/boughtBefore', detail: 'is not after boughtFrom' })
  }
  if (errors.length > 0) throw new DomainError('request-invalid', {}, { errors })
}

async function tryOut(ctx: Context, content: Content, language: 'en' | 'fr'): Promise<FieldError[]> {
  try {
    await renderBulk(ctx, content, sampleOrder(language))
    return []
  } catch (error) {
    return [{ pointer: `/body/${language}`, detail: error instanceof Error ? error.message.slice(0, 200) : 'fails' }]
  }
}

export type Warning = Pick<Finding, 'line' | 'code' | 'detail'> & { field: 'subject' | 'body' }

/** What is odd in the words of one language, and no fault: a name that nothing has. */
export function warningsOf(message: BulkMessage, language: 'en' | 'fr'): Warning[] {
  return FIELDS.flatMap((field) =>
    readField(kindOf(message), field, message[field][language] ?? '').warnings.map(({ line, code, detail }) => ({
      field,
      line,
      code,
      detail,
    })),
  )
}
