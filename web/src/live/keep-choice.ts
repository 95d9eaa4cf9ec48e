/** A code reloads the page: what was chosen before goes along in the address. */
export function keepChoice(form: HTMLFormElement): void {
  const code = document.querySelector<HTMLFormElement>('form[data-code]')
  code?.addEventListener('submit', () => {
    for (const old of code.querySelectorAll('[data-kept]')) old.remove()
    for (const [name, value] of new FormData(form)) {
      const id = /^(?:quantity|price)\.(.+)$/.exec(name)?.[1]
      if (!id || typeof value !== 'string' || Number(new FormData(form).get(`quantity.${id}`)) === 0) continue
      const kept = document.createElement('input')
      Object.assign(kept, { type: 'hidden', name, value })
      kept.dataset.kept = ''
      code.append(kept)
    }
  })
}
