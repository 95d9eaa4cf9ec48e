export interface Sender {
  name: string
  address: string
}

/** One address and nothing else: no list, no comment, no quotes, no line end, so that it can't become a second header. */
const ADDRESS =
  /^[^\s"(),:;<>@[\\\]\p{C}]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)*$/u

export function isAddress(text: string): boolean {
  return text.length <= 254 && ADDRESS.test(text)
}

/** `Guichet <tickets@example.org>`, or an address alone. */
export function parseSender(text: string): Sender | undefined {
  const match = /^(?:"?([^"<>]*?)"?\s*<([^<>]+)>|([^<>\s]+))$/.exec(text.trim())
  const address = match?.[2] ?? match?.[3] ?? ''
  return isAddress(address) ? { name: match?.[1]?.trim() ?? '', address } : undefined
}

/** The name beside an address. One that looks like an address itself would show a false recipient, so it is left out. */
export function displayName(name: string | null): string {
  return name === null || /@/.test(name) ? '' : name.slice(0, 100)
}

/** `m•••@example.org`: enough to recognise, not enough to write to. `+336•••78` for a telephone. */
export function mask(recipient: string): string {
  const at = recipient.lastIndexOf('@')
  if (at > 0) return `${[...recipient][0]}•••${recipient.slice(at)}`
  return recipient.length > 6 ? `${recipient.slice(0, 4)}•••${recipient.slice(-2)}` : '•••'
}
