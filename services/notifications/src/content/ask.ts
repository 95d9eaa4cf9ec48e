import type { ServiceClient } from '@guichet/server'
import { NotSent, type Peer } from '../deliveries/not-sent.ts'
import type { Outages } from '../deliveries/outages.ts'

/** Asks a service for content: its JSON, or a {@link NotSent} that says whether asking again is of use. */
export async function ask(
  client: ServiceClient,
  outages: Outages,
  peer: Extract<Peer, 'tickets' | 'accounts'>,
  path: string,
  init?: RequestInit,
): Promise<unknown> {
  const response = await client(path, init).catch((error: unknown) => {
    throw new NotSent('away', peer, `The service ${peer} is away.`, error)
  })
  if (response.ok) {
    outages.end(peer)
    return response.json().catch((error: unknown) => {
      throw new NotSent('away', peer, `The service ${peer} broke off its answer.`, error)
    })
  }
  await response.body?.cancel()
  // 401 and 403 are faults of the installation, 408 and 429 of the moment: all pass without touching this message.
  if ([401, 403, 408, 429].includes(response.status)) {
    throw new NotSent('away', peer, `The service ${peer} answered ${response.status}.`)
  }
  throw new NotSent('refused', peer, `The service ${peer} answered ${response.status}: there is nothing to send.`)
}
