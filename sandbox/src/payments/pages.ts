import { type Html, html } from '../html.ts'
import type { Language } from '../language.ts'
import { layout, withLocale } from '../layout.ts'
import type { Session } from './ledger.ts'
import { formatMoney } from './money.ts'
import { WORDS } from './words.ts'

type Frame = { title: string; here: string; main: Html }

function frame(language: Language, basePath: string, { title, here, main }: Frame): Html {
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

export function homePage(language: Language, basePath: string): Html {
  const words = WORDS[language]
  const main = html`<div class="card narrow"><h1>${words.homeTitle}</h1>${words.homeText.map((text) => html`<p>${text}</p>`)}</div>`
  return frame(language, basePath, { title: words.homeTitle, here: `${basePath}/`, main })
}

/** The hosted page of one payment: four buttons while it is open, the outcome and the way back afterwards. */
export function payPage(session: Session, language: Language, basePath: string, backAddress: string): Html {
  const words = WORDS[language]
  const shop = new URL(session.returnUrl).host
  const amount = formatMoney(session.amountMinor, session.currency, language)
  const here = `${basePath}/pay/${session.id}`
  const action = withLocale(here, language)
  const open = () => (session.challenged ? bankStep(action, language) : openChoices(action, language, amount))
  const choices = session.state === 'open' ? open() : outcome(session.state, language, backAddress, shop)
  const main = html`<div class="card narrow">
<p class="eyebrow">${words.payTo(shop)}</p>
<h1>${session.description}</h1>
<p class="amount">${amount}</p>
${choices}
<dl class="facts"><dt>${words.reference}</dt><dd>${session.reference}</dd></dl>
</div>`
  return frame(language, basePath, { title: `${amount} · ${session.description}`, here, main })
}

/** The bank's page in the midst of a payment. */
function bankStep(action: string, language: Language): Html {
  const words = WORDS[language]
  return html`<div class="notice"><p><strong>${words.stepTitle}.</strong> ${words.stepText}</p></div>
<form class="stack" method="post" action="${action}">
<button class="primary" name="act" value="approve">${words.approve}</button>
<button class="danger" name="act" value="decline">${words.decline}</button>
</form>`
}

function openChoices(action: string, language: Language, amount: string): Html {
  const words = WORDS[language]
  return html`<div class="notice"><p>${words.simulated}</p></div>
<form class="stack" method="post" action="${action}">
<button class="primary" name="act" value="pay">${words.pay(amount)}</button>
<button name="act" value="pay-with-step">${words.payWithStep}</button>
<button name="act" value="pay-slowly">${words.paySlowly}</button>
<div class="split">
<button class="danger" name="act" value="decline">${words.decline}</button>
<button name="act" value="abandon">${words.abandon}</button>
</div>
</form>`
}

function outcome(
  state: Exclude<Session['state'], 'open'>,
  language: Language,
  backAddress: string,
  shop: string,
): Html {
  const words = WORDS[language]
  const { title, text, tone } = words.states[state]
  return html`<div class="notice ${tone}"><p><strong>${title}.</strong> ${text}</p></div>
<p class="stack"><a class="button primary" href="${backAddress}">${words.back(shop)}</a></p>`
}
