import { invalidate } from '$app/navigation'

const POLL_MS = 2_000

/**
 * Loads what depends on this name again, every two seconds. One request at a time: a slow answer is waited for, and a hidden
 * tab asks nothing.
 * @returns what stops it, as `onMount` wants it
 */
export function keepFresh(dependency: string): () => void {
  let stopped = false
  const poll = async () => {
    if (!document.hidden) await invalidate(dependency)
    if (!stopped) timer = setTimeout(poll, POLL_MS)
  }
  let timer = setTimeout(poll, POLL_MS)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
