import { type Html, html } from './html.ts'
import type { Language } from './language.ts'
import { stylesheet } from './stylesheet.ts'

type Page = {
  language: Language
  title: string
  /** The name of the sandbox part, shown in the header, and where it leads. */
  brand: string
  home: string
  /** Address of this page without its locale; the language links add it. */
  here: string
  note: string
  main: Html
}

const LANGUAGES: readonly [Language, string][] = [
  ['en', 'English'],
  ['fr', 'Français'],
]

const SKIP = { en: 'Skip to content', fr: 'Aller au contenu' }
const CHOOSE = { en: 'Language', fr: 'Langue' }

/** The frame of every page: header with the language links, content, one line that says what this is. */
export function layout(page: Page): Html {
  const { language } = page
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title}</title>
<link rel="icon" href="data:,">
<style>${stylesheet}</style>
</head>
<body>
<a class="skip" href="#main">${SKIP[language]}</a>
<header class="bar">
<a class="brand" href="${page.home}">${page.brand}</a>
<nav aria-label="${CHOOSE[language]}">${LANGUAGES.map(([tag, name]) =>
    tag === language
      ? html`<span lang="${tag}" aria-current="true">${name}</span>`
      : html`<a lang="${tag}" hreflang="${tag}" href="${withLocale(page.here, tag)}">${name}</a>`,
  )}</nav>
</header>
<main id="main" tabindex="-1">
${page.main}
</main>
<footer><p>${page.note}</p></footer>
</body>
</html>
`
}

/** Adds `?locale=` to an address of ours, keeping its other parameters. */
export function withLocale(address: string, language: Language): string {
  const [path = '', query = ''] = address.split('?')
  const parameters = new URLSearchParams(query)
  parameters.set('locale', language)
  return `${path}?${parameters}`
}

const ERRORS = {
  en: {
    title: 'Nothing here',
    missing: 'There is nothing at this address. It may have been deleted.',
    failed: 'That did not work',
    refused: 'The request was refused. Go back and try again.',
    home: 'Back to the start',
    note: 'Guichet sandbox: nothing here leaves this machine.',
  },
  fr: {
    title: 'Rien ici',
    missing: 'Il n’y a rien à cette adresse. Le contenu a peut-être été supprimé.',
    failed: 'Cela n’a pas fonctionné',
    refused: 'La demande a été refusée. Revenez en arrière et réessayez.',
    home: 'Revenir au début',
    note: 'Bac à sable Guichet : rien ne sort de cette machine.',
  },
}

export function errorPage(language: Language, status: number, basePath: string): Html {
  const words = ERRORS[language]
  const missing = status === 404
  const title = missing ? words.title : words.failed
  return layout({
    language,
    title: `${title} · Guichet`,
    brand: 'Guichet',
    home: withLocale(`${basePath}/`, language),
    here: `${basePath}/`,
    note: words.note,
    main: html`<div class="card narrow"><p class="eyebrow">${status}</p><h1>${title}</h1>
<p>${missing ? words.missing : words.refused}</p>
<p><a class="button" href="${withLocale(`${basePath}/`, language)}">${words.home}</a></p></div>`,
  })
}
