import { lookup as resolveName } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent } from 'undici'
import { isPublicAddress } from './public-address.ts'

export { isPublicAddress } from './public-address.ts'

export interface PublicHostRules {
  /** Of the URL, with the colon. Default: https and http. */
  schemes?: readonly string[]
  /** Ports beside those of the schemes. */
  ports?: readonly number[]
  /** Lets it reach this machine's own network, at any port: for laptops and tests only. */
  allowPrivateHosts?: boolean
  /** Name resolution, as node:dns `lookup` with `all`. */
  resolve?: (name: string) => Promise<string[]>
}

/** The address leads, or may lead, into our own network. */
export class NotPublic extends Error {
  override readonly name = 'NotPublic'
}

/** Goes to hosts that strangers name, without lending them our place in the network (S-66; ASVS 5.0 V1.3.6). */
export interface PublicHosts {
  /** Resolves its name once, and connects to the address that was checked: another answer of the resolver changes nothing. */
  agent: Agent
  /** @throws when the address is not of an allowed form. Call it for each hop: a host that is a number is never looked up. */
  assertAllowed(url: URL): void
  /** @throws when the address is not allowed, its name has no address, or any of them is not public. */
  assertPublic(url: URL): Promise<void>
}

export function createPublicHosts(
  rules: PublicHostRules,
  limits: { timeoutMs: number; answerBytesMax: number; connectionsMax?: number },
): PublicHosts {
  const { schemes = ['https:', 'http:'], ports = [], allowPrivateHosts = false, resolve = resolveAll } = rules

  async function publicAddresses(name: string): Promise<[string, ...string[]]> {
    const [first, ...others] = await resolve(name)
    if (first === undefined || ![first, ...others].every((address) => allowPrivateHosts || isPublicAddress(address)))
      throw new NotPublic(`${name} is not a public host`)
    return [first, ...others]
  }

  const pinned: LookupFunction = (name, wanted, callback) => {
    publicAddresses(name).then(
      ([first]) => {
        if (wanted.all) callback(null, [{ address: first, family: isIP(first) }])
        else callback(null, first, isIP(first))
      },
      (error: Error) => callback(error, '', 4),
    )
  }

  function assertAllowed(url: URL): void {
    if (!schemes.includes(url.protocol)) throw new NotPublic(`${url.protocol} is not allowed`)
    if (url.username !== '' || url.password !== '') throw new NotPublic('credentials in the address')
    if (allowPrivateHosts) return
    // The URL parser drops a scheme's own port, so any that is left may be a database or a broker.
    if (url.port !== '' && !ports.includes(Number(url.port))) throw new NotPublic('not the port of its scheme')
    const host = hostOf(url)
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw new NotPublic('not a public address')
  }

  return {
    agent: new Agent({
      connect: { lookup: pinned, timeout: limits.timeoutMs },
      pipelining: 0,
      maxResponseSize: limits.answerBytesMax,
      ...(limits.connectionsMax === undefined ? {} : { connections: limits.connectionsMax }),
    }),
    assertAllowed,
    async assertPublic(url) {
      assertAllowed(url)
      if (isIP(hostOf(url)) === 0) await publicAddresses(url.hostname)
    },
  }
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

function resolveAll(name: string): Promise<string[]> {
  return new Promise((done, failed) => {
    resolveName(name, { all: true, order: 'ipv4first' }, (error, addresses) => {
      if (error) failed(error)
      else done(addresses.map(({ address }) => address))
    })
  })
}
