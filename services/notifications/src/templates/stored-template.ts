import type { Db, Tx } from '../db.ts'
import type { Finding } from './check-template.ts'
import { defaultTemplate } from './template.ts'
import { type TemplateKey, wordsOf } from './template-schema.ts'

const COLUMNS = ['subject', 'preheader', 'title', 'body', 'version', 'updated_at'] as const

export function findTemplate(db: Db | Tx, key: TemplateKey) {
  return db
    .selectFrom('template')
    .select(COLUMNS)
    .where('organizer_id', '=', key.organizer_id)
    .where('kind', '=', key.kind)
    .where('language', '=', key.language)
    .executeTakeFirst()
}

/** The organizer's words, or those that come with the product. */
export function presentTemplate(
  { kind, language }: TemplateKey,
  row: Awaited<ReturnType<typeof findTemplate>>,
  warnings: Finding[],
) {
  const { subject, preheader, title, body } = row ?? defaultTemplate(kind, language)
  return {
    ...{ kind, language, subject, preheader, title, body },
    own: row !== undefined,
    version: row?.version ?? 0,
    updatedAt: row?.updated_at.toISOString() ?? null,
    ...wordsOf(kind),
    warnings,
  }
}
