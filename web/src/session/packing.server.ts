import { deflateRawSync, inflateRawSync } from 'node:zlib'

/**
 * Four access tokens do not fit a cookie (4,096 bytes) as they are, because base64url hides that they are nearly the
 * same text. Their JSON is compressed instead, and only the signatures are kept as bytes.
 */

/** A JWS in parts; `null` parts mean that it did not survive taking apart and is kept whole in `whole`. */
type Parts = { header: string; payload: string; signature: string } | { whole: string }

const decode = (part: string) => Buffer.from(part, 'base64url').toString('utf8')
const encode = (text: string) => Buffer.from(text, 'utf8').toString('base64url')

function takeApart(token: string): Parts {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const parts = { header: decode(header), payload: decode(payload), signature }
  return putTogether(parts) === token ? parts : { whole: token }
}

function putTogether(parts: Parts): string {
  return 'whole' in parts ? parts.whole : `${encode(parts.header)}.${encode(parts.payload)}.${parts.signature}`
}

/** Compresses `data` and the tokens beside it. */
export function pack(data: unknown, tokens: string[]): Uint8Array {
  const parts = tokens.map(takeApart)
  const signatures = parts.map((part) => ('whole' in part ? Buffer.alloc(0) : Buffer.from(part.signature, 'base64url')))
  const texts = parts.map((part) => ('whole' in part ? part.whole : [part.header, part.payload]))
  const text = Buffer.from(JSON.stringify([data, texts, signatures.map((signature) => signature.length)]))
  const head = Buffer.alloc(4)
  const compressed = deflateRawSync(text, { level: 9 })
  head.writeUInt32BE(compressed.length)
  return Buffer.concat([head, compressed, ...signatures])
}

/** The opposite of {@link pack}. Throws on bytes that pack did not make. */
export function unpack(packed: Uint8Array): { data: unknown; tokens: string[] } {
  const bytes = Buffer.from(packed)
  const length = bytes.readUInt32BE(0)
  const text = inflateRawSync(bytes.subarray(4, 4 + length), { maxOutputLength: 64 * 1024 }).toString('utf8')
  const [data, texts, lengths] = JSON.parse(text) as [unknown, (string | [string, string])[], number[]]
  let position = 4 + length
  const tokens = texts.map((part, index) => {
    const end = position + (lengths[index] ?? 0)
    const signature = bytes.subarray(position, end).toString('base64url')
    position = end
    return typeof part === 'string' ? part : putTogether({ header: part[0], payload: part[1], signature })
  })
  return { data, tokens }
}
