/** A code, the other language and a new offer load the page anew: what was chosen goes along in the address. */
export function keepChoice(form: HTMLFormElement): void {
  const code = document.querySelector<HTMLFormElement>('form[data-code]')
  code?.addEventListener('submit', () => {
    for (const old of code.querySelectorAll('[data-kept]')) old.remove()
    for (const [name, value] of chosenIn(form)) {
      const kept = document.createElement('input')
      Object.assign(kept, { type: 'hidden', name, value })
      kept.dataset.kept = ''
      code.append(kept)
    }
  })
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-reload], header a[hreflang]')) {
    link.addEventListener('click', () => {
      const url = new URL(link.href)
      for (const [name, value] of chosenIn(form)) url.searchParams.set(name, value)
      link.href = url.href
    })
  }
}

/** Quantities above zero, and the prices named for them. */
function chosenIn(form: HTMLFormElement): [string, string][] {
  const data = new FormData(form)
  return [...data].flatMap(([name, value]): [string, string][] => {
    const id = /^(?:quantity|price)\.(.+)$/.exec(name)?.[1]
    return id && Number(data.get(`quantity.${id}`)) > 0 ? [[name, String(value)]] : []
  })
}
