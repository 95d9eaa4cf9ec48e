import { type Html, html } from '../html.ts'
import type { Language } from '../language.ts'
import { layout, withLocale } from '../layout.ts'
import { timeElement } from '../time-element.ts'
import type { Summary } from './mailbox.ts'
import { WORDS } from './words.ts'

export type Frame = { title: string; here: string; main: Html }

export function frame(language: Language, basePath: string, { title, here, main }: Frame): Html {
  const { brand, note } = WORDS[language]
  return layout({
    language,
    title: `${title} · ${brand}`,
    brand,
    home: withLocale(`${basePath}/`, language),
    here,
    note,
    main,
  })
}

type InboxView = {
  basePath: string
  to: string
  messages: Summary[]
  /** The last id on this page, when there are older ones. */
  next: string | undefined
  total: number
}

export function inboxPage(language: Language, { basePath, to, messages, next, total }: InboxView): Html {
  const words = WORDS[language]
  const home = `${basePath}/`
  const older = `${home}?${new URLSearchParams({ ...(to && { to }), after: next ?? '' })}`
  const main = html`<div class="head"><div><h1>${words.title}</h1><p class="soft">${words.count(total)}</p></div>
${total > 0 && html`<a class="button danger" href="${withLocale(`${basePath}/delete`, language)}">${words.deleteAll}</a>`}</div>
<form class="search" role="search" method="get" action="${home}">
<label>${words.search}<input type="search" name="to" value="${to}" autocomplete="off" spellcheck="false"></label>
<input type="hidden" name="locale" value="${language}">
<button>${words.find}</button>
${to && html`<a class="button quiet" href="${withLocale(home, language)}">${words.clear}</a>`}
</form>
${messages.length > 0 ? list(messages, language, basePath) : nothing(language, to)}
${next && html`<p class="pager"><a class="button" href="${withLocale(older, language)}">${words.older}</a></p>`}`
  return frame(language, basePath, {
    title: words.title,
    here: to ? `${home}?${new URLSearchParams({ to })}` : home,
    main,
  })
}

function list(messages: Summary[], language: Language, basePath: string): Html {
  const words = WORDS[language]
  return html`<ul class="list" aria-label="${words.messages}">${messages.map(
    (message) => html`<li><a class="row" href="${withLocale(`${basePath}/${message.id}`, language)}">
<span class="meta">${message.to.join(', ')}</span>
<strong class="subject">${message.subject || words.noSubject}</strong>
${timeElement(message.receivedAt, language)}
</a></li>`,
  )}</ul>`
}

function nothing(language: Language, to: string): Html {
  const words = WORDS[language]
  const [title, hint] = to ? [words.noneFound(to), words.noneHint] : [words.empty, words.emptyHint]
  return html`<div class="card empty"><h2>${title}</h2><p>${hint}</p></div>`
}

export function confirmDeletionPage(language: Language, basePath: string, total: number): Html {
  const words = WORDS[language]
  const here = `${basePath}/delete`
  const title = words.deleteQuestion(total)
  const main = html`<div class="card narrow"><h1>${title}</h1><p>${words.deleteWarning}</p>
<form class="split" method="post" action="${withLocale(here, language)}">
<a class="button" href="${withLocale(`${basePath}/`, language)}">${words.deleteNo}</a>
<button class="danger">${words.deleteYes}</button>
</form></div>`
  return frame(language, basePath, { title, here, main })
}
