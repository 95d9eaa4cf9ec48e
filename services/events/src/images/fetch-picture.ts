import { lookup as resolveName } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { DomainError } from '@guichet/problem'
import { Agent, request } from 'undici'
import { isPublicAddress } from './public-address.ts'

export const PICTURE_BYTES_MAX = 8 * 1024 * 1024
const REDIRECTS_MAX = 3
const TIMEOUT_MS = 5_000

export interface PictureFetcher {
  fetch(url: string): Promise<Buffer>
  close(): Promise<void>
}

export interface FetcherOptions {
  /** Let it reach this machine's own network: for tests only. */
  allowPrivateHosts?: boolean
  /** Ports beside those of the schemes: for tests, whose servers cannot have port 80. */
  ports?: readonly number[]
  /** Name resolution, as node:dns `lookup` with `all`. */
  resolve?: (name: string) => Promise<string[]>
}

/**
 * Fetches a picture that an organizer names, without lending him our place in the network: http and https on their own
 * ports, public addresses only, at most 3 redirects, each checked, 5 s, 8 MB. The name is resolved once and the
 * connection goes to the address that was checked, so a second answer of the resolver changes nothing.
 */
export function createPictureFetcher(options: FetcherOptions = {}): PictureFetcher {
  const allow = options.allowPrivateHosts ?? false
  const resolve = options.resolve ?? resolveAll
  const pinned: LookupFunction = (name, wanted, callback) => {
    const answer = (addresses: string[]): void => {
      const [first] = addresses
      if (first === undefined || !addresses.every((address) => allow || isPublicAddress(address))) {
        callback(new Error(`${name} is not a public host`), '', 4)
      } else if (wanted.all) {
        callback(null, [{ address: first, family: isIP(first) }])
      } else {
        callback(null, first, isIP(first))
      }
    }
    resolve(name).then(answer, (error: Error) => callback(error, '', 4))
  }
  const agent = new Agent({
    connect: { lookup: pinned, timeout: TIMEOUT_MS },
    pipelining: 0,
    maxResponseSize: PICTURE_BYTES_MAX,
  })

  async function follow(url: URL, redirectsLeft: number, signal: AbortSignal): Promise<Buffer> {
    assertAllowed(url, options)
    const { statusCode, headers, body } = await request(url, {
      dispatcher: agent,
      signal,
      headers: { accept: 'image/*', 'user-agent': 'Guichet' },
    })
    if (statusCode >= 300 && statusCode < 400 && typeof headers.location === 'string') {
      await body.dump()
      if (redirectsLeft === 0) throw new Error('too many redirects')
      return follow(new URL(headers.location, url), redirectsLeft - 1, signal)
    }
    if (statusCode !== 200) {
      await body.dump()
      throw new Error(`answered ${statusCode}`)
    }
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > PICTURE_BYTES_MAX) throw new Error('too large')
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }

  return {
    async fetch(url) {
      try {
        return await follow(new URL(url), REDIRECTS_MAX, AbortSignal.timeout(TIMEOUT_MS))
      } catch (error) {
        throw refusedUrl(error)
      }
    },
    close: () => agent.close(),
  }
}

/** The same words for every reason: whoever probes our network through us learns nothing. */
export function refusedUrl(cause: unknown): DomainError {
  const errors = [{ pointer: '/imageUrl', detail: 'no picture could be fetched from it' }]
  return new DomainError('image-url-refused', {}, { errors, cause })
}

function assertAllowed(url: URL, { allowPrivateHosts = false, ports = [] }: FetcherOptions): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`${url.protocol} is not fetched`)
  if (url.username !== '' || url.password !== '') throw new Error('credentials in the address')
  if (allowPrivateHosts) return
  // The URL parser drops a scheme's own port, so any that is left may be a database or a broker.
  if (url.port !== '' && !ports.includes(Number(url.port))) throw new Error('not the port of its scheme')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // Written as a number, a host is never looked up, and so must be checked here.
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new Error('not a public address')
}

function resolveAll(name: string): Promise<string[]> {
  return new Promise((done, failed) => {
    resolveName(name, { all: true, order: 'ipv4first' }, (error, addresses) => {
      if (error) failed(error)
      else done(addresses.map(({ address }) => address))
    })
  })
}
