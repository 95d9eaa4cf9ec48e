const OURS = /^\/(fr|en)(\/|\?|$)/

/** Where to go after signing in: only a path of this site, never another site's address. */
export function safeNext(next: string | null | undefined, otherwise: string): string {
  if (!next || !OURS.test(next)) return otherwise
  const url = URL.parse(next, 'http://localhost')
  // Looked at again as a browser reads it: `/fr/..//evil.example` is `//evil.example`, another site.
  return url?.origin === 'http://localhost' && OURS.test(url.pathname) ? `${url.pathname}${url.search}` : otherwise
}
