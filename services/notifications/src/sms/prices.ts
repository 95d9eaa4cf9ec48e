/** What one segment costs, by the longest beginning of the number that the list knows. Minor units. */
export interface SmsPrices {
  currency: string
  /** `33` → 7; `` is for all others. */
  byPrefix: ReadonlyMap<string, number>
}

/** `EUR 33=7 44=4 *=10`: cents for each segment to France, to the United Kingdom, elsewhere. Undefined when it is none. */
export function parseSmsPrices(text: string): SmsPrices | undefined {
  const [currency = '', ...entries] = text.trim().split(/\s+/)
  const parsed = entries.map((entry) => /^(\*|[1-9]\d{0,6})=(\d{1,6})$/.exec(entry))
  if (!/^[A-Z]{3}$/.test(currency) || parsed.length === 0 || parsed.includes(null)) return undefined
  const byPrefix = new Map(parsed.map((match) => [match?.[1] === '*' ? '' : (match?.[1] ?? ''), Number(match?.[2])]))
  return { currency, byPrefix }
}

/** What a message costs; undefined where the list says nothing. `to` is E.164. */
export function priceOf(
  prices: SmsPrices | undefined,
  to: string,
  segments: number,
): { minor: number; currency: string } | undefined {
  if (!prices) return undefined
  for (let length = to.length - 1; length >= 0; length -= 1) {
    const perSegment = prices.byPrefix.get(to.slice(1, 1 + length))
    if (perSegment !== undefined) return { minor: perSegment * segments, currency: prices.currency }
  }
  return undefined
}
