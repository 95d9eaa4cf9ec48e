/** One answer of a server, as far as a load generator cares. */
export interface Answer {
  status: number
  /** Valid until more bytes are read: copy what must last. */
  body: Buffer
  /** The server takes no further request on this connection. */
  closes: boolean
}

const NO_BODY = Buffer.alloc(0)

/** Puts the bytes of a connection together into HTTP/1.1 answers. There is never more than one, as nothing is pipelined. */
export class ResponseReader {
  #kept: Buffer | undefined

  /** The answer that these bytes complete, if they do. @throws when they are no answer. */
  read(bytes: Buffer): Answer | undefined {
    const all = this.#kept ? Buffer.concat([this.#kept, bytes]) : bytes
    const answer = parse(all, false)
    this.#kept = answer ? undefined : Buffer.from(all)
    return answer
  }

  /** What the end of the connection completes: an answer without a length. */
  end(): Answer | undefined {
    const answer = this.#kept && parse(this.#kept, true)
    this.#kept = undefined
    return answer
  }
}

function parse(bytes: Buffer, ended: boolean): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd + 2)
  const status = Number(head.slice(9, 12))
  if (!head.startsWith('HTTP/1.') || !(status >= 100)) throw new Error('This is no HTTP/1.1 answer')
  const rest = headEnd + 4
  if (status < 200) return parse(bytes.subarray(rest), ended)
  const closes = head.charCodeAt(7) === 0x30 || /\r\nconnection:[^\r]*\bclose\b/i.test(head)
  if (status === 204 || status === 304) return whole(bytes, { status, body: NO_BODY, closes }, rest)
  if (/\r\ntransfer-encoding:[^\r]*\bchunked\b/i.test(head)) {
    const chunks = joinChunks(bytes, rest)
    return chunks && whole(bytes, { status, body: chunks.body, closes }, chunks.end)
  }
  const length = /\r\ncontent-length:[ \t]*(\d+)/i.exec(head)?.[1]
  if (length === undefined) return ended ? { status, body: bytes.subarray(rest), closes: true } : undefined
  const end = rest + Number(length)
  return bytes.length < end ? undefined : whole(bytes, { status, body: bytes.subarray(rest, end), closes }, end)
}

function whole(bytes: Buffer, answer: Answer, end: number): Answer {
  if (bytes.length > end) throw new Error('More bytes than one answer')
  return answer
}

/** The body of a chunked answer and where it ends, or undefined while chunks or the trailer are missing. */
function joinChunks(bytes: Buffer, start: number): { body: Buffer; end: number } | undefined {
  const chunks: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (!(size >= 0)) throw new Error('A chunk without a size')
    if (size === 0) {
      // The trailer: header lines, if any, then an empty line.
      const end = bytes.indexOf('\r\n\r\n', lineEnd)
      return end < 0 ? undefined : { body: Buffer.concat(chunks), end: end + 4 }
    }
    const next = lineEnd + 2 + size + 2
    if (bytes.length < next) return undefined
    chunks.push(bytes.subarray(lineEnd + 2, next - 2))
    at = next
  }
}
