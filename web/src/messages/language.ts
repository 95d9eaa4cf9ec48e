export const languages = ['en', 'fr'] as const
export type Language = (typeof languages)[number]

/** Texts of the API: at least one language is present. */
export type LocalisedText = Partial<Record<Language, string>>

export const localeOf: Record<Language, string> = { en: 'en-GB', fr: 'fr-FR' }

export function isLanguage(value: string | undefined): value is Language {
  return value === 'en' || value === 'fr'
}

export function otherLanguage(language: Language): Language {
  return language === 'fr' ? 'en' : 'fr'
}

/** The visitor's language: the one chosen before, else `Accept-Language` (RFC 9110 §12.5.4), else English. */
export function preferredLanguage(chosen: string | undefined, acceptLanguage: string | null): Language {
  if (isLanguage(chosen)) return chosen
  const wishes = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
      const quality = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('q='))
      return { primary: tag.split('-')[0], weight: quality === undefined ? 1 : Number(quality.slice(2)) }
    })
    .filter((wish) => wish.weight > 0)
    .sort((a, b) => b.weight - a.weight)
  for (const wish of wishes) if (isLanguage(wish.primary)) return wish.primary
  return 'en'
}

/** A text in `language`, or in the language that there is, with that language's code when it differs (WCAG 3.1.2). */
export function pickText(
  text: LocalisedText | null | undefined,
  language: Language,
): { text: string; lang?: Language } {
  const wanted = text?.[language]
  if (wanted) return { text: language === 'fr' ? keptTogether(wanted) : wanted }
  const other = otherLanguage(language)
  const fallback = text?.[other]
  return fallback ? { text: fallback, lang: other } : { text: '' }
}

/** French puts a space before `: ; ! ? »`; whoever typed an ordinary one did not mean a line to start there. */
function keptTogether(text: string): string {
  return text.replace(/ ([:;!?»])/g, '\u00a0$1').replaceAll('« ', '«\u00a0')
}
