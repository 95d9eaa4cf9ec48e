/** Where to go after signing in: only a path of this site, never another site's address. */
export function safeNext(next: string | null | undefined, otherwise: string): string {
  if (!next || !/^\/(fr|en)(\/|\?|$)/.test(next) || next.includes('\\')) return otherwise
  const url = new URL(next, 'http://localhost')
  return url.origin === 'http://localhost' ? `${url.pathname}${url.search}` : otherwise
}
