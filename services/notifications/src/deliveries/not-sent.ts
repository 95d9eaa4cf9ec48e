import type { SkipReason } from '../kinds.ts'

/** What a letter may need that can be away; `bus` and database have their own ways. */
export type Peer = 'tickets' | 'accounts' | 'smtp' | 'sms'

/**
 * Why a message was not sent, in a text that support may read.
 * `away`: a peer does not answer; the message waits and this counts as nothing. `put-off`: a refusal for now. `refused`: a
 * refusal for good. `unknown`: no answer came, so it may have been taken; treated as put off.
 */
export class NotSent extends Error {
  override readonly name = 'NotSent'
  readonly how: 'away' | 'put-off' | 'refused' | 'unknown'
  readonly peer: Peer

  constructor(how: NotSent['how'], peer: Peer, reason: string, cause?: unknown) {
    super(reason, { cause })
    this.how = how
    this.peer = peer
  }
}

/** There is no use, or no right, in sending it: it ends here, and that is no failure. */
export class Skipped extends Error {
  override readonly name = 'Skipped'
  readonly why: SkipReason

  constructor(why: SkipReason, reason: string) {
    super(reason)
    this.why = why
  }
}

/** Not now: quiet hours, or a place that is taken. It waits until then, and this counts as nothing. */
export class NotNow extends Error {
  override readonly name = 'NotNow'
  readonly until: Date

  constructor(until: Date, reason: string) {
    super(reason)
    this.until = until
  }
}
