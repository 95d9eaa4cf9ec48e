import { createHash, createPublicKey, verify } from 'node:crypto'

/** A `tag=value` list, as DKIM headers and records and DMARC records are (RFC 6376 §3.2). */
export function tagsOf(text: string): Map<string, string> {
  const pairs = text.split(';').flatMap((pair) => {
    const at = pair.indexOf('=')
    return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const]
  })
  return new Map(pairs)
}

/** The public key of a DKIM record's `p`, in the form that node:crypto takes. */
export function publicKeyOf(record: Map<string, string>) {
  const bytes = Buffer.from((record.get('p') ?? '').replace(/\s/g, ''), 'base64')
  return createPublicKey({ key: bytes, format: 'der', type: 'spki' })
}

/**
 * Why the DKIM signature of a raw mail does not hold against the record in the DNS; undefined when it does. Only what our
 * own mails use: relaxed/relaxed, RSA with SHA-256, one signature.
 */
export function faultOfSignature(raw: string, record: Map<string, string>): string | undefined {
  const split = raw.indexOf('\r\n\r\n')
  const headers = raw.slice(0, split).split(/\r\n(?![ \t])/)
  const signature = headers.find((header) => /^dkim-signature:/i.test(header))
  if (!signature) return 'the mail has no signature'
  const tags = tagsOf(signature.slice(signature.indexOf(':') + 1).replace(/\r\n[ \t]+/g, ' '))
  if (tags.get('c') !== 'relaxed/relaxed') return `the canonicalization ${tags.get('c')} is not known here`
  const digest = createHash('sha256')
    .update(relaxedBody(raw.slice(split + 4)))
    .digest('base64')
  if (digest !== tags.get('bh')?.replace(/\s/g, '')) return 'the body was changed after it was signed'
  const signed = (tags.get('h') ?? '').split(':').flatMap((name) => {
    const found = headers.findLast((header) => header.toLowerCase().startsWith(`${name.trim().toLowerCase()}:`))
    return found ? [`${relaxedHeader(found)}\r\n`] : []
  })
  const bare = relaxedHeader(signature.replace(/(\bb=)[^;]*/, '$1'))
  const data = Buffer.from(signed.join('') + bare)
  const b = Buffer.from((tags.get('b') ?? '').replace(/\s/g, ''), 'base64')
  return verify('sha256', data, publicKeyOf(record), b) ? undefined : 'the signature does not fit the key in the DNS'
}

/** RFC 6376 §3.4.2. */
function relaxedHeader(header: string): string {
  const at = header.indexOf(':')
  const value = header
    .slice(at + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()
  return `${header.slice(0, at).trim().toLowerCase()}:${value}`
}

/** RFC 6376 §3.4.4. */
function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
  while (lines.length > 0 && lines.at(-1) === '') lines.pop()
  return lines.length === 0 ? '' : `${lines.join('\r\n')}\r\n`
}
