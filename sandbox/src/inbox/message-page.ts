import { type Html, html } from '../html.ts'
import type { Language } from '../language.ts'
import { withLocale } from '../layout.ts'
import { timeElement } from '../time-element.ts'
import { mailLinks } from './mail-html.ts'
import type { Summary } from './mailbox.ts'
import { frame } from './pages.ts'
import type { ParsedMessage } from './parse-message.ts'
import { WORDS } from './words.ts'

type View = 'html' | 'text' | 'source'
type MessageView = { basePath: string; summary: Summary; message: ParsedMessage; view: View; source: string }

export function messagePage(language: Language, { basePath, summary, message, view, source }: MessageView): Html {
  const words = WORDS[language]
  const here = `${basePath}/${summary.id}`
  const title = summary.subject || words.noSubject
  const views: View[] = message.html ? ['html', 'text', 'source'] : ['text', 'source']
  const main = html`<p class="eyebrow"><a href="${withLocale(`${basePath}/`, language)}">← ${words.back}</a></p>
<h1>${title}</h1>
<dl class="facts">
<dt>${words.from}</dt><dd>${summary.from || words.noSender}</dd>
<dt>${words.to}</dt><dd>${summary.to.join(', ')}</dd>
<dt>${words.received}</dt><dd>${timeElement(summary.receivedAt, language)}</dd>
</dl>
${attachmentList(message, here, language)}
<nav class="tabs" aria-label="${words.views}">${views.map(
    (name) =>
      html`<a href="${withLocale(`${here}?view=${name}`, language)}"${name === view && html` aria-current="page"`}>${words.view[name]}</a>`,
  )}</nav>
${body(here, message, view, source, language)}`
  return frame(language, basePath, { title, here: `${here}?view=${view}`, main })
}

function body(here: string, message: ParsedMessage, view: View, source: string, language: Language): Html {
  const words = WORDS[language]
  if (view === 'source')
    return html`<pre class="text code" tabindex="0" aria-label="${words.view.source}">${source}</pre>`
  if (view === 'text' || !message.html) return html`<div class="text">${message.text ?? words.noText}</div>`
  const links = mailLinks(message.html)
  return html`<iframe class="mail" title="${words.frame}" src="${here}/html" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
${
  links.length > 0 &&
  html`<h2>${words.links}</h2><ul class="plain">${links.map(
    (link) => html`<li><a href="${link}" rel="noopener noreferrer nofollow">${link}</a></li>`,
  )}</ul>`
}`
}

function attachmentList({ attachments }: ParsedMessage, here: string, language: Language): Html | false {
  if (attachments.length === 0) return false
  return html`<h2>${WORDS[language].attachments}</h2><ul class="plain">${attachments.map(
    ({ name, content }, index) =>
      html`<li><a href="${here}/attachments/${index}" download>${name}</a> <span class="soft">${size(content.length, language)}</span></li>`,
  )}</ul>`
}

const UNITS = [
  ['megabyte', 1_000_000],
  ['kilobyte', 1_000],
  ['byte', 1],
] as const

function size(bytes: number, language: Language): string {
  const [unit, factor] = UNITS.find(([, least]) => bytes >= least) ?? UNITS[2]
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(bytes / factor)
}
