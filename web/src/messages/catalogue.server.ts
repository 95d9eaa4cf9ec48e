import english from './en.json' with { type: 'json' }
import french from './fr.json' with { type: 'json' }
import type { Language } from './language.ts'
import { type Catalogue, type Translate, translator } from './text.ts'

const catalogues: Record<Language, Catalogue> = { en: english, fr: french }

/** What pages outside the console need: the console's words are half of the catalogue. */
const publicCatalogues: Record<Language, Catalogue> = { en: withoutConsole(english), fr: withoutConsole(french) }

function withoutConsole(catalogue: Catalogue): Catalogue {
  return Object.fromEntries(Object.entries(catalogue).filter(([id]) => !id.startsWith('console.')))
}

export function catalogueFor(language: Language, routeId: string | null): Catalogue {
  return (routeId?.includes('/console') ? catalogues : publicCatalogues)[language]
}

/** Texts for server code: problems, e-mail suggestions, calendar files. */
export function textsOf(language: Language): Translate {
  return translator(language, catalogues[language])
}
