import { type Html, html } from '../html.ts'
import type { Language } from '../language.ts'
import { layout, withLocale } from '../layout.ts'
import { timeElement } from '../time-element.ts'
import type { Sms } from './outbox.ts'

const en = {
  brand: 'Text messages',
  note: 'Every text message that Guichet sends on this machine ends here. Nothing is sent to a telephone.',
  title: 'Text messages',
  count: (total: number) => (total === 1 ? '1 message' : `${total.toLocaleString('en-GB')} messages`),
  search: 'Telephone number',
  find: 'Search',
  clear: 'Show all',
  empty: 'No text messages yet',
  noneFound: (to: string) => `No text message to “${to}”`,
  hint: 'They appear here as soon as Guichet sends one.',
  from: 'from',
  segments: (count: number, encoding: string) => `${count} ${count === 1 ? 'part' : 'parts'}, ${encoding}`,
}

const fr: typeof en = {
  brand: 'SMS',
  note: 'Tous les SMS que Guichet envoie sur cette machine arrivent ici. Rien n’est envoyé à un téléphone.',
  title: 'SMS',
  count: (total) => (total <= 1 ? `${total} message` : `${total.toLocaleString('fr-FR')} messages`),
  search: 'Numéro de téléphone',
  find: 'Chercher',
  clear: 'Tout afficher',
  empty: 'Pas encore de SMS',
  noneFound: (to) => `Aucun SMS pour « ${to} »`,
  hint: 'Ils apparaissent ici dès que Guichet en envoie un.',
  from: 'de',
  segments: (count, encoding) => `${count} ${count === 1 ? 'partie' : 'parties'}, ${encoding}`,
}

const WORDS: Record<Language, typeof en> = { en, fr }

type View = { basePath: string; to: string; messages: Sms[]; total: number }

export function messagesPage(language: Language, { basePath, to, messages, total }: View): Html {
  const words = WORDS[language]
  const home = `${basePath}/`
  const main = html`<div class="head"><div><h1>${words.title}</h1><p class="soft">${words.count(total)}</p></div></div>
<form class="search" role="search" method="get" action="${home}">
<label>${words.search}<input type="search" name="to" value="${to}" inputmode="tel" autocomplete="off"></label>
<input type="hidden" name="locale" value="${language}">
<button>${words.find}</button>
${to && html`<a class="button quiet" href="${withLocale(home, language)}">${words.clear}</a>`}
</form>
${messages.length > 0 ? thread(messages, language) : nothing(language, to)}`
  const here = to ? `${home}?${new URLSearchParams({ to })}` : home
  const title = words.title === words.brand ? words.title : `${words.title} · ${words.brand}`
  return layout({ language, title, brand: words.brand, home: withLocale(home, language), here, note: words.note, main })
}

function thread(messages: Sms[], language: Language): Html {
  const words = WORDS[language]
  return html`<ol class="thread">${messages.map(
    (
      sms,
    ) => html`<li><p class="meta"><strong>${sms.to}</strong> ${words.from} ${sms.from} · ${timeElement(sms.receivedAt, language)}</p>
<p class="bubble">${sms.text}</p>
<p class="meta">${words.segments(sms.segments, sms.encoding)}</p></li>`,
  )}</ol>`
}

function nothing(language: Language, to: string): Html {
  const words = WORDS[language]
  return html`<div class="card empty"><h2>${to ? words.noneFound(to) : words.empty}</h2><p>${words.hint}</p></div>`
}
