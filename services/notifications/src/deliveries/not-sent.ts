/** What a letter may need that can be away; `bus` and database have their own ways. */
export type Peer = 'tickets' | 'accounts' | 'smtp' | 'sms'

/**
 * Why a message was not sent, in a text that support may read.
 * `away`: a peer does not answer; the message waits and this counts as nothing. `put-off`: a refusal for now.
 * `refused`: a refusal for good.
 */
export class NotSent extends Error {
  override readonly name = 'NotSent'
  readonly how: 'away' | 'put-off' | 'refused'
  readonly peer: Peer

  constructor(how: 'away' | 'put-off' | 'refused', peer: Peer, reason: string, cause?: unknown) {
    super(reason, { cause })
    this.how = how
    this.peer = peer
  }
}
