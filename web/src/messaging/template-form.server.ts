import type { ActionFailure, RequestEvent } from '@sveltejs/kit'
import { ApiError } from '../api/problem.ts'
import type { Refusal } from '../forms/faults.ts'
import { refusalOf, refuse, textsFor } from '../forms/refusal.server.ts'
import type { TemplateWords } from './templates.ts'

export function formLanguage(values: Record<string, string>): 'en' | 'fr' {
  return values.language === 'fr' ? 'fr' : 'en'
}

/** Of a mail's words, at `notifications`. */
export function pathOf(event: RequestEvent, language: 'en' | 'fr'): string {
  const { organizerId = '', kind = '' } = event.params
  return `/v1/organizers/${organizerId}/templates/${encodeURIComponent(kind)}/${language}`
}

/** Browsers send line ends of two characters. */
export function wordsFrom(values: Record<string, string>, language: 'en' | 'fr'): TemplateWords {
  const field = (name: string) => (values[`${name}-${language}`] ?? '').replaceAll('\r\n', '\n')
  return { subject: field('subject'), preheader: field('preheader'), title: field('title'), body: field('body') }
}

/** Faults of a template at their fields, in the reader's language; where LiquidJS has words of its own, with them. */
export function templateRefusal(
  event: RequestEvent,
  error: unknown,
  values: Record<string, string>,
  language: 'en' | 'fr',
): ActionFailure<Refusal> {
  const fieldOf = (pointer: string) => `${pointer.split('/').at(-1)}-${language}`
  const errors = error instanceof ApiError ? (error.problem.errors ?? []) : []
  if (errors.length === 0) return refusalOf(event, error, values, fieldOf)
  const t = textsFor(event)
  const faults = errors.map(({ pointer, detail }) => {
    const [, line, words] = /^line (\d+): (.*)$/s.exec(detail) ?? []
    const message =
      line === undefined
        ? detail
        : `${t('console.templates.line', { line })} ${t('console.templates.finding.syntax', { name: words ?? '' })}`
    return { field: fieldOf(pointer), message }
  })
  return refuse(400, values, faults)
}
