export type SessionState = 'open' | 'processing' | 'succeeded' | 'declined' | 'abandoned'

export type SessionTerms = {
  id: string
  amountMinor: number
  currency: string
  reference: string
  returnUrl: string
  webhookUrl: string
  description: string
  locale?: string
}

/** `idempotencyKey`: the merchant's own name of it. */
export type Refund = { id: string; amountMinor: number; at: string; idempotencyKey: string }

export type Session = SessionTerms & {
  state: SessionState
  createdAt: string
  /** The buyer's bank asks for one step more (3-D Secure); only while `open`. */
  challenged?: true
  /** When a slow payment succeeds; only while `processing`. */
  settlesAt?: number
  charge?: { id: string; at: string }
  refunds: Refund[]
}

/** One webhook to be delivered. Duplicates share `id` (what the receiver sees) and differ in `delivery`. */
export type Webhook = {
  delivery: string
  id: string
  url: string
  body: string
  createdAt: number
  notBefore: number
  dropped?: true
}

export type PendingWebhook = Webhook & { attempts: number; nextAt: number }

/** An effect made under an Idempotency-Key: which request made it, and what to answer when the request comes again. */
type Made = { hash: string; id: string }
type Keyed = { key: string; hash: string }

/** What the journal holds: facts, each with the webhooks that it causes, so that neither can exist without the other. */
export type Entry = { at: string } & (
  | ({ type: 'created'; session: SessionTerms } & Keyed)
  | { type: 'challenged'; id: string }
  | { type: 'processing'; id: string; settlesAt: number }
  | { type: 'charged'; id: string; chargeId: string; webhooks: Webhook[] }
  | { type: 'declined'; id: string; webhooks: Webhook[] }
  | { type: 'abandoned'; id: string; by: 'buyer' | 'merchant' }
  | ({ type: 'refunded'; id: string; refundId: string; amountMinor: number; webhooks: Webhook[] } & Keyed)
  | { type: 'webhook-delivered'; delivery: string; status: number }
  | { type: 'webhook-failed'; delivery: string; reason: string; nextAt: number }
  | { type: 'webhook-given-up'; delivery: string; reason: string }
)

/** The state of all payments: exactly what the entries say, whether just decided or read back from the journal. */
export function createLedger() {
  const sessions = new Map<string, Session>()
  const byReference = new Map<string, Session[]>()
  const made = new Map<string, Made>()
  const processing = new Set<Session>()
  const pending = new Map<string, PendingWebhook>()
  const webhookCounts = { delivered: 0, dropped: 0, givenUp: 0 }

  const session = (id: string): Session => {
    const found = sessions.get(id)
    if (!found) throw new Error(`The journal speaks of ${id} before it was created`)
    return found
  }
  const queue = (webhooks: Webhook[]) => {
    for (const webhook of webhooks) {
      if (webhook.dropped) webhookCounts.dropped += 1
      else pending.set(webhook.delivery, { ...webhook, attempts: 0, nextAt: webhook.notBefore })
    }
  }

  function create(entry: Entry & { type: 'created' }): void {
    const created: Session = { ...entry.session, state: 'open', createdAt: entry.at, refunds: [] }
    sessions.set(created.id, created)
    byReference.set(created.reference, [...(byReference.get(created.reference) ?? []), created])
    made.set(`create ${entry.key}`, { hash: entry.hash, id: created.id })
  }

  function settle(id: string, state: SessionState, webhooks: Webhook[] = []): Session {
    const settled = session(id)
    settled.state = state
    delete settled.settlesAt
    delete settled.challenged
    processing.delete(settled)
    queue(webhooks)
    return settled
  }

  function apply(entry: Entry): void {
    switch (entry.type) {
      case 'created':
        create(entry)
        return
      case 'challenged':
        session(entry.id).challenged = true
        return
      case 'processing':
        processing.add(Object.assign(session(entry.id), { state: 'processing', settlesAt: entry.settlesAt }))
        return
      case 'charged':
        settle(entry.id, 'succeeded', entry.webhooks).charge = { id: entry.chargeId, at: entry.at }
        return
      case 'declined':
        settle(entry.id, 'declined', entry.webhooks)
        return
      case 'abandoned':
        settle(entry.id, 'abandoned')
        return
      case 'refunded':
        session(entry.id).refunds.push({
          id: entry.refundId,
          amountMinor: entry.amountMinor,
          at: entry.at,
          idempotencyKey: entry.key,
        })
        made.set(`refund ${entry.id} ${entry.key}`, { hash: entry.hash, id: entry.refundId })
        queue(entry.webhooks)
        return
      case 'webhook-failed': {
        const webhook = pending.get(entry.delivery)
        if (webhook) Object.assign(webhook, { attempts: webhook.attempts + 1, nextAt: entry.nextAt })
        return
      }
      case 'webhook-delivered':
        if (pending.delete(entry.delivery)) webhookCounts.delivered += 1
        return
      case 'webhook-given-up':
        if (pending.delete(entry.delivery)) webhookCounts.givenUp += 1
        return
      default:
        entry satisfies never
    }
  }

  return {
    apply,
    sessions: sessions as ReadonlyMap<string, Session>,
    processing: processing as ReadonlySet<Session>,
    pending: pending as ReadonlyMap<string, PendingWebhook>,
    webhookCounts,
    withReference: (reference: string): readonly Session[] => byReference.get(reference) ?? [],
    madeBy: (operation: string, key: string): Made | undefined => made.get(`${operation} ${key}`),
  }
}

export type Ledger = ReturnType<typeof createLedger>

export function refundedMinor(session: Session): number {
  return session.refunds.reduce((sum, refund) => sum + refund.amountMinor, 0)
}
