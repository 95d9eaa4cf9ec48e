import { SENDS_MAX, secondsOf, untilNextSend } from './pace.ts'

/**
 * While the sale is too busy, sends the form again, the same key with it, so that it is one order however often it
 * arrives. Stops when it has an answer, when it has tried long enough, and when the person presses the button.
 */
export function sendAgain(form: HTMLFormElement): void {
  const box = form.querySelector<HTMLElement>('[data-busy]')
  if (!box) return
  let retryAfter = Number(box.dataset.busy)
  let sends = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const show = (state: 'idle' | 'trying' | 'gave-up') => {
    for (const name of ['idle', 'trying', 'gave-up'])
      for (const text of box.querySelectorAll<HTMLElement>(`[data-${name}]`)) text.hidden = name !== state
  }
  const plan = () => {
    if (sends >= SENDS_MAX) return show('gave-up')
    show('trying')
    timer = setTimeout(send, untilNextSend(sends, retryAfter))
  }
  const send = async () => {
    sends += 1
    try {
      const answer = await fetch(form.action, {
        method: 'POST',
        body: new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])),
        headers: { accept: 'application/json' },
      })
      if (answer.status === 503) {
        retryAfter = secondsOf(answer.headers.get('retry-after')) || retryAfter
        return plan()
      }
      const result = (await answer.json()) as { type: string; location?: string }
      if (result.type === 'redirect' && result.location) return window.location.assign(result.location)
    } catch {
      // The network is away: that passes, too.
      return plan()
    }
    // Refused for another reason: the page that says so is made on the server.
    form.submit()
  }
  form.addEventListener('submit', () => clearTimeout(timer))
  plan()
}
