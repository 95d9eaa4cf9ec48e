export type Language = 'en' | 'fr'

/** Chooses the page's language: `?locale=` first, then what the sender asked for, then Accept-Language, then English. */
export function chooseLanguage(
  query: string | undefined,
  asked: string | undefined,
  accept: string | undefined,
): Language {
  return asLanguage(query) ?? asLanguage(asked) ?? fromHeader(accept) ?? 'en'
}

function asLanguage(tag: string | undefined): Language | undefined {
  const primary = tag?.slice(0, 2).toLowerCase()
  return primary === 'fr' || primary === 'en' ? primary : undefined
}

/** RFC 9110 §12.5.4, the highest quality of the two languages we have; the first one named wins a draw. */
function fromHeader(accept: string | undefined): Language | undefined {
  const ranked = (accept ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag, ...parameters] = part.trim().split(';')
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean)
      return { language: asLanguage(tag), quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter((choice) => choice.language !== undefined && choice.quality > 0)
    .sort((a, b) => b.quality - a.quality)
  return ranked[0]?.language
}
