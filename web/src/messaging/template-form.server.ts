import type { RequestEvent } from '@sveltejs/kit'
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
