import type { Language } from '@guichet/problem'

/** The language of an answer from `Accept-Language` (RFC 9110 §12.5.4): French when it is preferred, else English. */
export function parseLanguage(header: string | undefined): Language {
  let best: Language = 'en'
  let bestWeight = 0
  for (const part of (header ?? '').split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
    const primary = tag.split('-')[0]
    if (primary !== 'fr' && primary !== 'en') continue
    const q = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('q='))
    const weight = q === undefined ? 1 : Number(q.slice(2))
    if (weight > bestWeight) {
      best = primary
      bestWeight = weight
    }
  }
  return best
}

export function languageOf(request: { headers: Record<string, string | string[] | undefined> }): Language {
  const header = request.headers['accept-language']
  return parseLanguage(Array.isArray(header) ? header.join(',') : header)
}
