import type { Translate } from '../messages/text.ts'
import type { Finding } from './templates.ts'

/** What is wrong with a template, in the reader's language. */
export function findingText(t: Translate, { code, field, line, detail }: Finding): string {
  const where = field === 'body' ? t('console.templates.line', { line }) : t(`console.templates.${field}`)
  return `${where} ${t(`console.templates.finding.${code}`, { name: detail })}`
}
